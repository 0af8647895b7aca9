import { expect, test } from "vitest";
import { ADDRESS_MAX, shortAddress } from "./short-address.ts";

const long = "x".repeat(ADDRESS_MAX);

test.each([
  ["https://example.org/short?a=1#b", null],
  [`https://${"a".repeat(ADDRESS_MAX)}`, null],
  ["www.example.org/short", null],
  [`${long}@example.org`, null],
  [
    "https://github.com/remix-run/react-router/blob/main/packages/react-router/lib/dom/lib.tsx",
    "github.com/remix-run/react-router/blob/main/packages",
  ],
  [
    "http://www.example.org/search?q=a+rather+long+question&page=2&sort=latest",
    "www.example.org/search?q=a+rather+long+question&page=2",
  ],
  [
    "www.example.org/a/path/with/many/short/segments/that/goes/on/and/on",
    "www.example.org/a/path/with/many/short/segments/that/goes/on",
  ],
  [`https://example.org/${long}`, `example.org/${long.slice("example.org/".length)}`],
  // What stands before the host, and the host itself, are never cut: they say where the link leads.
  [`https://good.example@${long}.example/path`, `good.example@${long}.example`],
  [`https://good.example.${long}.example/path`, `good.example.${long}.example`],
  [`https://good.example.${long}.example`, null],
])("%s is shown as %s", (address, shown) => {
  expect(shortAddress(address)?.shown ?? null).toBe(shown);
});

test("the parts make up the address, and no character is cut in two", () => {
  for (const letter of ["/", "?", "&", "a", "ü", "𠀀", "%F0%9F%8E%89"])
    for (let pad = 0; pad < 4; pad += 1)
      for (const lead of ["https://", "HTTP://", ""]) {
        const address = `${lead}example.org/${"p".repeat(pad)}${letter.repeat(ADDRESS_MAX)}`;
        const short = shortAddress(address);
        expect(`${short?.lead}${short?.shown}${short?.rest}`).toBe(address);
        expect(short?.shown.isWellFormed()).toBe(true);
        expect(short?.shown.length).toBeLessThanOrEqual(ADDRESS_MAX);
      }
});
