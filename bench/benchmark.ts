import { SingleBar } from "cli-progress";
import { verify } from "#app/db/verify.server.ts";
import { findChromium } from "#local/programs.ts";
import { onInterrupt, step } from "#local/terminal.ts";
import { type Connection, connect } from "#scripts/connection.ts";
import { type Rival, ROUNDS, runDuels, urlOf } from "./against.ts";
import { countCosts } from "./costs.ts";
import type { Size } from "./data.ts";
import { ask, openClient } from "./exchange.ts";
import { type BenchForum, POOL_SIZE, startForum } from "./forum.ts";
import { startLimits } from "./limits.ts";
import { startLoad } from "./load.ts";
import { describeMachine, measureBundle } from "./machine.ts";
import { type Paint, timeFirstPaints } from "./paint.ts";
import type { Results } from "./report.ts";
import { placesIn, startRival } from "./rival.ts";
import { pagesOf, type Scenario } from "./scenarios.ts";
import { type Pace, type Parts, timingsWith } from "./timings.ts";
import { type Weight, weighPages } from "./weights.ts";

type Plan = {
  size: Size;
  scenarios: Scenario[];
  pace: Pace;
  /** First visits to each page in a browser. */
  visits: number;
  /** With any, only they are measured. */
  rivals: Rival[];
  rivalCommand: string | undefined;
  rivalCookie: string | undefined;
  /** Measures nothing but how long a thread takes until it is seen. */
  isPaintAlone: boolean;
};

/** Starts a forum, measures it and stops it. `faults` says in words what was answered wrong or not kept. */
export async function runBenchmark(plan: Plan): Promise<{ results: Results; faults: string[] }> {
  const stops: (() => unknown)[] = [];
  const stop = async () => {
    for (const each of stops.splice(0).reverse()) await each();
  };
  onInterrupt(stop);
  try {
    return await measure(plan, stops);
  } finally {
    await stop();
  }
}

async function measure(
  plan: Plan,
  stops: (() => unknown)[],
): Promise<{ results: Results; faults: string[] }> {
  const { size, scenarios, pace, isPaintAlone } = plan;
  const forum = await startForum(size, step);
  stops.push(forum.stop);
  const { sql, db, close } = await connect(forum.databaseUrl);
  stops.push(close);
  const load = startLoad(forum.mintCookies);
  stops.push(load.stop);
  const rivals = await step("Rivals", () => findRivals(plan, forum, sql, stops));

  const isAlone = rivals.length === 0 && !isPaintAlone;
  const costs = isAlone ? await step("Statements", () => countCosts(forum, scenarios)) : [];
  const startMilliseconds = await step("Worker", () => timeStart(forum, size));
  const weights = isAlone ? await step("Pages", () => weigh(plan, forum)) : [];
  const paints = isAlone || isPaintAlone ? await step("First paint", () => paint(plan, forum, rivals)) : [];
  const speed = isPaintAlone
    ? { timings: [], duels: [], limits: [] }
    : await timeAll(plan, { forum, load, sql, size }, rivals, stops);
  const { timings, duels, limits } = speed;
  const discrepancies = await step("Verify", () => verify(db));
  const faults = [
    ...[...timings, ...duels, ...limits].flatMap(({ name, connections, wrong, faults }) =>
      wrong > 0 ? [`${name}, ${connections} connections: ${wrong} wrong`, ...faults] : [],
    ),
    ...discrepancies.map(
      ({ subject, column, stored, expected }) => `${subject}: ${column} is ${stored}, not ${expected}`,
    ),
  ];
  // What the Worker logs of itself is for whoever looks into a failure.
  if (faults.length > 0) faults.push(...forum.log.slice(0, 5));
  const results = {
    machine: await describeMachine(sql),
    database: forum.isPooled
      ? `PgBouncer before it with ${POOL_SIZE} connections`
      : "no pooler before it (PgBouncer is not here)",
    seconds: pace.seconds,
    startMilliseconds,
    bundle: measureBundle(),
    costs,
    weights,
    paints,
    ...speed,
  };
  return { results, faults };
}

type Opponent = Pick<Rival, "scenarios"> & { url: URL };

/** The pages of others, and the forum that they belong to, started where that is asked for. */
async function findRivals(
  { rivals, rivalCommand, size }: Plan,
  { databaseUrl }: BenchForum,
  sql: Connection["sql"],
  stops: (() => unknown)[],
): Promise<Opponent[]> {
  const started = rivalCommand === undefined ? null : await startRival(rivalCommand, databaseUrl);
  if (started) stops.push(started.stop);
  const origin = started ? `http://localhost:${started.port}` : undefined;
  const places = { ...(await placesIn(sql, size)), ...(started && { port: String(started.port) }) };
  return rivals.map((rival) => ({ scenarios: rival.scenarios, url: urlOf(rival, origin, places) }));
}

/** Times every scenario, or every rival's page and the same of ours in turn, and what bounds both. */
async function timeAll(
  { scenarios, pace, rivalCookie }: Plan,
  parts: Parts,
  rivals: Opponent[],
  stops: (() => unknown)[],
): Promise<Pick<Results, "timings" | "duels" | "limits">> {
  const { forum, load } = parts;
  const compared = rivals.flatMap((rival) => rival.scenarios);
  const timed = rivals.length === 0 ? scenarios : compared;
  if (timed.some(({ cache }) => cache === "off")) await step("Bare Worker", forum.startBareSite);
  const { limits, stop } = await startLimits(forum.workerDatabaseUrl);
  stops.push(stop);
  const round = { ...pace, seconds: pace.seconds / ROUNDS, warmUpSeconds: pace.warmUpSeconds / ROUNDS };
  const found: Pick<Results, "timings" | "duels" | "limits"> = { timings: [], duels: [], limits: [] };
  const inRounds = ROUNDS * (limits.length + rivals.length + compared.length);
  const alone = rivals.length === 0 ? scenarios.length : 0;
  await withBar((alone + inRounds) * pace.connections.length, async (onNext) => {
    const time = timingsWith(parts, pace);
    for (const scenario of rivals.length === 0 ? scenarios : [])
      for (const connections of pace.connections) {
        onNext(`${scenario.name} at ${connections}`);
        found.timings.push(await time(scenario, connections));
      }
    const parties = { load, pace: round, cookie: rivalCookie, limits, time: timingsWith(parts, round) };
    for (const connections of pace.connections) {
      const lines = await runDuels(
        rivals,
        { ...parties, onNext: (what) => onNext(`${what} at ${connections}`) },
        connections,
      );
      found.duels.push(...lines.duels);
      found.limits.push(...lines.limits);
    }
  });
  return found;
}

/** Milliseconds until the Worker, just started, has answered a page right. */
async function timeStart(forum: BenchForum, size: Size): Promise<number> {
  const thread = pagesOf(size).find(({ name }) => name === "thread");
  await forum.stopSite();
  const start = performance.now();
  await forum.startSite();
  const client = openClient(forum.origin);
  if (thread) await ask(client, forum.origin, thread.nth(0), "");
  const milliseconds = performance.now() - start;
  await client.destroy();
  return milliseconds;
}

/** When a thread of 20 replies is first seen on a slow network, beside the rivals' pages that it is compared with. */
async function paint({ size, visits }: Plan, { origin }: BenchForum, rivals: Opponent[]): Promise<Paint[]> {
  const thread = pagesOf(size).find(({ name }) => name === "thread");
  if (!thread || !findChromium()) return [];
  const theirs = rivals
    .filter(({ scenarios }) => scenarios.some(({ page }) => page === thread.label))
    .map(({ url }) => ({ name: url.href, url, isOurs: false }));
  const ours = { name: thread.label, url: new URL(thread.nth(0).path, origin), isOurs: true };
  return timeFirstPaints([ours, ...theirs], visits);
}

async function weigh({ scenarios, size, visits }: Plan, forum: BenchForum): Promise<Weight[]> {
  const names = new Set(scenarios.map(({ name }) => name.split(":")[0] ?? ""));
  if (findChromium()) return weighPages(forum, { size, names, visits });
  console.log("  There is no Chromium here, so pages are not weighed. On Debian: apt-get install chromium");
  return [];
}

/** Shows how far the work has come: a bar on a terminal, a line for each of so many parts in a log. */
async function withBar(
  parts: number,
  work: (onNext: (what: string) => void) => Promise<void>,
): Promise<void> {
  const bar = process.stderr.isTTY
    ? new SingleBar({
        format: "  {bar} {value} of {total}: {what}, {eta_formatted} left",
        clearOnComplete: true,
      })
    : null;
  bar?.start(parts, -1, { what: "" });
  try {
    await work((what) => {
      if (bar) bar.increment({ what });
      else console.error(`  ${what}`);
    });
  } finally {
    bar?.stop();
  }
}
