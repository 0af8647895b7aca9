import { expect, test } from "vitest";
import { says } from "#app/messages/message.ts";
import { VoteForm } from "./vote-form.ts";

test.each([
  ["1", 1],
  ["0", 0],
  ["-1", -1],
])("%j is the vote %i", (value, vote) => {
  expect(VoteForm.parse({ value })).toEqual({ value: vote });
});

test.each(["2", "-2", "+1", "1.0", "01", " 1", "", "up", "1e0", undefined])("%j is no vote", (value) => {
  expect(VoteForm.safeParse({ value }).error?.issues).toMatchObject([
    { path: ["value"], message: says("request.vote") },
  ]);
});
