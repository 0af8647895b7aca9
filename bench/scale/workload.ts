import { randomUUID } from "node:crypto";
import { listCategoryCounts } from "#app/db/categories.server.ts";
import type { Database } from "#app/db/client.server.ts";
import { listUnhandled } from "#app/db/events.server.ts";
import { ensureMember, recordClerkEvent } from "#app/db/identity.server.ts";
import { getMemberPage, getViewer, getViewerWithVotes, saveSettings } from "#app/db/members.server.ts";
import { createPicture, deletePicture, listPictures } from "#app/db/pictures.server.ts";
import { createReply, deleteReply, editReply, getReply } from "#app/db/replies.server.ts";
import {
  createThread,
  getCategoryPage,
  getHomePage,
  getThreadPage,
  listCategories,
  lockThread,
  pinThread,
} from "#app/db/threads.server.ts";
import { castVote } from "#app/db/votes.server.ts";
import { pageOfReply, SORTS } from "#app/domain/paging.ts";
import type { Subjects } from "./subjects.ts";

/** What sends a statement. */
export type Act = (db: Database) => Promise<unknown>;

/** Something that a page shows or a member does: what it is called, and ways to do it that should cost the same. */
export type Work = [name: string, acts: Act[]];

/** Every read, at its cheapest places and at its dearest. */
export function pages({ long, short, category, deep, prolific, reader, replies }: Subjects): Work[] {
  const page = (number: number, page: number): Act => {
    return (db) => getThreadPage(db, { number, page, viewerId: null });
  };
  const member = (list: Parameters<typeof getMemberPage>[2]): Act[] => [
    (db) => getMemberPage(db, prolific.handle, list),
  ];
  const lastPage = pageOfReply(long.lastNumber);
  return [
    ...SORTS.flatMap((sort): Work[] => {
      const { everywhere, inCategory } = deep[sort];
      const among = { ...inCategory, isPinned: true };
      return [
        [`the home page by ${sort}`, [(db) => getHomePage(db, { sort, after: null })]],
        [`the home page by ${sort}, far down`, [(db) => getHomePage(db, { sort, after: everywhere })]],
        [`a category by ${sort}`, [(db) => getCategoryPage(db, category, { sort, after: null })]],
        [
          `a category by ${sort}, far down`,
          [(db) => getCategoryPage(db, category, { sort, after: inCategory })],
        ],
        [
          `a category by ${sort}, among its pinned threads`,
          [(db) => getCategoryPage(db, category, { sort, after: among })],
        ],
      ];
    }),
    ["a thread of one page", short.map((number) => page(number, 1))],
    ["page 1 of the longest thread", [page(long.number, 1)]],
    [
      "pages all over the longest thread",
      replies.map(({ number }) => page(long.number, pageOfReply(number))),
    ],
    ["the last full page of the longest thread", [page(long.number, lastPage - 1)]],
    [
      "a reply to be answered",
      replies.map(
        ({ number }) =>
          (db) =>
            getReply(db, { thread: long.number, number, viewerId: reader }),
      ),
    ],
    ["the busiest member's threads", member({ show: "threads", before: null })],
    ["the busiest member's threads, far down", member({ show: "threads", before: prolific.thread })],
    ["the busiest member's replies", member({ show: "replies", before: null })],
    ["the busiest member's replies, far down", member({ show: "replies", before: prolific.reply })],
    ["the viewer", [(db) => getViewer(db, reader)]],
    [
      "a viewer and their votes on a page, all over that thread",
      replies.map(({ number }) => (db) => {
        return getViewerWithVotes(db, reader, { number: long.number, page: pageOfReply(number) });
      }),
    ],
    ["the busiest member's pictures", [(db) => listPictures(db, prolific.handle, null)]],
    ["the categories", [(db) => listCategories(db)]],
    ["the categories with what is in them", [(db) => listCategoryCounts(db)]],
    ["what was not seen to yet", [(db) => listUnhandled(db, 500)]],
  ];
}

/** Every statement that writes. */
export function writes({ long, short, category, reader, moderator, replies, votes }: Subjects): Work[] {
  const thread = long.number;
  const body = "Text";
  const picture = { hash: "0".repeat(32), kind: "png", width: 800, height: 600 } as const;
  return [
    [
      "a new thread",
      [
        (db) =>
          createThread(db, { authorId: reader, category, title: "A title", body, submission: randomUUID() }),
      ],
    ],
    [
      "a reply",
      replies.map(({ number: replyTo }) => (db) => {
        return createReply(db, { thread, authorId: reader, body, replyTo, submission: randomUUID() });
      }),
    ],
    ["an edit", replies.map((reply) => (db) => editReply(db, { thread, ...reply, body, title: null }))],
    [
      "a vote",
      replies.map(
        ({ number }) =>
          (db) =>
            castVote(db, { thread, number, voterId: reader, value: -1 }),
      ),
    ],
    ["a vote taken back", votes.map((vote) => (db) => castVote(db, { thread, ...vote, value: 0 }))],
    [
      "a deletion",
      replies.map(
        ({ number, authorId }) =>
          (db) =>
            deleteReply(db, { thread, number, authorId, deleted: true }),
      ),
    ],
    ["a lock", short.map((number) => (db) => lockThread(db, { number, locked: true, by: moderator }))],
    ["a pin", short.map((number) => (db) => pinThread(db, { number, pinned: true, by: moderator }))],
    [
      "settings",
      [(db) => saveSettings(db, reader, { handle: "another", colorScheme: "dark", dateStyle: "absolute" })],
    ],
    ["a picture", [(db) => createPicture(db, { ...picture, bytes: 1_000, ownerId: reader })]],
    ["a picture's deletion", [(db) => deletePicture(db, { hash: picture.hash, ownerId: reader })]],
    ["a first request", [(db) => ensureMember(db, "user_new")]],
    [
      "a deletion at Clerk",
      [(db) => recordClerkEvent(db, { kind: "deleted", id: reader, deletedAt: new Date() })],
    ],
  ];
}
