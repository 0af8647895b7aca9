import { expect, test } from "vitest";
import { FRESH_SECONDS, PURGE_BURST, SCORE_WAIT_MS, STALE_SECONDS } from "#app/domain/keeping.ts";
import { type CopyRule, createKeptPages, type Outcome, simulate } from "./kept-pages.ts";
import {
  createWorld,
  happenings,
  type Moment,
  type ReadPage,
  type ReadThread,
  type World,
  zipfOf,
} from "./readership.ts";

const RULE: CopyRule = { changed: 24, changedList: 6, unchanged: 240 };

const smallWorld = () => createWorld({ threads: 60, categories: 2, members: 3, replies: () => 30, seed: 1 });

const threadOf = (world: World, number: number) =>
  world.threads.find((each) => each.number === number) as ReadThread;

/** A forum whose pages are read and written to by hand. */
function byHand() {
  const world = smallWorld();
  const pages = createKeptPages(world, RULE);
  const view = (at: number, page: ReadPage) => pages.next({ at, what: "view", page });
  return {
    pages,
    world,
    reply(at: number, number: number) {
      const thread = threadOf(world, number);
      thread.replies += 1;
      pages.next({ at, what: "reply", thread, reply: thread.replies, author: 0 });
    },
    vote: (at: number, number: number, reply: number) =>
      pages.next({ at, what: "vote", thread: threadOf(world, number), reply, voter: 0 }),
    thread: (at: number, number: number, page = 1) =>
      view(at, {
        key: `t/${number}/${page}`,
        isScored: false,
        kind: { thread: threadOf(world, number), page },
      }),
    home: (at: number) => view(at, { key: "/", isScored: false, kind: { home: true } }),
    best: (at: number) => view(at, { key: "/?top", isScored: true, kind: { home: true } }),
    category: (at: number, category: number) =>
      view(at, { key: `c/${category}`, isScored: false, kind: { category } }),
  };
}

test("a page is fresh for its hour, served once more in the day after, and then made anew", () => {
  const { thread } = byHand();
  const end = 1 + 2 * FRESH_SECONDS + STALE_SECONDS;
  const outcomes = [0, FRESH_SECONDS - 1, FRESH_SECONDS, FRESH_SECONDS + 1, end].map((at) => thread(at, 1));
  expect(outcomes).toEqual(["miss", "hit", "stale", "hit", "miss"] satisfies Outcome[]);
});

test("a reply drops its thread's pages and the lists that it moves, and nothing else", () => {
  const { thread, home, best, category, reply } = byHand();
  const readAll = (at: number) => [
    thread(at, 1),
    thread(at, 1, 2),
    thread(at, 2),
    home(at),
    category(at, 1),
    category(at, 0),
    best(at),
  ];
  readAll(0);
  reply(10, 1);
  expect(readAll(11)).toEqual(["miss", "miss", "hit", "miss", "miss", "hit", "hit"]);
});

test("a vote drops its page when it has waited, and no list and no other page", () => {
  const { thread, home, vote } = byHand();
  const readAll = (at: number) => [thread(at, 1), thread(at, 1, 2), home(at)];
  readAll(0);
  vote(10, 1, 25);
  expect(readAll(10 + SCORE_WAIT_MS / 1000 - 1)).toEqual(["hit", "hit", "hit"]);
  expect(readAll(10 + SCORE_WAIT_MS / 1000)).toEqual(["hit", "miss", "hit"]);
});

test("purges are made at once while there are some left, and then one every 12 seconds takes all", () => {
  const { pages, reply } = byHand();
  const atOnce = PURGE_BURST;
  for (let n = 1; n <= atOnce + 8; n += 1) reply(100 + n / 1000, n);
  expect(pages.takeCounts()).toMatchObject({ purges: atOnce, latest: { news: 0, votes: 0 } });

  reply(200, 60);
  const { purges, latest } = pages.takeCounts();
  // One more for the eight that waited, and one for the last.
  expect(purges).toBe(2);
  expect(latest.news).toBeCloseTo(12, 1);
});

test("votes share one purge, which goes when the first of them has waited", () => {
  const { pages, vote, home } = byHand();
  vote(0, 1, 1);
  vote(SCORE_WAIT_MS / 1000 - 1, 2, 1);
  home(1000);
  const { purges, latest } = pages.takeCounts();
  expect([purges, latest.votes]).toEqual([1, SCORE_WAIT_MS / 1000]);
});

test("copies are written for new pages, later for changed ones, last for unchanged ones", () => {
  const hours = (count: number) => count * 3600;
  const copiesAfter = (act: (forum: ReturnType<typeof byHand>) => void) => {
    const forum = byHand();
    act(forum);
    return forum.pages.takeCounts().copies;
  };
  expect(copiesAfter(({ thread }) => [0, 1, hours(2)].map((at) => thread(at, 1)))).toBe(1);
  // It has changed; the first time after that its copy is too young.
  expect(
    copiesAfter(({ thread, vote }) => {
      thread(0, 1);
      vote(hours(1), 1, 1);
      thread(hours(2), 1);
      thread(hours(RULE.changed), 1);
    }),
  ).toBe(2);
  expect(
    copiesAfter(({ home, reply }) => {
      home(0);
      reply(1, 1);
      home(hours(RULE.changedList));
    }),
  ).toBe(2);
  expect(copiesAfter(({ thread }) => [0, hours(RULE.unchanged)].map((at) => thread(at, 1)))).toBe(2);
});

test("readers come as often as they should, most of them to the same few threads", () => {
  const moments = [...happenings(smallWorld(), { rate: 10, seconds: 10_000, seed: 3 })];
  const of = (what: Moment["what"]) => moments.filter((moment) => moment.what === what);
  const views = of("view").length;
  expect(views / 100_000).toBeCloseTo(1, 1);
  expect(of("reply").length / views).toBeCloseTo(0.01, 2);
  expect(of("vote").length / views).toBeCloseTo(0.03, 2);

  const pick = zipfOf(60);
  const ranks = Array.from({ length: 10_000 }, (_, n) => pick(n / 10_000));
  const times = (rank: number) => ranks.filter((each) => each === rank).length;
  expect(times(0) / times(1)).toBeCloseTo(2, 1);
  expect(times(0) / times(9)).toBeCloseTo(10, 0);
});

test("the same seed gives the same counts", () => {
  const span = { rate: 5, warmUpSeconds: 100, seconds: 2_000, seed: 5 };
  const [one, other] = [simulate(smallWorld(), RULE, span), simulate(smallWorld(), RULE, span)];
  expect(one).toEqual(other);
  expect(one.views.hit).toBeGreaterThan(0);
});
