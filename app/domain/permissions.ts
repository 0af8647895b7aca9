import type { Message } from "#app/messages/catalogue.ts";
import { PICTURE_QUOTA } from "./picture.ts";
import { isStaff, isSuspended, type Viewer } from "./viewer.ts";

/** Why something may not be done. The statement that writes answers with the same words (app/db/refusals.server.ts). */
export type Refusal =
  | "signed-out"
  | "account-deleted"
  | "suspended"
  | "locked"
  | "deleted"
  | "not-author"
  | "own-reply"
  | "not-staff"
  | "not-admin"
  | "no-category"
  | "pictures-today"
  | "pictures-full"
  | "picture-going";

type ThreadState = { status: "open" | "locked"; isDeleted: boolean };
type ReplyState = { authorId: string; isDeleted: boolean };

/** What is said of a refusal: what stands in the way, and what can be done about it. */
export function messageOf(refusal: Refusal): Message {
  const { picturesADay: count, bytesADay, bytesInAll } = PICTURE_QUOTA;
  if (refusal === "pictures-today") return [`refusal.${refusal}`, { count, max: bytesADay / 1024 / 1024 }];
  if (refusal === "pictures-full") return [`refusal.${refusal}`, { max: bytesInAll / 1024 / 1024 }];
  return `refusal.${refusal}`;
}

/** Why `viewer` may not write anything at all, or null. */
export function writeRefusal(viewer: Viewer | null, now: Date): Refusal | null {
  if (!viewer) return "signed-out";
  if (viewer.isDeleted) return "account-deleted";
  if (isSuspended(viewer, now)) return "suspended";
  return null;
}

/** Why `viewer` may not write in `thread` because it is locked, or null. Whoever may lock it may go on writing in it. */
function lockRefusal(viewer: Viewer | null, { status }: ThreadState): Refusal | null {
  return status === "locked" && !isStaff(viewer) ? "locked" : null;
}

/** Why `viewer` may not reply in `thread`, or null. */
export function replyRefusal(viewer: Viewer | null, thread: ThreadState, now: Date): Refusal | null {
  const refusal = writeRefusal(viewer, now);
  if (refusal) return refusal;
  if (thread.isDeleted) return "deleted";
  return lockRefusal(viewer, thread);
}

/** Why `viewer` may not vote on `reply`, or null. Nobody votes in a locked thread. */
export function voteRefusal(
  viewer: Viewer | null,
  thread: ThreadState,
  reply: ReplyState,
  now: Date,
): Refusal | null {
  const refusal = replyRefusal(viewer, thread, now);
  if (refusal) return refusal;
  if (thread.status === "locked") return "locked";
  if (reply.isDeleted) return "deleted";
  return reply.authorId === viewer?.id ? "own-reply" : null;
}

/** Why `viewer` may not change the text of `reply`, or null. */
export function editRefusal(
  viewer: Viewer | null,
  thread: ThreadState,
  reply: ReplyState,
  now: Date,
): Refusal | null {
  const refusal = writeRefusal(viewer, now);
  if (refusal) return refusal;
  if (reply.authorId !== viewer?.id) return "not-author";
  if (thread.isDeleted || reply.isDeleted) return "deleted";
  return lockRefusal(viewer, thread);
}

/** Why `viewer` may not delete or restore `reply`, or null. A lock does not hold a person's own words captive. */
export function deleteRefusal(viewer: Viewer | null, reply: ReplyState, now: Date): Refusal | null {
  const refusal = writeRefusal(viewer, now);
  if (refusal) return refusal;
  return reply.authorId === viewer?.id ? null : "not-author";
}

/** Why `viewer` may not lock and pin threads, or null. */
export function moderateRefusal(viewer: Viewer | null, now: Date): Refusal | null {
  const refusal = writeRefusal(viewer, now);
  if (refusal) return refusal;
  return isStaff(viewer) ? null : "not-staff";
}

/** Why `viewer` may not see and delete what others have uploaded, or null. */
export function pictureRefusal(viewer: Viewer | null, now: Date): Refusal | null {
  const refusal = writeRefusal(viewer, now);
  if (refusal) return refusal;
  return viewer?.role === "admin" ? null : "not-admin";
}
