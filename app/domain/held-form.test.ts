import { expect, test } from "vitest";
import { formFields } from "./held-form.ts";

test("what was typed is kept in its order, repeated fields too, and files are left out", () => {
  const form = new FormData();
  form.append("title", "A title");
  form.append("body", "a\r\nb");
  form.append("body", "");
  form.append("picture", new File(["bytes"], "a.png"));
  expect(formFields(form)).toEqual([
    ["title", "A title"],
    ["body", "a\r\nb"],
    ["body", ""],
  ]);
});
