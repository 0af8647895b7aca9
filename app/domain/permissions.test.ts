import { expect, test } from "vitest";
import {
  deleteRefusal,
  editRefusal,
  messageOf,
  moderateRefusal,
  pictureRefusal,
  type Refusal,
  replyRefusal,
  voteRefusal,
  writeRefusal,
} from "./permissions.ts";
import type { Viewer } from "./viewer.ts";

const NOW = new Date("2026-06-15T12:00:00Z");

function viewer(changes: Partial<Viewer> = {}): Viewer {
  return {
    id: "user_viewer",
    handle: "viewer",
    imageUrl: null,
    role: "member",
    suspendedUntil: null,
    suspensionReason: null,
    isDeleted: false,
    colorScheme: "system",
    dateStyle: "relative",
    language: null,
    picturesAsLinks: false,
    ...changes,
  };
}

const open = { status: "open" as const, isDeleted: false };
const locked = { status: "locked" as const, isDeleted: false };
const gone = { status: "open" as const, isDeleted: true };
const own = { authorId: "user_viewer", isDeleted: false };
const theirs = { authorId: "user_else", isDeleted: false };
const deleted = { ...theirs, isDeleted: true };
const ownDeleted = { ...own, isDeleted: true };

test.each<[who: string, viewer: Viewer | null, refusal: Refusal | null]>([
  ["nobody", null, "signed-out"],
  ["a member", viewer(), null],
  ["who is suspended", viewer({ suspendedUntil: "2026-06-15T12:00:01Z" }), "suspended"],
  ["who was suspended until now", viewer({ suspendedUntil: "2026-06-15T12:00:00Z" }), null],
  ["whose account is gone", viewer({ isDeleted: true }), "account-deleted"],
  [
    "gone and suspended",
    viewer({ isDeleted: true, suspendedUntil: "2100-01-01T00:00:00Z" }),
    "account-deleted",
  ],
  ["a suspended admin", viewer({ role: "admin", suspendedUntil: "2100-01-01T00:00:00Z" }), "suspended"],
])("%s: whether they may write at all, and what is asked of that before all else", (_, who, refusal) => {
  expect(writeRefusal(who, NOW)).toBe(refusal);
  if (refusal === null) return;
  expect(replyRefusal(who, locked, NOW)).toBe(refusal);
  expect(voteRefusal(who, locked, ownDeleted, NOW)).toBe(refusal);
  expect(editRefusal(who, locked, deleted, NOW)).toBe(refusal);
  expect(deleteRefusal(who, deleted, NOW)).toBe(refusal);
  expect(moderateRefusal(who, NOW)).toBe(refusal);
  expect(pictureRefusal(who, NOW)).toBe(refusal);
});

test.each([
  ["an open thread", open, null],
  ["a locked thread", locked, "locked"],
  ["a deleted thread", gone, "deleted"],
] as const)("a reply in %s", (_, thread, refusal) => {
  expect(replyRefusal(viewer(), thread, NOW)).toBe(refusal);
});

test.each(["moderator", "admin"] as const)(
  "a %s goes on writing in a locked thread, and does not vote there",
  (role) => {
    const staff = viewer({ role });
    expect(replyRefusal(staff, locked, NOW)).toBeNull();
    expect(replyRefusal(staff, { ...locked, isDeleted: true }, NOW)).toBe("deleted");
    expect(editRefusal(staff, locked, own, NOW)).toBeNull();
    expect(editRefusal(staff, locked, theirs, NOW)).toBe("not-author");
    for (const reply of [own, theirs, deleted]) expect(voteRefusal(staff, locked, reply, NOW)).toBe("locked");
  },
);

test.each([
  ["somebody else's reply", open, theirs, null],
  ["a deleted reply", open, deleted, "deleted"],
  ["one's own reply", open, own, "own-reply"],
  ["a reply in a locked thread", locked, theirs, "locked"],
  ["one's own reply in a locked thread", locked, own, "locked"],
  ["a reply in a deleted thread", gone, theirs, "deleted"],
] as const)("a vote on %s", (_, thread, reply, refusal) => {
  expect(voteRefusal(viewer(), thread, reply, NOW)).toBe(refusal);
});

test.each([
  ["one's own reply", open, own, null],
  ["somebody else's", open, theirs, "not-author"],
  ["somebody else's, deleted", locked, deleted, "not-author"],
  ["one's own, deleted", open, ownDeleted, "deleted"],
  ["one's own in a locked thread", locked, own, "locked"],
  ["one's own, deleted, in a locked thread", locked, ownDeleted, "deleted"],
  ["one's own in a deleted thread", gone, own, "deleted"],
] as const)("an edit of %s", (_, thread, reply, refusal) => {
  expect(editRefusal(viewer(), thread, reply, NOW)).toBe(refusal);
});

test("an author deletes and restores what is theirs, whatever became of it; nobody else does", () => {
  for (const reply of [own, ownDeleted]) expect(deleteRefusal(viewer(), reply, NOW)).toBeNull();
  for (const role of ["member", "moderator", "admin"] as const)
    for (const reply of [theirs, deleted])
      expect(deleteRefusal(viewer({ role }), reply, NOW)).toBe("not-author");
});

test("moderators and admins moderate; members do not", () => {
  const answers = (["member", "moderator", "admin"] as const).map((role) =>
    moderateRefusal(viewer({ role }), NOW),
  );
  expect(answers).toEqual(["not-staff", null, null]);
});

test("admins alone see and delete what others have uploaded", () => {
  const answers = (["member", "moderator", "admin"] as const).map((role) =>
    pictureRefusal(viewer({ role }), NOW),
  );
  expect(answers).toEqual(["not-admin", "not-admin", null]);
});

test("a quota is said with its numbers", () => {
  expect(messageOf("pictures-today")).toEqual(["refusal.pictures-today", { count: 40, max: 100 }]);
  expect(messageOf("pictures-full")).toEqual(["refusal.pictures-full", { max: 1024 }]);
});
