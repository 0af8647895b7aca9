import { expect, test } from "vitest";
import { partsThatDiffer } from "./text-difference.ts";

const parts = (before: string, differs: string, after: string) => ({ before, differs, after });

test.each([
  ["the same text", "a\nb", "a\nb", parts("a\nb", "", "")],
  ["another line in the middle", "a\nX\nc", "a\nb\nc", parts("a\n", "X\n", "c")],
  ["a line that the other lacks", "a\nb\nc", "a\nc", parts("a\n", "b\n", "c")],
  ["a line that only the other has", "a\nc", "a\nb\nc", parts("a\n", "", "c")],
  ["two places", "X\nb\nY\nd", "a\nb\nc\nd", parts("", "X\nb\nY\n", "d")],
  ["nothing in common", "a", "b", parts("", "a", "")],
  ["nothing on the other side", "a\nb", "", parts("", "a\nb", "")],
  ["an empty text", "", "a", parts("", "", "")],
  ["a line that is repeated", "a\na", "a", parts("a\n", "a", "")],
  ["other ends of lines", "a\r\nb\r\n", "a\nb", parts("a\r\nb\r\n", "", "")],
])("%s", (_, text, other, expected) => {
  const found = partsThatDiffer(text, other);
  expect(found).toEqual(expected);
  expect(found.before + found.differs + found.after).toBe(text);
});
