import type { Cursor } from "#app/domain/cursor.ts";
import { pageOfReply, type Sort } from "#app/domain/paging.ts";
import { categoryTag, LISTS_TAG, memberTag, replyTag, threadTag } from "#app/domain/tags.ts";
import type { CategoryPage, HomePage, MemberPage, ThreadPage, ThreadSummary } from "#app/domain/views.ts";
import type { Database } from "./client.server.ts";
import { getMemberPage, type MemberList } from "./members.server.ts";
import { getCategoryPage, getHomePage, getThreadPage } from "./threads.server.ts";

/**
 * The part of a page that is the same for everyone: the signed-out get a page made of it, and members get the same
 * rows with their own votes laid over. So it can be kept and shared.
 */
export type Part<Data> = {
  /** Names the part, and is all that is needed to make it again (`partOf`). */
  key: string;
  /** One statement, on behalf of nobody. */
  load(db: Database): Promise<Data>;
  /** What the part shows (app/domain/tags.ts). */
  tags(data: Data): string[];
  /** Whether there is such a page. Addresses of pages that are not there are without number, so no copy is kept of them. */
  isThere(data: Data): boolean;
};

/**
 * Copies of parts outlive deploys (workers/last-good.ts), and code of today must not meet data of another shape:
 * raise this whenever `load` answers something new, or `tags` names it otherwise.
 */
export const PARTS_FORMAT = 1;

type ListQuery = { sort: Sort; after: Cursor | null };

const MAKERS = { home: homePart, category: categoryPart, thread: threadPart, member: memberPart };

/** The part that a key names. Keys come from our own `Part.key` alone. */
export function partOf(key: string): Part<unknown> {
  const [kind, ...args] = JSON.parse(key) as [keyof typeof MAKERS, ...never[]];
  return (MAKERS[kind] as (...args: never[]) => Part<unknown>)(...args);
}

/** The home page: every category, and a page of threads. */
export function homePart(query: ListQuery): Part<HomePage> {
  return {
    key: JSON.stringify(["home", query]),
    load: (db) => getHomePage(db, query),
    tags: ({ threads, categories }) => [
      LISTS_TAG,
      ...categories.flatMap(({ latest }) => (latest ? [threadTag(latest.number)] : [])),
      ...threads.flatMap(tagsOfSummary),
    ],
    isThere: ({ threads }) => query.after === null || threads.length > 0,
  };
}

/** A category and a page of its threads; null where there is none. */
export function categoryPart(slug: string, query: ListQuery): Part<CategoryPage | null> {
  return {
    key: JSON.stringify(["category", slug, query]),
    load: (db) => getCategoryPage(db, slug, query),
    tags: (category) => [categoryTag(slug), ...(category?.threads ?? []).flatMap(tagsOfSummary)],
    isThere: (category) => category !== null && (query.after === null || category.threads.length > 0),
  };
}

/** A thread and the replies of one of its pages; null where there is none that everyone may see. */
export function threadPart(number: number, page: number): Part<ThreadPage | null> {
  return {
    key: JSON.stringify(["thread", number, page]),
    load: (db) => getThreadPage(db, { number, page, viewerId: null }),
    tags: (thread) => [
      threadTag(number),
      ...(thread ? [categoryTag(thread.category.slug)] : []),
      ...(thread?.replies ?? []).flatMap((reply) => [
        replyTag(number, reply.number),
        memberTag(reply.authorId),
      ]),
      ...(thread?.replies ?? []).flatMap(({ replyTo }) => (replyTo ? [memberTag(replyTo.authorId)] : [])),
    ],
    isThere: (thread) => thread !== null && page <= pageOfReply(thread.lastNumber),
  };
}

/** A member and a page of one of their lists; null where there is none. */
export function memberPart(handle: string, list: MemberList): Part<MemberPage | null> {
  return {
    key: JSON.stringify(["member", handle, list]),
    load: (db) => getMemberPage(db, handle, list),
    // Where there is nobody, nothing is named, and so nothing is kept: the handle may be taken at any moment.
    tags: (member) =>
      member
        ? [
            memberTag(member.id),
            ...member.threads.map(({ number }) => threadTag(number)),
            ...member.replies.flatMap(({ thread, number }) => [
              threadTag(thread.number),
              replyTag(thread.number, number),
            ]),
          ]
        : [],
    isThere: (member) =>
      member !== null && (list.before === null || member.threads.length + member.replies.length > 0),
  };
}

function tagsOfSummary({ number, authorId, lastAuthorId }: ThreadSummary): string[] {
  return [threadTag(number), memberTag(authorId), memberTag(lastAuthorId)];
}
