import * as facts from "./facts.ts";
import type { Role } from "./viewer.ts";

/**
 * All that can happen to what the forum shows. The statement that makes a change writes its event beside it, and everything
 * that follows from the change follows from the event. Events carry ids and numbers, never text and nothing personal:
 * `thread` and `reply` are public numbers, `category` and `into` are categories' keys, people are Clerk's user ids, and `picture`
 * is a picture's hash, once it is nowhere any more but in caches.
 */
export type Event =
  | { kind: "thread-started"; thread: number; category: string; author: string }
  | { kind: "thread-retitled"; thread: number; author: string }
  | { kind: "thread-deleted" | "thread-restored"; thread: number; category: string; author: string }
  | { kind: "thread-locked"; thread: number; locked: boolean; by: string }
  | { kind: "thread-pinned"; thread: number; category: string; pinned: boolean; by: string }
  | ({ kind: "reply-written" | "reply-deleted" | "reply-restored" } & ReplyPlace)
  | { kind: "reply-edited"; thread: number; reply: number; author: string }
  | { kind: "vote-cast"; thread: number; reply: number; voter: string; value: -1 | 0 | 1 }
  | { kind: "member-changed" | "member-deleted" | "preferences-saved"; member: string }
  | { kind: "role-set"; member: string; role: Role }
  | { kind: "member-suspended"; member: string; suspended: boolean }
  | { kind: "category-added" | "category-changed" | "category-removed"; category: string }
  | { kind: "category-merged"; category: string; into: string }
  | { kind: "picture-removed"; picture: string }
  | { kind: "import-finished" };

/** Where a reply stands; `starter` is who started its thread. */
type ReplyPlace = { thread: number; reply: number; category: string; author: string; starter: string };

export type EventKind = Event["kind"];

/**
 * An event as it is stored, `at` in microseconds since 1970. Ids grow, but not always in the order in which changes are
 * committed; a database that was restored or begun anew gives them once more, at another time.
 */
export type StoredEvent = Event & { id: number; at: number };

/** The facts that are others now: every page that shows one of them is dropped. */
export function changedFacts(event: Event): facts.Fact[] {
  switch (event.kind) {
    case "thread-started":
    case "thread-deleted":
    case "thread-restored":
      return [
        facts.thread(event.thread),
        facts.LISTS,
        facts.listOf(event.category),
        facts.threadsBy(event.author),
      ];
    case "thread-retitled":
    case "thread-locked":
      return [facts.thread(event.thread)];
    case "thread-pinned":
      // The home page begins with what was pinned last.
      return [facts.thread(event.thread), facts.LISTS, facts.listOf(event.category)];
    case "reply-written":
    case "reply-deleted":
    case "reply-restored":
      // An opening post is no reply: it is counted and listed with its thread. Each page names what its replies answer.
      if (event.reply === 1) return [...wordsOf(event), facts.repliesOf(event.thread)];
      return [
        facts.repliesOf(event.thread),
        facts.LISTS,
        facts.listOf(event.category),
        facts.repliesBy(event.author),
        facts.threadsBy(event.starter),
      ];
    case "reply-edited":
      return wordsOf(event);
    case "vote-cast":
      return [facts.pageWith(event.thread, event.reply)];
    case "member-changed":
    case "role-set":
    case "member-suspended":
      return [facts.member(event.member)];
    case "member-deleted":
      return [facts.member(event.member), facts.threadsBy(event.member), facts.repliesBy(event.member)];
    case "category-added":
    case "category-changed":
    case "category-removed":
      return [facts.CATEGORIES];
    case "category-merged":
      return [facts.CATEGORIES, facts.LISTS, facts.listOf(event.into)];
    case "picture-removed":
      return [facts.picture(event.picture)];
    case "import-finished":
      return [facts.FORUM];
    case "preferences-saved":
      return [];
    default:
      return somethingChanged(event);
  }
}

/** What newer code has written, and this code, which was put back, knows nothing of: any page may be another. */
function somethingChanged(_: never): facts.Fact[] {
  return [facts.FORUM];
}

/**
 * The facts whose old words nobody may see any more: they were taken back, or their author is gone. Narrower than
 * `changedFacts`, which names counts and lists as well.
 */
export function withdrawnFacts(event: Event): facts.Fact[] {
  switch (event.kind) {
    case "thread-deleted":
    case "thread-retitled":
      return [facts.thread(event.thread)];
    case "reply-edited":
    case "reply-deleted":
      return wordsOf(event);
    case "member-deleted":
      return [facts.member(event.member)];
    case "picture-removed":
      return [facts.picture(event.picture)];
    default:
      return [];
  }
}

/** Where the words of a reply are: on its thread's page, and, unless it is the opening post, among its author's replies. */
function wordsOf({ thread, reply, author }: { thread: number; reply: number; author: string }): facts.Fact[] {
  return [facts.pageWith(thread, reply), ...(reply > 1 ? [facts.repliesBy(author)] : [])];
}

/** Whether readers may learn of it up to a minute late: a score is no news. */
export function mayWait(event: Event): boolean {
  return event.kind === "vote-cast";
}
