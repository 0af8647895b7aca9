import { SingleBar } from "cli-progress";
import { verify } from "#app/db/verify.server.ts";
import { findChromium } from "#local/programs.ts";
import { onInterrupt, step } from "#local/terminal.ts";
import { connect } from "#scripts/connection.ts";
import { type Duel, type Rival, ROUNDS, runDuel } from "./against.ts";
import { countCosts } from "./costs.ts";
import type { Size } from "./data.ts";
import { ask, openClient } from "./exchange.ts";
import { type BenchForum, POOL_SIZE, startForum } from "./forum.ts";
import { startLoad } from "./load.ts";
import { describeMachine, measureBundle } from "./machine.ts";
import type { Results } from "./report.ts";
import { pagesOf, type Scenario } from "./scenarios.ts";
import { type Pace, type Timing, timingsWith } from "./timings.ts";
import { type Weight, weighPages } from "./weights.ts";

type Plan = {
  size: Size;
  scenarios: Scenario[];
  pace: Pace;
  /** First visits to each page in a browser. */
  visits: number;
  /** With any, only they are measured. */
  rivals: Rival[];
  rivalCookie: string | undefined;
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
  const { size, scenarios, rivals, pace } = plan;
  const forum = await startForum(size, step);
  stops.push(forum.stop);
  const { sql, db, close } = await connect(forum.databaseUrl);
  stops.push(close);
  const load = startLoad(forum.mintCookies);
  stops.push(load.stop);

  const isAlone = rivals.length === 0;
  const costs = isAlone ? await step("Statements", () => countCosts(forum, scenarios)) : [];
  const startMilliseconds = await step("Worker", () => timeStart(forum, size));
  const weights = isAlone ? await step("Pages", () => weigh(plan, forum)) : [];
  const parts = { forum, load, sql, size };
  const timings: Timing[] = [];
  const duels: Duel[] = [];
  if (isAlone) {
    const time = timingsWith(parts, pace);
    await each(scenarios, pace.connections, async (scenario, connections) => {
      timings.push(await time(scenario, connections));
    });
  } else {
    const round = { ...pace, seconds: pace.seconds / ROUNDS, warmUpSeconds: pace.warmUpSeconds / ROUNDS };
    const parties = { load, pace: round, cookie: plan.rivalCookie, time: timingsWith(parts, round) };
    await each(rivals, pace.connections, async (rival, connections) => {
      duels.push(await runDuel(rival, parties, connections));
    });
  }
  const discrepancies = await step("Verify", () => verify(db));
  const faults = [
    ...[...timings, ...duels].flatMap(({ name, connections, wrong, faults }) =>
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
    timings,
    costs,
    weights,
    duels,
  };
  return { results, faults };
}

/** Milliseconds until the Worker, just started, has answered a page right. */
async function timeStart(forum: BenchForum, size: Size): Promise<number> {
  const [, thread] = pagesOf(size);
  await forum.stopSite();
  const start = performance.now();
  await forum.startSite();
  const client = openClient(forum.origin);
  if (thread) await ask(client, forum.origin, thread.nth(0), "");
  const milliseconds = performance.now() - start;
  await client.destroy();
  return milliseconds;
}

async function weigh({ scenarios, size, visits }: Plan, forum: BenchForum): Promise<Weight[]> {
  const names = new Set(scenarios.map(({ name }) => name.split(":")[0] ?? ""));
  if (findChromium()) return weighPages(forum, { size, names, visits });
  console.log("  There is no Chromium here, so pages are not weighed. On Debian: apt-get install chromium");
  return [];
}

/** Every pair in turn: a bar on a terminal, a line for each in a log. */
async function each<Line extends { name: string }>(
  lines: Line[],
  connections: number[],
  act: (line: Line, connections: number) => Promise<void>,
): Promise<void> {
  const bar = process.stderr.isTTY
    ? new SingleBar({
        format: "  {bar} {value} of {total}: {what}, {eta_formatted} left",
        clearOnComplete: true,
      })
    : null;
  bar?.start(lines.length * connections.length, 0, { what: "" });
  try {
    for (const line of lines)
      for (const count of connections) {
        const what = `${line.name} at ${count}`;
        bar ? bar.update({ what }) : console.error(`  ${what}`);
        await act(line, count);
        bar?.increment();
      }
  } finally {
    bar?.stop();
  }
}
