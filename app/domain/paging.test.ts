import { expect, test } from "vitest";
import { REPLIES_PER_PAGE } from "./limits.ts";
import { isName, pageOfReply, parseNumber, parsePage, parseSort, SORTS } from "./paging.ts";

test("a list is sorted by what its address names, by the latest word without it", () => {
  expect(parseSort(null)).toBe("latest");
  for (const sort of SORTS) expect(parseSort(sort)).toBe(sort);
});

test.each(["", "Latest", "hot", "latest ", "toString", "__proto__"])("there is no order %j", (value) => {
  expect(parseSort(value)).toBeNull();
});

test.each([
  [0, 1],
  [1, 1],
  [REPLIES_PER_PAGE, 1],
  [REPLIES_PER_PAGE + 1, 2],
  [REPLIES_PER_PAGE * 5_000, 5_000],
  [REPLIES_PER_PAGE * 5_000 + 1, 5_001],
])("reply %i stands on page %i", (number, page) => {
  expect(pageOfReply(number)).toBe(page);
});

test.each([
  ["1", 1],
  ["42", 42],
  ["999999999", 999_999_999],
])("%j is the number %i", (value, number) => {
  expect(parseNumber(value)).toBe(number);
});

test.each(["", "0", "01", "-1", "+1", "1.5", "1e3", " 1", "1\n", "0x1", "1000000000", "١", "one", undefined])(
  "%j is no number of a thread or a reply",
  (value) => {
    expect(parseNumber(value)).toBeNull();
  },
);

test("an address without a page means the first", () => {
  expect(parsePage(null)).toBe(1);
  expect(parsePage("7")).toBe(7);
});

test("a page on which no reply can stand is none", () => {
  const last = pageOfReply(999_999_999);
  expect(parsePage(String(last))).toBe(last);
  expect(parsePage(String(last + 1))).toBeNull();
  for (const value of ["", "0", "-1", "1.5", "last"]) expect(parsePage(value)).toBeNull();
});

test.each(["ann", "Ann-Lee_2", "a", "x".repeat(100)])("%j can be a handle or a slug", (value) => {
  expect(isName(value)).toBe(true);
});

test.each(["", "a b", "a/b", "a.b", "é", "%00", "a\n", "x".repeat(101)])(
  "%j can be neither a handle nor a slug",
  (value) => {
    expect(isName(value)).toBe(false);
  },
);
