import type { PictureName } from "./picture.ts";
import type { Role } from "./viewer.ts";

/** What pages show, as the statements of app/db/ answer it. Times are ISO strings. */

/** A category where it is named. */
export type CategoryName = { slug: string; name: string; color: string };

/** A category where it is introduced: the home page has a line on each. */
export type CategoryIntroduction = CategoryName & { description: string };

/** What the frame of a page shows beside its content: the forum's categories, in their order (app/ui/frame.tsx). */
export type SidebarView = {
  categories: (CategoryName & { description?: string })[];
  /** The slug of the category that the page belongs to. */
  category?: string;
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
  /** The number of the newest reply; 1 where there is none yet. */
  lastNumber: number;
};

/** A thread as a page lists it: the ids of people stay inside. */
export type ListedThread = Omit<ThreadSummary, "authorId" | "lastAuthorId">;

export type HomePage = { categories: CategoryIntroduction[]; threads: ThreadSummary[] };

export type CategoryPage = CategoryIntroduction & {
  id: string;
  threadCount: number;
  replyCount: number;
  categories: CategoryName[];
  threads: ThreadSummary[];
};

export type ReplyView = {
  number: number;
  authorId: string;
  author: { handle: string; imageUrl: string | null; role: Role; isDeleted: boolean };
  /** Null where the reply is deleted. */
  bodyHtml: string | null;
  replyTo: { number: number; handle: string; authorId: string; isDeleted: boolean } | null;
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

/** Who set a state on a thread, when, and why; null is what nobody wrote down. */
export type Decision = {
  by: { id: string; handle: string; isDeleted: boolean } | null;
  at: string | null;
  reason: string | null;
};

export type ThreadPage = ThreadState & {
  authorId: string;
  author: string;
  /** The lock and the pin that are on it. */
  lock: Decision | null;
  pin: Decision | null;
  category: CategoryName;
  replyCount: number;
  lastNumber: number;
  acceptedNumber: number | null;
  createdAt: string;
  categories: CategoryName[];
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
  categories: CategoryName[];
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

export type ReplyContext = { thread: ThreadState; reply: ReplySource | null; categories: CategoryName[] };

/** A picture as its owner and admins see it in a list. */
export type OwnPicture = PictureName & {
  bytes: number;
  createdAt: string;
  /** A post that shows it, or null. */
  shownIn: { number: number; title: string; reply: number } | null;
};

/** What a member has uploaded: a page of it, and one more where there are further ones. */
export type OwnPictures = { handle: string; bytesUsed: number; pictures: OwnPicture[] };
