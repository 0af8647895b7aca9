import { expect, test } from "vitest";
import { CategoryChangeForm, CategoryForm } from "./category.ts";

test.each([
  [{ slug: "Two Words", name: "x" }, 'could be \\"two-words\\"'],
  [{ slug: "помощь", name: "x" }, "letters (a to z)"],
  [{ slug: "x", name: "\u200b" }, "needs a name"],
])("%o makes no category", (given, message) => {
  expect(CategoryForm.safeParse(given).error?.message).toContain(message);
});

test("a change says only what it was given, and cannot take the name away", () => {
  expect(CategoryChangeForm.parse({})).toEqual({});
  expect(CategoryChangeForm.parse({ description: " " })).toEqual({ description: "" });
  expect(CategoryChangeForm.safeParse({ name: " " }).error?.message).toContain("needs a name");
});
