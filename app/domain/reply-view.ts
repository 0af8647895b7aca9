import { deleteRefusal, editRefusal, replyRefusal, voteRefusal } from "./permissions.ts";
import type { Viewer } from "./viewer.ts";
import type { Decision, ReplyView, ReplyVote, ThreadPage } from "./views.ts";

/** A thread's page with its replies' present scores, and the viewer's own votes on them. */
export function withVotes(thread: ThreadPage, votes: ReplyVote[]): ThreadPage {
  const byNumber = new Map(votes.map((vote) => [vote.number, vote]));
  return { ...thread, replies: thread.replies.map((reply) => ({ ...reply, ...byNumber.get(reply.number) })) };
}

/** What a page says of a lock or a pin; `by` is null where nobody knows, and who is gone has no handle. */
export type ShownDecision = {
  by: { handle: string | null } | null;
  at: string | null;
  reason: string | null;
};

/** A decision without the id of who made it, which stays inside. */
export function shownDecision(decision: Decision | null): ShownDecision | null {
  if (!decision) return null;
  const { by, at, reason } = decision;
  return { by: by && { handle: by.isDeleted ? null : by.handle }, at, reason };
}

/** A reply with what its viewer may do to it. The signed-out are offered what they may do once signed in. */
export type ReplyForViewer = Omit<ReplyView, "authorId" | "replyTo"> & {
  /** What it answers; nobody is named where that is deleted. */
  replyTo: { number: number; handle: string | null } | null;
  mayVote: boolean;
  mayReply: boolean;
  mayEdit: boolean;
  mayDelete: boolean;
};

/** Asks every permission once, where the page is made; the statements that write ask again. */
export function repliesForViewer(thread: ThreadPage, viewer: Viewer | null, now: Date): ReplyForViewer[] {
  return thread.replies.map(({ authorId, replyTo, ...reply }) => {
    const state = { authorId, isDeleted: reply.isDeleted };
    const isOpen = thread.status === "open" && !thread.isDeleted && !reply.isDeleted;
    return {
      ...reply,
      replyTo: replyTo && { number: replyTo.number, handle: replyTo.isDeleted ? null : replyTo.handle },
      mayVote: viewer ? voteRefusal(viewer, thread, state, now) === null : isOpen,
      mayReply: !reply.isDeleted && (viewer ? replyRefusal(viewer, thread, now) === null : isOpen),
      mayEdit: editRefusal(viewer, thread, state, now) === null,
      mayDelete: deleteRefusal(viewer, state, now) === null,
    };
  });
}
