import { changedFacts, type Event, mayWait } from "#app/domain/events.ts";
import type { Fact } from "#app/domain/facts.ts";
import {
  FRESH_SECONDS,
  PURGE_BURST,
  PURGE_EVERY_MS,
  PURGE_NAMES_MAX,
  SCORE_WAIT_MS,
  SCORED_FRESH_SECONDS,
  SCORED_STALE_SECONDS,
  STALE_SECONDS,
} from "#app/domain/keeping.ts";
import { pageOfReply } from "#app/domain/paging.ts";
import { createDice } from "#scripts/generate/dice.ts";
import { factsShown, happenings, type Moment, type ReadPage, type World } from "./readership.ts";

/** Where a reader's page came from. */
export type Outcome = "hit" | "stale" | "miss";

/** When the copy of a page in KV is written anew, in hours. */
export type CopyRule = {
  /** A thread's page that has changed since. */
  changed: number;
  /** A list that has changed since. */
  changedList: number;
  /** What has not changed. */
  unchanged: number;
};

export type Counts = {
  views: Record<Outcome, number>;
  purges: number;
  /** Copies that were written to KV. */
  copies: number;
  /** How long (seconds) a name waited at most for its pages to be dropped: what readers are to see at once, and votes. */
  latest: { news: number; votes: number };
};

type Entry = { madeAt: number; freshFor: number; staleFor: number; shows: Fact[] };
type Owed = { fact: Fact; first: number; due: number; isNews: boolean };

/**
 * The cache before the Reader and the Purger behind it (workers/snapshots/), in numbers alone: what is kept, what drops it,
 * and when. It is one cache, as the upper tier of Cloudflare's is. Times are seconds since the beginning.
 */
export function createKeptPages(world: World, rule: CopyRule) {
  const kept = new Map<string, Entry>();
  const keysOf = new Map<Fact, Set<string>>();
  const changedAt = new Map<Fact, number>();
  const copies = new Map<string, number>();
  const purger = createPurger((facts) => {
    for (const fact of facts) {
      for (const key of keysOf.get(fact) ?? []) if (kept.get(key)?.shows.includes(fact)) kept.delete(key);
      keysOf.delete(fact);
    }
  });
  const counts = emptyCounts();

  const make = (page: ReadPage, at: number) => {
    const shows = factsShown(page, world);
    const lifetime = page.isScored
      ? { freshFor: SCORED_FRESH_SECONDS, staleFor: SCORED_STALE_SECONDS }
      : { freshFor: FRESH_SECONDS, staleFor: STALE_SECONDS };
    kept.set(page.key, { madeAt: at, ...lifetime, shows });
    for (const fact of shows) {
      const keys = keysOf.get(fact) ?? new Set();
      keysOf.set(fact, keys.add(page.key));
    }
    const copiedAt = copies.get(page.key) ?? Number.NEGATIVE_INFINITY;
    const hasChanged = shows.some((fact) => (changedAt.get(fact) ?? Number.NEGATIVE_INFINITY) > copiedAt);
    if (!isDue(page, at - copiedAt, hasChanged)) return;
    copies.set(page.key, at);
    counts.copies += 1;
  };

  const isDue = ({ kind }: ReadPage, age: number, hasChanged: boolean) => {
    const hours = hasChanged ? ("thread" in kind ? rule.changed : rule.changedList) : rule.unchanged;
    return age >= hours * 3600;
  };

  return {
    /** As if a copy of this page had been written then. */
    copiedBefore(key: string, at: number) {
      copies.set(key, at);
    },
    /** Lets a moment come. Answers where a view's page came from. */
    next(moment: Moment): Outcome | null {
      const { at } = moment;
      purger.runUntil(at);
      if (moment.what !== "view") {
        const event = eventOf(moment, world);
        for (const fact of changedFacts(event)) changedAt.set(fact, at);
        purger.owe(event, at);
        return null;
      }
      const entry = kept.get(moment.page.key);
      const age = entry ? at - entry.madeAt : Infinity;
      if (entry && age < entry.freshFor) return tell("hit");
      make(moment.page, at);
      return tell(entry && age < entry.freshFor + entry.staleFor ? "stale" : "miss");
    },
    /** What was counted since it was asked for the last time. */
    takeCounts(): Counts {
      const taken = { ...counts, views: { ...counts.views }, ...purger.take() };
      Object.assign(counts, emptyCounts());
      return taken;
    },
  };

  function tell(outcome: Outcome): Outcome {
    counts.views[outcome] += 1;
    return outcome;
  }
}

const emptyCounts = () => ({ views: { hit: 0, stale: 0, miss: 0 }, copies: 0 });

/** Gathers what has changed and drops it as the allowance has it (workers/snapshots/purger.ts). */
function createPurger(purge: (facts: Fact[]) => void) {
  const owed = new Map<Fact, Owed>();
  /** What Cloudflare lets through: so many calls, as it stood at a moment. */
  let allowance = { calls: PURGE_BURST, at: 0 };
  let refusedUntil = 0;
  /** When the next purge is made. */
  let nextAt = Infinity;
  let taken = emptyPurges();

  const findNext = () => {
    let due = Infinity;
    for (const each of owed.values()) due = Math.min(due, each.due);
    return Math.max(due, refusedUntil);
  };

  /** Whether Cloudflare takes a purge now: 25 at once, and one more every 12 seconds. */
  const isAccepted = (at: number) => {
    const earned = (at - allowance.at) / (PURGE_EVERY_MS / 1000);
    const calls = Math.min(PURGE_BURST, allowance.calls + earned);
    allowance = { calls: calls < 1 ? calls : calls - 1, at };
    return calls >= 1;
  };

  const purgeAt = (at: number) => {
    if (!isAccepted(at)) {
      refusedUntil = at + PURGE_EVERY_MS / 1000;
      return;
    }
    const longestDue = [...owed.values()].sort((a, b) => a.due - b.due);
    const due = longestDue.filter((each) => each.due <= at);
    // A purge for a score takes all scores along: each by itself would use up what news need.
    const going = due.every(({ isNews }) => isNews) ? due : longestDue;
    const batch = going.slice(0, PURGE_NAMES_MAX);
    purge(batch.map(({ fact }) => fact));
    taken.purges += 1;
    for (const { fact, first, isNews } of batch) {
      owed.delete(fact);
      const kind = isNews ? "news" : "votes";
      taken.latest[kind] = Math.max(taken.latest[kind], at - first);
    }
  };

  /** Makes the purges that are possible up to a moment. */
  const runUntil = (now: number) => {
    while (nextAt <= now) {
      purgeAt(nextAt);
      nextAt = findNext();
    }
  };

  return {
    runUntil,
    owe(event: Event, at: number) {
      const isNews = !mayWait(event);
      const due = isNews ? at : at + SCORE_WAIT_MS / 1000;
      for (const fact of changedFacts(event)) {
        const known = owed.get(fact);
        if (!known) owed.set(fact, { fact, first: at, due, isNews });
        else Object.assign(known, { due: Math.min(known.due, due), isNews: known.isNews || isNews });
      }
      nextAt = findNext();
      runUntil(at);
    },
    take() {
      const counted = taken;
      taken = emptyPurges();
      return counted;
    },
  };
}

const emptyPurges = () => ({ purges: 0, latest: { news: 0, votes: 0 } });

/** The event of a reply or a vote; a thread's starter is the member of its number. */
function eventOf(moment: Exclude<Moment, { what: "view" }>, world: World): Event {
  const { thread, reply } = moment;
  const place = { thread: thread.number, reply };
  if (moment.what === "vote") return { kind: "vote-cast", ...place, voter: String(moment.voter), value: 1 };
  const starter = String(thread.number % world.members);
  return {
    kind: "reply-written",
    ...place,
    category: String(thread.category),
    author: String(moment.author),
    starter,
  };
}

/** How much is simulated: at least so long before it is counted that what a page was kept for has passed. */
export type Span = { rate: number; warmUpSeconds: number; seconds: number; seed: number };

/** Lets readers and writers loose on a forum, and counts once the warm-up is over. */
export function simulate(world: World, rule: CopyRule, { rate, warmUpSeconds, seconds, seed }: Span): Counts {
  const pages = createKeptPages(world, rule);
  // In the long run a page's copy is of any age.
  const dice = createDice(seed);
  for (const { number, replies } of world.threads)
    for (let page = 1; page <= pageOfReply(replies); page += 1)
      pages.copiedBefore(`t/${number}/${page}`, -dice.draw(COPIED, number, page) * rule.unchanged * 3600);
  let isCounted = false;
  for (const moment of happenings(world, { rate, seconds: warmUpSeconds + seconds, seed })) {
    if (!isCounted && moment.at >= warmUpSeconds) {
      isCounted = true;
      pages.takeCounts();
    }
    pages.next(moment);
  }
  return pages.takeCounts();
}

/** A draw of this purpose is nobody else's (readership.ts). */
const COPIED = 100;
