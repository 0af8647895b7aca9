import { randomUUID } from "node:crypto";
import { encodeCursor } from "#app/domain/cursor.ts";
import { REPLIES_PER_PAGE, THREADS_PER_PAGE } from "#app/domain/limits.ts";
import { categoryPath, homePath, threadPath } from "#app/paths.ts";
import {
  CATEGORIES,
  handleOf,
  kindsOf,
  LONG_REPLIES,
  lastActivityOf,
  markOf,
  type Size,
  titleOf,
} from "./data.ts";

/** A request, and what a right answer to it is. */
export type Exchange = {
  path: string;
  /** What is posted; a page is read where there is nothing. */
  form?: Record<string, string>;
  /** Whose cookies go with it: a member's number, or null for nobody's. */
  member: number | null;
  expect: {
    status: number;
    /** What must stand in the body. */
    texts?: string[];
    /** What must not stand in the body. */
    absent?: string;
    /** What stands in the body so many times. */
    count?: { text: string; times: number };
    location?: RegExp;
  };
};

/** A page by itself: the nth of its kind, for somebody who is signed out. The page with number 0 is the hot one. */
type Page = { name: string; label: string; distinct: number; nth(n: number): Exchange };

export type Scenario = {
  /** What `--only` looks at. */
  name: string;
  /** What is read or written, in words, and by whom. */
  page: string;
  who: string;
  /** The nth request, and how many of them are unlike all before. */
  nth(n: number): Exchange;
  distinct: number;
  /**
   * Whether a request may find what the one before it left in a cache; `off` where the platform has no cache, and `none`
   * for members, whose pages are kept for nobody.
   */
  cache: "warm" | "off" | "cold" | "none";
};

/** Every scenario in the order in which it is run. A page takes a line in `pagesOf`, a write one in `writesOf`. */
export function scenariosOf(size: Size): Scenario[] {
  return [...pagesOf(size).flatMap((page) => readings(page, size)), ...writesOf(size)];
}

export function pagesOf(size: Size): Page[] {
  const { read, long } = kindsOf(size);
  const rows = size.threads / CATEGORIES - THREADS_PER_PAGE;
  const deepest = LONG_REPLIES / REPLIES_PER_PAGE;
  // Long threads are few: ten pages of each make enough that are not cached. What a page costs does not hang on its number.
  const [thread, page] = [
    (n: number) => long.first + (n % long.count),
    (n: number) => Math.floor(n / long.count),
  ];
  const tenOfEach = long.count * 10;
  return [
    { name: "home", label: "home", distinct: size.threads - THREADS_PER_PAGE, nth: (n) => homePage(n, size) },
    { name: "category", label: "category", distinct: CATEGORIES * rows, nth: (n) => categoryPage(n, size) },
    {
      name: "thread",
      label: "thread of 20",
      distinct: read.count,
      nth: (n) => threadPage(read.first + n, 1),
    },
    {
      name: "long",
      label: "page 1 of 50",
      distinct: tenOfEach,
      nth: (n) => threadPage(thread(n), 1 + page(n)),
    },
    {
      name: "deep",
      label: "page 50 of 50",
      distinct: tenOfEach,
      nth: (n) => threadPage(thread(n), deepest - page(n)),
    },
  ];
}

function writesOf(size: Size): Scenario[] {
  return [
    {
      name: "reply",
      page: "reply",
      who: "members",
      cache: "none",
      distinct: Infinity,
      nth: (n) => reply(n, size),
    },
    {
      name: "vote",
      page: "vote",
      who: "members",
      cache: "none",
      distinct: Infinity,
      nth: (n) => vote(n, size),
    },
  ];
}

/**
 * A page as readers get it, over and over or each one once, and as members do. Where nothing is kept, each request for the
 * same page makes it anew; a cold page is also put into the cache, and a copy of it into KV.
 */
function readings({ name, label, distinct, nth }: Page, size: Size): Scenario[] {
  const hot = nth(0);
  return [
    {
      name: `${name}:warm`,
      page: label,
      who: "readers, cache warm",
      cache: "warm",
      distinct: Infinity,
      nth: () => hot,
    },
    {
      name: `${name}:uncached`,
      page: label,
      who: "readers, nothing kept",
      cache: "off",
      distinct: Infinity,
      nth: () => hot,
    },
    { name: `${name}:cold`, page: label, who: "readers, cache cold", cache: "cold", distinct, nth },
    {
      name: `${name}:member`,
      page: label,
      who: "members",
      cache: "none",
      distinct: Infinity,
      nth: (n) => asMember(hot, n % size.members),
    },
  ];
}

/** The page of somebody who is signed in names them. */
export function asMember(page: Exchange, member: number): Exchange {
  const { status, texts = [], count } = page.expect;
  return {
    ...page,
    member,
    expect: { status, count, texts: [...texts, `class="self" href="/u/${handleOf(member)}"`] },
  };
}

function readerPage(path: string, texts: string[], count: { text: string; times: number }): Exchange {
  return { path, member: null, expect: { status: 200, texts, count, absent: "<script" } };
}

/** The home page, and then each page of its list that begins further down, below all threads that are written to. */
function homePage(n: number, { threads }: Size): Exchange {
  const count = { text: 'class="thread-row"', times: THREADS_PER_PAGE };
  // What is written changes the order of the first page.
  if (n === 0) return readerPage(homePath(), ["Category read 0", "Category written 9"], count);
  const above = threads + 1 - n;
  const cursor = { isPinned: false, key: lastActivityOf(above).toISOString(), number: above };
  return readerPage(
    `${homePath()}?after=${encodeCursor(cursor)}`,
    [titleOf(above - 1), titleOf(above - THREADS_PER_PAGE)],
    count,
  );
}

/** The first page of a category, and then each page that begins further down. */
function categoryPage(n: number, { threads }: Size): Exchange {
  const category = n % CATEGORIES;
  const row = Math.floor(n / CATEGORIES);
  // Its threads have the numbers that end in its own, the newest being the highest.
  const newest = threads - CATEGORIES + category + (category === 0 ? CATEGORIES : 0);
  const first = newest - row * CATEGORIES;
  const above = first + CATEGORIES;
  const cursor = { isPinned: false, key: lastActivityOf(above).toISOString(), number: above };
  const path = categoryPath(`read-${category}`);
  return readerPage(
    row === 0 ? path : `${path}?after=${encodeCursor(cursor)}`,
    [`Category read ${category}</h1>`, titleOf(first), titleOf(first - CATEGORIES * (THREADS_PER_PAGE - 1))],
    { text: 'class="thread-row"', times: THREADS_PER_PAGE },
  );
}

function threadPage(number: number, page: number): Exchange {
  const last = page * REPLIES_PER_PAGE;
  return readerPage(
    threadPath({ number, title: titleOf(number) }, page),
    [`${titleOf(number)}</h1>`, markOf(number, last - REPLIES_PER_PAGE + 1), markOf(number, last)],
    { text: 'id="reply-', times: REPLIES_PER_PAGE },
  );
}

/** A reply of each member in turn, to each of the threads in turn. */
function reply(n: number, size: Size): Exchange {
  const { first, count } = kindsOf(size).written;
  const number = first + (n % count);
  return {
    path: `/t/${number}/replies/new`,
    member: n % size.members,
    form: {
      body: `Reply ${n} of the benchmark.\n\nAs long as a short reply is.`,
      replyTo: "",
      submission: randomUUID(),
    },
    expect: seeOther(number),
  };
}

/** A vote of each member in turn, on each of the replies in turn; all of them down once all of them are up. */
function vote(n: number, size: Size): Exchange {
  const { first, count, replies } = kindsOf(size).written;
  const turn = Math.floor(n / size.members);
  const [number, place] = [first + (turn % count), 1 + (Math.floor(turn / count) % replies)];
  const round = Math.floor(turn / (count * replies));
  return {
    path: `/t/${number}/replies/${place}/vote`,
    member: n % size.members,
    form: { value: round % 2 === 0 ? "1" : "-1" },
    expect: seeOther(number),
  };
}

function seeOther(thread: number): Exchange["expect"] {
  const { pathname } = new URL(threadPath({ number: thread, title: titleOf(thread) }), "http://any");
  return { status: 303, location: new RegExp(`${pathname}(\\?page=\\d+)?#reply-\\d+$`) };
}
