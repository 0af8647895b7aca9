import { expect, test } from "vitest";
import { knownFields } from "./held-form.ts";

test("what was typed into fields of ours is kept in its order, repeated fields too, and files are left out", () => {
  const form = new FormData();
  form.append("title", "A title");
  form.append("body", "a\r\nb");
  form.append("body", "");
  form.append("unknown", "nothing of ours");
  form.append("picture", new File(["bytes"], "a.png"));
  expect(knownFields(form)).toEqual([
    ["title", "A title"],
    ["body", "a\r\nb"],
    ["body", ""],
  ]);
});
