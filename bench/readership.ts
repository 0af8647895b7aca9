import {
  CATEGORIES,
  type Fact,
  FORUM,
  LISTS,
  listOf,
  pageWith,
  repliesOf,
  thread,
} from "#app/domain/facts.ts";
import { REPLIES_PER_PAGE, THREADS_PER_PAGE } from "#app/domain/limits.ts";
import { pageOfReply } from "#app/domain/paging.ts";
import { createDice, type Dice } from "#scripts/generate/dice.ts";

/** One page view in so many is a list, and of the lists this share is the home page; the others are the categories'. */
export const LISTS_ONE_IN = 5;
export const HOME_SHARE = 0.6;
/** Of the lists, this share is ordered by score. */
export const SCORED_SHARE = 0.05;
/** Of a thread's readers, this share reads its last page, where the new replies are; the others its first. */
export const LAST_PAGE_SHARE = 0.3;
/** For each page view. */
export const REPLIES_PER_VIEW = 0.01;
export const VOTES_PER_VIEW = 0.03;

/** A thread as its readers know it; `number`, and the numbers of its category and starter, are the forum's. */
export type ReadThread = { number: number; category: number; replies: number };

/** A forum that is read: its threads, the most read first, and the first pages of its lists by latest activity. */
export type World = {
  threads: ReadThread[];
  categories: number;
  members: number;
  latest: ReadThread[];
  latestOf: ReadThread[][];
};

/** A page that readers ask for. */
export type ReadPage = {
  key: string;
  isScored: boolean;
  kind: { home: true } | { category: number } | { thread: ReadThread; page: number };
};

/** What happens at a moment, in seconds since the beginning. People are members' numbers. */
export type Moment = { at: number } & (
  | { what: "view"; page: ReadPage }
  | { what: "reply"; thread: ReadThread; reply: number; author: number }
  | { what: "vote"; thread: ReadThread; reply: number; voter: number }
);

/**
 * A forum of so many threads, dealt out to the categories in turn; `replies` tells how many the thread with a number has.
 * How much a thread is read says nothing of its age.
 */
export function createWorld(size: {
  threads: number;
  categories: number;
  members: number;
  replies: (thread: number) => number;
  seed: number;
}): World {
  const { categories, members, replies } = size;
  const dice = createDice(size.seed);
  const byNumber = Array.from({ length: size.threads }, (_, index) => {
    const number = index + 1;
    return { number, category: number % categories, replies: replies(number) };
  });
  const newestFirst = byNumber.toReversed();
  const threads = byNumber.toSorted((a, b) => dice.bits(SHUFFLE, a.number) - dice.bits(SHUFFLE, b.number));
  const latestOf = Array.from({ length: categories }, (_, each) =>
    newestFirst.filter((found) => found.category === each).slice(0, THREADS_PER_PAGE),
  );
  return { threads, categories, members, latest: newestFirst.slice(0, THREADS_PER_PAGE), latestOf };
}

/**
 * What readers and writers do, at random moments, `rate` page views a second for `seconds`. The same seed gives the same.
 * Replies change the world as they are drawn.
 */
export function* happenings(
  world: World,
  { rate, seconds, seed }: { rate: number; seconds: number; seed: number },
): Generator<Moment> {
  const dice = createDice(seed);
  const pick = zipfOf(world.threads.length);
  const threadAt = (purpose: number, n: number) => world.threads[pick(dice.draw(purpose, n))] as ReadThread;
  let at = 0;
  for (let n = 0; ; n += 1) {
    at -= Math.log(1 - dice.draw(GAP, n)) / rate;
    if (at >= seconds) return;
    yield { at, what: "view", page: drawPage(world, dice, n, threadAt) };
    if (dice.draw(IS_REPLY, n) < REPLIES_PER_VIEW) {
      const answered = threadAt(REPLIED, n);
      const reply = addReply(world, answered);
      yield { at, what: "reply", thread: answered, reply, author: dice.bits(AUTHOR, n) % world.members };
    }
    if (dice.draw(IS_VOTE, n) < VOTES_PER_VIEW) {
      const voted = threadAt(VOTED, n);
      const [first, last] = repliesOn(voted, drawPageOf(voted, dice, n));
      const reply = first + (dice.bits(VOTED_REPLY, n) % (last - first + 1));
      yield { at, what: "vote", thread: voted, reply, voter: dice.bits(AUTHOR, n) % world.members };
    }
  }
}

/** What draws are for. */
const SHUFFLE = 0;
const GAP = 1;
const IS_LIST = 2;
const IS_HOME = 3;
const CATEGORY = 4;
const IS_SCORED = 5;
const READ = 6;
const IS_LAST = 7;
const IS_REPLY = 8;
const REPLIED = 9;
const AUTHOR = 10;
const IS_VOTE = 11;
const VOTED = 12;
const VOTED_REPLY = 13;

function drawPage(
  world: World,
  dice: Dice,
  n: number,
  threadAt: (purpose: number, n: number) => ReadThread,
): ReadPage {
  if (!dice.isOneIn(LISTS_ONE_IN, IS_LIST, n)) {
    const read = threadAt(READ, n);
    const page = drawPageOf(read, dice, n);
    return { key: `t/${read.number}/${page}`, isScored: false, kind: { thread: read, page } };
  }
  const isScored = dice.draw(IS_SCORED, n) < SCORED_SHARE;
  const order = isScored ? "?top" : "";
  if (dice.draw(IS_HOME, n) < HOME_SHARE) return { key: `/${order}`, isScored, kind: { home: true } };
  const drawn = dice.bits(CATEGORY, n) % world.categories;
  return { key: `c/${drawn}${order}`, isScored, kind: { category: drawn } };
}

function drawPageOf({ replies }: ReadThread, dice: Dice, n: number): number {
  return dice.draw(IS_LAST, n) < LAST_PAGE_SHARE ? pageOfReply(replies) : 1;
}

/** The numbers of the first and the last reply on a page of a thread. */
function repliesOn({ replies }: ReadThread, page: number): [first: number, last: number] {
  return [(page - 1) * REPLIES_PER_PAGE + 1, Math.min(replies, page * REPLIES_PER_PAGE)];
}

/** Writes a reply: its thread comes first in the lists. */
function addReply(world: World, answered: ReadThread): number {
  answered.replies += 1;
  for (const list of [world.latest, world.latestOf[answered.category] ?? []]) {
    const place = list.indexOf(answered);
    list.splice(place === -1 ? list.length - 1 : place, 1);
    list.unshift(answered);
  }
  return answered.replies;
}

/** Draws ranks after Zipf: the first rank comes up twice as often as the second, three times as often as the third … */
export function zipfOf(count: number): (draw: number) => number {
  let sum = 0;
  const upTo = Float64Array.from({ length: count }, (_, rank) => (sum += 1 / (rank + 1)));
  return (draw) => {
    let [low, high] = [0, count - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((upTo[middle] ?? 0) > draw * sum) high = middle;
      else low = middle + 1;
    }
    return low;
  };
}

/**
 * The facts that a page shows (app/public-pages.ts), but for its members' names, which nobody changes here. Lists by score
 * renew by age, and are taken to have the same rows as those by activity.
 */
export function factsShown({ kind, isScored }: ReadPage, world: World): Fact[] {
  const unlessScored = (fact: Fact) => (isScored ? [] : [fact]);
  const rows = (list: ReadThread[] = []) => list.map(({ number }) => thread(number));
  if ("home" in kind) return [FORUM, ...unlessScored(LISTS), ...rows(world.latest)];
  if ("category" in kind) {
    const id = String(kind.category);
    return [FORUM, CATEGORIES, ...unlessScored(listOf(id)), ...rows(world.latestOf[kind.category])];
  }
  const { number } = kind.thread;
  const first = (kind.page - 1) * REPLIES_PER_PAGE + 1;
  return [FORUM, CATEGORIES, thread(number), repliesOf(number), pageWith(number, first)];
}
