import { expect, test } from "vitest";
import { says } from "#app/messages/message.ts";
import { DeleteForm, EditOpeningPostForm, EditReplyForm, NewReplyForm } from "./reply.ts";

const SUBMISSION = "0193a1b2-7c3d-4e5f-8a9b-0c1d2e3f4a5b";

test.each([
  ["3", 3],
  ["", null],
  [undefined, null],
  ["0", null],
  ["1e3", null],
  ["three", null],
])("a reply to %j answers reply %j", (replyTo, number) => {
  expect(NewReplyForm.parse({ body: "Words.", submission: SUBMISSION, replyTo })).toEqual({
    body: "Words.",
    submission: SUBMISSION,
    replyTo: number,
  });
});

test("a reply without words or without its submission is refused", () => {
  expect(NewReplyForm.safeParse({ body: " ", submission: SUBMISSION }).success).toBe(false);
  expect(NewReplyForm.safeParse({ body: "Words." }).success).toBe(false);
});

test("an edit names the revision that it was drawn from", () => {
  expect(EditReplyForm.parse({ body: "Words.", revision: "0" })).toEqual({ body: "Words.", revision: 0 });
  expect(EditReplyForm.parse({ body: "Words.", revision: "999999999" }).revision).toBe(999_999_999);
});

test.each(["", "-1", "1.5", "1000000000", "1\n", " 1", "one", undefined])("%j is no revision", (revision) => {
  expect(EditReplyForm.safeParse({ body: "Words.", revision }).error?.issues).toMatchObject([
    { path: ["revision"], message: says("problem.damaged") },
  ]);
});

test("the opening post is edited together with its thread's title", () => {
  const edit = { title: "A title", body: "Words.", revision: "2" };
  expect(EditOpeningPostForm.parse(edit)).toEqual({ ...edit, revision: 2 });
  expect(EditOpeningPostForm.safeParse({ ...edit, title: "" }).success).toBe(false);
});

test("a reply is deleted or brought back, and nothing else", () => {
  expect(DeleteForm.parse({ deleted: "true" })).toEqual({ deleted: true });
  expect(DeleteForm.parse({ deleted: "false" })).toEqual({ deleted: false });
  for (const deleted of ["", "1", "yes", undefined])
    expect(DeleteForm.safeParse({ deleted }).success).toBe(false);
});
