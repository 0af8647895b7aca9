import { deleteRefusal, editRefusal, replyRefusal, voteRefusal } from "./permissions.ts";
import type { Viewer } from "./viewer.ts";
import type { ReplyView, ReplyVote, ThreadPage } from "./views.ts";

/** A thread's page with its replies' present scores, and the viewer's own votes on them. */
export function withVotes(thread: ThreadPage, votes: ReplyVote[]): ThreadPage {
  const byNumber = new Map(votes.map((vote) => [vote.number, vote]));
  return { ...thread, replies: thread.replies.map((reply) => ({ ...reply, ...byNumber.get(reply.number) })) };
}

/** A reply with what its viewer may do to it. The signed-out are offered what they may do once signed in. */
export type ReplyForViewer = Omit<ReplyView, "authorId" | "replyTo"> & {
  replyTo: { number: number; handle: string } | null;
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
      replyTo: replyTo && { number: replyTo.number, handle: replyTo.handle },
      mayVote: viewer ? voteRefusal(viewer, thread, state, now) === null : isOpen,
      mayReply: !reply.isDeleted && (viewer ? replyRefusal(viewer, thread, now) === null : isOpen),
      mayEdit: editRefusal(viewer, thread, state, now) === null,
      mayDelete: deleteRefusal(viewer, state, now) === null,
    };
  });
}
