import type { Role } from "./viewer.ts";

/** What pages show, as the statements of app/db/ answer it. Times are ISO strings. */

/** A category where it is named; `id` is its key. */
export type CategoryName = { id: string; slug: string; name: string };

export type CategorySummary = {
  id: string;
  slug: string;
  name: string;
  description: string;
  threadCount: number;
  replyCount: number;
  /** The thread in which something was written last, or null in an empty category. */
  latest: { number: number; title: string; lastActivityAt: string } | null;
};

export type ThreadSummary = {
  number: number;
  title: string;
  status: "open" | "locked";
  isPinned: boolean;
  category: CategoryName;
  authorId: string;
  author: { handle: string; imageUrl: string | null };
  /** Who wrote the newest reply; the author where there is none yet. */
  lastAuthorId: string;
  lastAuthor: string;
  replyCount: number;
  score: number;
  createdAt: string;
  lastActivityAt: string;
};

/** A thread as a page lists it: the ids of people stay inside. */
export type ListedThread = Omit<ThreadSummary, "authorId" | "lastAuthorId">;

export type HomePage = { categories: CategorySummary[]; threads: ThreadSummary[] };

export type CategoryPage = {
  id: string;
  slug: string;
  name: string;
  description: string;
  threadCount: number;
  replyCount: number;
  threads: ThreadSummary[];
};

export type ReplyView = {
  number: number;
  authorId: string;
  author: { handle: string; imageUrl: string | null; role: Role; isDeleted: boolean };
  /** Null where the reply is deleted. */
  bodyHtml: string | null;
  replyTo: { number: number; handle: string; authorId: string } | null;
  score: number;
  /** The viewer's own vote: -1, 0 or 1. */
  vote: -1 | 0 | 1;
  isDeleted: boolean;
  editedAt: string | null;
  createdAt: string;
};

/** What of a reply depends on who asks, and its score, which changes most often. */
export type ReplyVote = Pick<ReplyView, "number" | "score" | "vote">;

export type ThreadState = {
  number: number;
  title: string;
  status: "open" | "locked";
  isPinned: boolean;
  isDeleted: boolean;
};

export type ThreadPage = ThreadState & {
  authorId: string;
  category: CategoryName;
  replyCount: number;
  lastNumber: number;
  acceptedNumber: number | null;
  createdAt: string;
  replies: ReplyView[];
};

export type MemberThread = {
  number: number;
  title: string;
  category: CategoryName;
  replyCount: number;
  score: number;
  createdAt: string;
};

export type MemberReply = {
  id: string;
  number: number;
  thread: { number: number; title: string };
  bodyHtml: string;
  score: number;
  createdAt: string;
};

export type MemberPage = {
  id: string;
  handle: string;
  name: string | null;
  imageUrl: string | null;
  role: Role;
  isSuspended: boolean;
  isDeleted: boolean;
  isImported: boolean;
  createdAt: string;
  threads: MemberThread[];
  replies: MemberReply[];
};

export type ReplySource = {
  number: number;
  authorId: string;
  handle: string;
  body: string;
  bodyHtml: string;
  revision: number;
  isDeleted: boolean;
};

export type ReplyContext = { thread: ThreadState; reply: ReplySource | null };
