import { expect, test } from "vitest";
import { sentenceOf } from "#test/words.ts";
import { LockForm, NewThreadForm, PinForm } from "./thread.ts";

const SUBMISSION = "0193a1b2-7c3d-4e5f-8a9b-0c1d2e3f4a5b";
const THREAD = { title: "A title", category: "edge", body: "Words.", submission: SUBMISSION };

/** The fields that are wrong, each with what is said of it first. */
function problems(form: object): Record<string, string | null> {
  const issues = NewThreadForm.safeParse(form).error?.issues ?? [];
  return Object.fromEntries(issues.map((issue) => [String(issue.path[0]), sentenceOf(issue)]).reverse());
}

test("a new thread has a title, a category and a body, cleaned", () => {
  expect(NewThreadForm.parse({ ...THREAD, title: " A  title ", body: "\r\nWords.\r\n" })).toEqual(THREAD);
});

test("each field that is missing says so", () => {
  expect(problems({})).toEqual({
    title: "Give the thread a title.",
    category: "Choose a category.",
    body: "Write something first.",
    submission: "This form is damaged. Your text is still here: send it again.",
  });
});

test.each(["", "a b", "../edge", "edge\n", "x".repeat(101)])("%j is chosen as no category", (category) => {
  expect(problems({ ...THREAD, category })).toEqual({ category: "Choose a category." });
});

test("a button asks for the state that is wanted, in one of two words", () => {
  expect(LockForm.parse({ locked: "true" })).toEqual({ locked: true });
  expect(LockForm.parse({ locked: "false" })).toEqual({ locked: false });
  expect(PinForm.parse({ pinned: "true" })).toEqual({ pinned: true });
  expect(PinForm.parse({ pinned: "false" })).toEqual({ pinned: false });
});

test.each(["", "1", "0", "TRUE", "on", "toggle", undefined])("%j is no state of a thread", (value) => {
  expect(LockForm.safeParse({ locked: value }).success).toBe(false);
  expect(PinForm.safeParse({ pinned: value }).success).toBe(false);
});
