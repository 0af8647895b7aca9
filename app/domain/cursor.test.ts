import { expect, test } from "vitest";
import { type Cursor, decodeCursor, encodeCursor } from "./cursor.ts";
import { SORTS, type Sort } from "./paging.ts";

const AT_A_TIME: Cursor = { isPinned: false, key: "2026-11-24T08:00:00.123456+00:00", number: 12 };
const AT_A_SCORE: Cursor = { isPinned: true, key: -3, number: 2_147_483_647 };

test.each<[Sort, Cursor]>([
  ["latest", AT_A_TIME],
  ["new", { ...AT_A_TIME, isPinned: true }],
  ["new", { ...AT_A_TIME, key: "2026-11-24T08:00:00Z" }],
  ["top", AT_A_SCORE],
  ["top", { ...AT_A_SCORE, key: 2_147_483_647 }],
  ["top", { ...AT_A_SCORE, key: -2_147_483_648 }],
])("a cursor of a list by %s comes back as it went", (sort, cursor) => {
  expect(decodeCursor(encodeCursor(cursor), sort)).toEqual(cursor);
});

test("a cursor is a word that needs no escaping in an address", () => {
  for (let number = 1; number < 500; number++)
    expect(encodeCursor({ ...AT_A_TIME, number })).toMatch(/^[A-Za-z0-9_-]+$/);
});

test("a cursor of one order is none in another", () => {
  expect(decodeCursor(encodeCursor(AT_A_TIME), "top")).toBeNull();
  for (const sort of ["latest", "new"] as const)
    expect(decodeCursor(encodeCursor(AT_A_SCORE), sort)).toBeNull();
});

/** What encodeCursor would make of anything at all. */
function pack(value: unknown): string {
  return btoa(JSON.stringify(value)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

test.each([
  ["nothing", ""],
  ["no base64", "%%%"],
  ["no JSON", btoa("cursor")],
  ["no list", pack({ isPinned: false, key: 1, number: 1 })],
  ["too little", pack([false, 1])],
  ["too much", pack([false, 1, 1, 1])],
  ["a flag that is a number", pack([0, 1, 1])],
  ["a score with a fraction", pack([false, 1.5, 1])],
  ["a score that Postgres cannot hold", pack([false, 2_147_483_648, 1])],
  ["a number that no thread has", pack([false, 1, 0])],
  ["a number in words", pack([false, 1, "1"])],
  ["a day without a time", pack([false, "2026-11-24", 1])],
  ["a time that is none", pack([false, "2026-13-45T99:00:00Z", 1])],
  ["SQL", pack([false, "2026-11-24T08:00:00Z'; drop table threads; --", 1])],
])("%s is no cursor", (_, value) => {
  for (const sort of SORTS) expect(decodeCursor(value, sort)).toBeNull();
});
