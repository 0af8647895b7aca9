import { expect, test } from "vitest";
import { sentenceOf } from "#test/words.ts";
import { CategoryChangeForm, CategoryForm } from "./category.ts";

test.each([
  [{ slug: "Two Words", name: "x" }, 'could be "two-words"'],
  [{ slug: "помощь", name: "x" }, "letters (a to z)"],
  [{ slug: "x", name: "\u200b" }, "needs a name"],
  [{ slug: "x", name: "x", color: "blue" }, "one of these colours: sky, "],
])("%o makes no category", (given, sentence) => {
  expect(sentenceOf(CategoryForm.safeParse(given).error?.issues[0])).toContain(sentence);
});

test("a change says only what it was given, and cannot take the name away", () => {
  expect(CategoryChangeForm.parse({})).toEqual({});
  expect(CategoryChangeForm.parse({ description: " " })).toEqual({ description: "" });
  expect(sentenceOf(CategoryChangeForm.safeParse({ name: " " }).error?.issues[0])).toContain("needs a name");
});
