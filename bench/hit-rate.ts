/**
 * How many page views are answered out of the cache while members write, and what that takes: purges, and copies in KV.
 *
 *     npm run bench:hits [-- --changed 72 --changed-list 24]   simulated, for four rates of reading
 *     npm run bench:hits -- --real [--rate 50 --seconds 120]   as it is in workerd, with the same two minutes simulated
 *
 * The simulation keeps to the forum's own rules: what an event changes and what may wait (app/domain/events.ts), how long
 * pages are kept and how purges are gathered (app/domain/keeping.ts).
 */
import { parseArgs } from "node:util";
import { REPLIES_PER_PAGE } from "#app/domain/limits.ts";
import { onInterrupt, step } from "#local/terminal.ts";
import { Problem, reportFailure } from "#scripts/problem.ts";
import { CATEGORIES, type Size } from "./data.ts";
import { startForum } from "./forum.ts";
import { type CopyRule, type Counts, createKeptPages, simulate } from "./kept-pages.ts";
import { createWorld, happenings } from "./readership.ts";
import { type Replayed, replay } from "./replay.ts";

const MONTH_SECONDS = 30 * 86_400;
/** What a page was kept for has passed twice: freshness and the day after it. */
const WARM_UP_SECONDS = 2 * 86_400;

const SIZE: Size = { threads: 5000, longThreads: 0, writtenThreads: 0, members: 64 };
const SEED = 7;

const RATES: [name: string, perSecond: number][] = [
  ["0.1 million a month", 1e5 / MONTH_SECONDS],
  ["1 million a month", 1e6 / MONTH_SECONDS],
  ["10 million a month", 1e7 / MONTH_SECONDS],
  ["50 a second", 50],
];

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      real: { type: "boolean", default: false },
      rate: { type: "string", default: "50" },
      seconds: { type: "string", default: "120" },
      changed: { type: "string", default: "72" },
      "changed-list": { type: "string", default: "24" },
      unchanged: { type: "string", default: String(30 * 24) },
    },
  });
  const number = (name: "rate" | "seconds" | "changed" | "changed-list" | "unchanged") => {
    const value = Number(values[name]);
    if (value > 0) return value;
    throw new Problem(`--${name} is a number greater than 0.`);
  };
  const rule = {
    changed: number("changed"),
    changedList: number("changed-list"),
    unchanged: number("unchanged"),
  };
  if (values.real) await runReal(number("rate"), number("seconds"), rule);
  else console.table(Object.fromEntries(RATES.map(([name, rate]) => [name, simulated(rate, rule)])));
}

/** Threads of one or two pages, as most are; the forum on this machine has them all alike. */
const newWorld = (replies = (thread: number) => 1 + ((thread * 7) % 40)) =>
  createWorld({ ...SIZE, categories: CATEGORIES, replies, seed: SEED });
const newRealWorld = () => newWorld(() => REPLIES_PER_PAGE);

/** A million page views, or a month of them where that is less. */
function simulated(rate: number, rule: CopyRule): Record<string, string> {
  const seconds = Math.min(1e6 / rate, MONTH_SECONDS);
  const span = { rate, warmUpSeconds: WARM_UP_SECONDS, seconds, seed: SEED };
  const counts = simulate(newWorld(), rule, span);
  const millions = totalOf(counts.views) / 1e6;
  return {
    ...shares(counts.views),
    "purges a minute": (counts.purges / (seconds / 60)).toFixed(2),
    "latest news, s": counts.latest.news.toFixed(1),
    "latest vote, s": counts.latest.votes.toFixed(1),
    "copies a million": String(Math.round(counts.copies / millions)),
  };
}

/** The same moments on a forum of its own, its caches empty in the beginning, and in the simulation. */
async function runReal(rate: number, seconds: number, rule: CopyRule): Promise<void> {
  const forum = await startForum(SIZE, step);
  onInterrupt(forum.stop);
  try {
    await step("Worker", forum.startSite);
    const moments = happenings(newRealWorld(), { rate, seconds, seed: SEED });
    const real = await step("Readers", () => replay(moments, forum));
    const world = newRealWorld();
    const pages = createKeptPages(world, rule);
    for (const moment of happenings(world, { rate, seconds, seed: SEED })) pages.next(moment);
    report(real, pages.takeCounts());
  } finally {
    await forum.stop();
  }
}

function report({ views, written, wrong }: Replayed, expected: Counts): void {
  console.log(`\n${totalOf(views)} page views, and ${written} replies and votes by members.`);
  for (const fault of wrong.slice(0, 3)) console.log(`  ${fault}`);
  console.table({ measured: shares(views), simulated: shares(expected.views) });
  const edge = (of: Counts["views"]) => ((of.hit + of.stale) / totalOf(of)) * 100;
  console.log(`They differ by ${Math.abs(edge(views) - edge(expected.views)).toFixed(1)} points.`);
  if (wrong.length === 0) return;
  console.log(`${wrong.length} answers were wrong.`);
  process.exitCode = 1;
}

function shares(views: Counts["views"]): Record<string, string> {
  const share = (count: number) => `${((count / totalOf(views)) * 100).toFixed(1)} %`;
  return {
    fresh: share(views.hit),
    stale: share(views.stale),
    miss: share(views.miss),
    "from the edge": share(views.hit + views.stale),
  };
}

function totalOf({ hit, stale, miss }: Counts["views"]): number {
  return hit + stale + miss;
}

await main().catch(reportFailure);
