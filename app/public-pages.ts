import { href } from "react-router";
import type { Database } from "./db/client.server.ts";
import { getMemberPage } from "./db/members.server.ts";
import type { Public } from "./db/public.server.ts";
import { getCategoryPage, getHomePage, getPublicThreadPage } from "./db/threads.server.ts";
import { type Cursor, encodeCursor } from "./domain/cursor.ts";
import * as facts from "./domain/facts.ts";
import {
  COPY_RENEW_MS,
  FRESH_SECONDS,
  LIST_COPY_RENEW_MS,
  type Lifetime,
  SCORED_FRESH_SECONDS,
  SCORED_STALE_SECONDS,
  STALE_SECONDS,
} from "./domain/keeping.ts";
import { isName, pageOfReply, parseNumber, parsePage, type Sort } from "./domain/paging.ts";
import { countCharacters, SLUG_MAX } from "./domain/text.ts";
import type { CategoryPage, HomePage, MemberPage, ThreadPage, ThreadSummary } from "./domain/views.ts";
import { notFound } from "./http.ts";
import { categoryPath, homePath, listPath, memberListPath } from "./paths.ts";
import { readListQuery, readMemberQuery } from "./request/list-query.server.ts";

/*
 * Every page that everyone may see, once. From its entry follow the address under which it is kept, what makes it
 * change, what is fetched while the viewer is still being looked up, and which links a browser may follow ahead.
 */

/** What a page asks the forum for. Its rows are the same for everyone, so they may be kept and shared. */
export type PublicQuery<Rows = unknown, Asked = unknown> = Lifetime & {
  /** What the address asks for. */
  asked: Asked;
  /** Names the rows wherever they are kept: an address of the page, with nothing in it that they do not depend on. */
  address: string;
  /** One statement on behalf of nobody; null where there is no such page. */
  load(db: Database): Promise<Public<Rows> | null>;
  /** The facts that the page shows, or that make it be no page. Empty where no change can be named that ends it. */
  shows(rows: Rows | null): facts.Fact[];
  /**
   * Whether these rows are kept for an outage: they are those of a page that is there, at an address that only the forum
   * makes. Further pages of lists are at a place in the list, of which anybody can make up as many as they like.
   */
  isCopied(rows: Rows | null): boolean;
  /** How old (milliseconds) a copy may be of what has changed since. */
  renewCopyAfter: number;
};

type Params = Record<string, string | undefined>;

type PublicPage<Rows, Asked> = {
  /** Its address, as app/routes.ts writes it. */
  readonly pattern: string;
  /** The query of an address. Throws the page's own 404 or 400 where the address makes no sense. */
  at(params: Params, search: URLSearchParams): PublicQuery<Rows, Asked>;
};

type Definition<Rows, Asked> = {
  pattern: string;
  ask(params: Params, search: URLSearchParams): Asked;
  /** The address of its rows: one for all spellings of what is asked for. */
  address(asked: Asked): string;
  load(db: Database, asked: Asked): Promise<Public<Rows> | null>;
  shows(rows: Rows | null, asked: Asked): facts.Fact[];
  /** A list across members: it moves with whatever anybody writes. */
  isList?: boolean;
  /** Whether it is ordered by score, and so renews by age. */
  isScored?(asked: Asked): boolean;
  isCopied(rows: Rows, asked: Asked): boolean;
};

function definePage<Rows, Asked>(page: Definition<Rows, Asked>): PublicPage<Rows, Asked> {
  return {
    pattern: page.pattern,
    at(params, search) {
      const asked = page.ask(params, search);
      const isScored = page.isScored?.(asked) ?? false;
      return {
        asked,
        address: page.address(asked),
        load: (db) => page.load(db, asked),
        shows: (rows) => page.shows(rows, asked),
        freshFor: isScored ? SCORED_FRESH_SECONDS : FRESH_SECONDS,
        staleFor: isScored ? SCORED_STALE_SECONDS : STALE_SECONDS,
        isCopied: (rows) => rows !== null && page.isCopied(rows, asked),
        renewCopyAfter: page.isList ? LIST_COPY_RENEW_MS : COPY_RENEW_MS,
      };
    },
  };
}

/**
 * The home page: what each category is for, and a page of threads. In order of score, like a category's, it names no list that moves:
 * such a list renews by its age.
 */
export const homePage = definePage({
  isList: true,
  pattern: "/",
  ask: (_, search) => readListQuery(search),
  address: (asked) => addressOfList(homePath(), asked),
  load: getHomePage,
  shows: (home: HomePage | null, { sort }) => [
    facts.FORUM,
    facts.CATEGORIES,
    ...(sort === "top" ? [] : [facts.LISTS]),
    ...(home?.threads ?? []).flatMap(factsOfSummary),
  ],
  isScored: ({ sort }) => sort === "top",
  isCopied: (_, { after }) => after === null,
});

/** A category and a page of its threads. */
export const categoryPage = definePage({
  isList: true,
  pattern: "/c/:category",
  ask: ({ category = "" }, search) => {
    if (!isName(category)) throw notFound("missing.category");
    return { slug: category, ...readListQuery(search) };
  },
  address: ({ slug, ...asked }) => addressOfList(categoryPath(slug), asked),
  load: (db, { slug, ...query }) => getCategoryPage(db, slug, query),
  shows: (category: CategoryPage | null, { slug, sort }) => {
    // A slug that it had leads to the one that it has, until another category gets it.
    if (category?.slug !== slug) return [facts.FORUM, facts.CATEGORIES];
    return [
      facts.FORUM,
      facts.CATEGORIES,
      ...(sort === "top" ? [] : [facts.listOf(category.id)]),
      ...category.threads.flatMap(factsOfSummary),
    ];
  },
  isScored: ({ sort }) => sort === "top",
  isCopied: (_, { after }) => after === null,
});

/** A thread and the replies of one of its pages. */
export const threadPage = definePage({
  pattern: "/t/:number/:slug?",
  ask: (params, search) => {
    const number = parseNumber(params.number);
    const page = parsePage(search.get("page"));
    if (!number || !page) throw notFound();
    return { number, page };
  },
  address: ({ number, page }) => {
    const path = href("/t/:number/:slug?", { number: String(number) });
    return page > 1 ? `${path}?page=${page}` : path;
  },
  load: (db, asked) => getPublicThreadPage(db, asked),
  shows: (thread: ThreadPage | null, { number, page }) => [
    facts.FORUM,
    facts.thread(number),
    facts.repliesOf(number),
    ...(thread
      ? [
          facts.CATEGORIES,
          facts.pageOf(number, page),
          facts.member(thread.authorId),
          ...[thread.lock, thread.pin].flatMap((decision) =>
            decision?.by ? [facts.member(decision.by.id)] : [],
          ),
          ...thread.replies.flatMap(authors),
        ]
      : []),
  ],
  isCopied: (thread, { page }) => hasPage(thread, page),
});

/** A member and a page of one of their lists. */
export const memberPage = definePage({
  pattern: "/u/:handle",
  ask: ({ handle = "" }, search) => {
    if (!isName(handle)) throw notFound("missing.member");
    return { handle, list: readMemberQuery(search) };
  },
  address: ({ handle, list: { show, before } }) => memberListPath(handle.toLowerCase(), show, before),
  load: (db, { handle, list }) => getMemberPage(db, handle, list),
  // Nobody can say when a handle that is nobody's will be somebody's: such a page ends by its age.
  shows: (member: MemberPage | null, { handle, list }) => {
    if (!member) return [];
    // A handle that they had leads to the one that they have, and shows nothing else.
    if (member.handle.toLowerCase() !== handle.toLowerCase()) return [facts.FORUM, facts.member(member.id)];
    return [
      facts.FORUM,
      facts.CATEGORIES,
      facts.member(member.id),
      list.show === "threads" ? facts.threadsBy(member.id) : facts.repliesBy(member.id),
      ...member.threads.map(({ number }) => facts.thread(number)),
      ...member.replies.map(({ thread }) => facts.thread(thread.number)),
    ];
  },
  isCopied: (_, { list }) => list.before === null,
});

function addressOfList(path: string, { sort, after }: { sort: Sort; after: Cursor | null }): string {
  return listPath(path, sort, after && encodeCursor(after));
}

function factsOfSummary({ number, authorId, lastAuthorId }: ThreadSummary): facts.Fact[] {
  return [facts.thread(number), facts.member(authorId), facts.member(lastAuthorId)];
}

function authors({ authorId, replyTo }: ThreadPage["replies"][number]): facts.Fact[] {
  return [facts.member(authorId), ...(replyTo ? [facts.member(replyTo.authorId)] : [])];
}

export const PUBLIC_PAGES: readonly PublicPage<unknown, unknown>[] = [
  homePage,
  categoryPage,
  threadPage,
  memberPage,
] as never;

const SEGMENTS = PUBLIC_PAGES.map((page) => ({ page, names: page.pattern.split("/").filter(Boolean) }));

/** The public page at an address, with what its pattern names; null where there is none. */
function findPage(
  segments: string[],
): { page: PublicPage<unknown, unknown>; path: string; params: Params } | null {
  for (const { page, names } of SEGMENTS) {
    const least = names.filter((name) => !name.endsWith("?")).length;
    if (segments.length > names.length || segments.length < least) continue;
    const params: Params = {};
    const isMatch = segments.every((segment, at) => {
      const name = names[at] ?? "";
      if (!name.startsWith(":")) return name === segment.toLowerCase();
      params[name.slice(1).replace("?", "")] = segment;
      return true;
    });
    if (!isMatch) continue;
    // `/t/new` is an address of its own, and no thread.
    if ("number" in params && !/^\d/.test(params.number ?? "")) continue;
    // What may be left out and is longer than the forum makes it is left out: nobody fills the cache with it.
    if (params.slug !== undefined && isTooLong(params.slug)) delete params.slug;
    return { page, path: href(page.pattern as "/t/:number/:slug?", params as never), params };
  }
  return null;
}

/** Whether a slug is longer than any of ours, in characters; React Router's client asks for a page's data under `.data`. */
function isTooLong(slug: string): boolean {
  return countCharacters(slug.replace(/\.data$/, "")) > SLUG_MAX;
}

/** A path as the segments that stand in it, decoded. */
function segmentsOf(pathname: string): string[] {
  return pathname
    .split("/")
    .filter(Boolean)
    .map((segment) => decoded(segment) ?? segment);
}

function decoded(segment: string): string | null {
  try {
    return decodeURIComponent(segment);
  } catch {
    return null;
  }
}

/**
 * The one path at which what a path leads to is read: without empty segments, in the usual spelling. A path that is no
 * public page's only loses its empty segments. What cannot be decoded is taken for what it is typed as, since the router
 * would stumble over it.
 */
export function canonicalPath(pathname: string): string {
  const found = findPage(segmentsOf(pathname));
  if (found) return found.path;
  const segments = pathname.split("/").filter(Boolean);
  const typed = segments.map((segment) =>
    decoded(segment) === null ? encodeURIComponent(segment) : segment,
  );
  return `/${typed.join("/")}`;
}

/**
 * The address under which the answer for a reader is kept: the path with what its query asks for, one for all spellings
 * of that. What is no public page, or asks for no sense, depends on its path and whatever its query says.
 */
export function readerAddress(url: URL): string {
  const query = publicQueryAt(url);
  return `${url.pathname}${query ? new URL(query.address, url).search : url.search}`;
}

/** What the public page at an address asks for; null where there is no such page, or the address makes no sense. */
export function publicQueryAt({ pathname, searchParams }: URL): PublicQuery | null {
  try {
    const found = findPage(segmentsOf(pathname));
    return found ? found.page.at(found.params, searchParams) : null;
  } catch {
    return null;
  }
}

/**
 * Copies of snapshots outlive deploys, and code of today must not meet rows of another shape: raise this whenever a query
 * answers something new, or what it shows is named otherwise.
 */
export const SNAPSHOT_FORMAT = 3;

/** What a page shows that is the same for everyone, as it was at one moment. */
export type Snapshot<Rows = unknown> = {
  value: Public<Rows> | null;
  /** The facts that it shows: it stands until one of them changes. */
  shows: facts.Fact[];
  /** When its reading began (milliseconds since 1970): a change after that may not be in it. */
  madeAt: number;
};

/** Reads a snapshot from the database. */
export async function takeSnapshot<Rows>(query: PublicQuery<Rows>, db: Database): Promise<Snapshot<Rows>> {
  const madeAt = Date.now();
  const value = await query.load(db);
  return { value, shows: [...new Set(query.shows(value))], madeAt };
}

/** Whether a thread has the page that an address asks for. */
export function hasPage({ lastNumber }: ThreadPage, page: number): boolean {
  return page <= pageOfReply(lastNumber);
}
