/**
 * A scraper's storm: how long members wait while somebody who is signed out asks for 10,000 distinct addresses, as fast as 16
 * connections go. Members read and write before it and during it, on a forum of this machine's own.
 *
 *     npm run bench:storm [-- --addresses 10000] [--seconds 20]
 */
import { fork } from "node:child_process";
import { randomUUID } from "node:crypto";
import { availableParallelism, loadavg } from "node:os";
import { createHistogram, type RecordableHistogram } from "node:perf_hooks";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { onInterrupt, step } from "#local/terminal.ts";
import { reportFailure } from "#scripts/problem.ts";
import { QUICK } from "./data.ts";
import { faultOf, openClient, send } from "./exchange.ts";
import { type BenchForum, startForum } from "./forum.ts";
import { asMember, type Exchange, pagesOf, scenariosOf } from "./scenarios.ts";
import type { Scraped, Storm } from "./scraper-process.ts";

const MEMBERS = 8;
/** A member who reads quickly. */
const PAUSE_MS = 250;
/** One request of a member in so many is a write, in turn a reply and a vote. */
const WRITES_ONE_IN = 5;
const CONNECTIONS = 16;
/** Session tokens live a minute. */
const REFRESH_MS = 20_000;
/** How much longer the slowest of twenty members' requests may take in a storm. */
const RATIO_MAX = 2;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      addresses: { type: "string", default: "10000" },
      seconds: { type: "string", default: "20" },
    },
  });
  const [load = 0] = loadavg();
  const forum = await startForum(QUICK, step);
  onInterrupt(forum.stop);
  try {
    await step("Worker", forum.startSite);
    await step("Warm-up", () => whileMembersGoOn(forum, () => delay(3_000)));
    const quiet = await step("Quiet", () =>
      whileMembersGoOn(forum, () => delay(Number(values.seconds) * 1000)),
    );
    const storm: Storm = {
      origin: forum.origin,
      addresses: Number(values.addresses),
      connections: CONNECTIONS,
    };
    const stormy = await step("Storm", () => whileMembersGoOn(forum, () => scrape(storm)));
    report(quiet, stormy);
    // What else the machine does lengthens both, and the quiet by more.
    console.log(`Before it all, the load average was ${load.toFixed(1)} on ${availableParallelism()} cores.`);
  } finally {
    await forum.stop();
  }
}

type Seen<T> = { latency: RecordableHistogram; faults: string[]; result: T };

/** Has members read and write until some work is done, and times each of their requests to its last byte. */
async function whileMembersGoOn<T>(forum: BenchForum, work: () => Promise<T>): Promise<Seen<T>> {
  const seen = { latency: createHistogram(), faults: [] as string[] };
  let cookies = await forum.mintCookies();
  const refresh = setInterval(async () => {
    cookies = await forum.mintCookies();
  }, REFRESH_MS);
  let isOver = false;
  const goOn = async (member: number) => {
    const client = openClient(forum.origin);
    // They do not all come at the same moment.
    await delay((PAUSE_MS * member) / MEMBERS);
    for (let n = 0; !isOver; n += 1) {
      const exchange = exchangeOf(member, n);
      const start = performance.now();
      const answer = await send(client, forum.origin, exchange, cookies[member] ?? "");
      seen.latency.record(Math.max(1, Math.round((performance.now() - start) * 1000)));
      const fault = faultOf(answer, exchange);
      if (fault !== null) seen.faults.push(`The answer to ${exchange.path} is wrong: ${fault}.`);
      await delay(PAUSE_MS);
    }
    await client.close();
  };
  const members = Array.from({ length: MEMBERS }, (_, member) => goOn(member));
  try {
    // A request that does not come ends it all: members stop by themselves only when it is over.
    const result = await Promise.race([
      work(),
      Promise.all(members).then(() => new Promise<never>(() => {})),
    ]);
    return { ...seen, result };
  } finally {
    isOver = true;
    clearInterval(refresh);
    await Promise.allSettled(members);
  }
}

const [thread] = pagesOf(QUICK).filter(({ name }) => name === "thread");
const replies = scenariosOf(QUICK).find(({ name }) => name === "reply");

/** The nth request of a member: a page of threads that they have all to themselves, a reply, or a vote that changes something. */
function exchangeOf(member: number, n: number): Exchange {
  if (!thread || !replies) throw new Error("There are no threads to read, or none to write to");
  if (n % WRITES_ONE_IN !== WRITES_ONE_IN - 1)
    return asMember(thread.nth((n * MEMBERS + member) % thread.distinct), member);
  const written = Math.floor(n / WRITES_ONE_IN);
  const reply = { ...replies.nth(written * MEMBERS + member), member };
  if (written % 2 === 0) return { ...reply, form: { ...reply.form, submission: randomUUID() } };
  const value = written % 4 === 1 ? "1" : "-1";
  return { ...reply, path: reply.path.replace("/replies/new", "/replies/1/vote"), form: { value } };
}

/** Has a process of its own ask, so that its work delays nobody's clock. */
function scrape(storm: Storm): Promise<Scraped> {
  const child = fork(fileURLToPath(new URL("scraper-process.ts", import.meta.url)));
  return new Promise((resolve, reject) => {
    child.once("message", (scraped: Scraped) => {
      child.disconnect();
      resolve(scraped);
    });
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`The scraper ended with ${code}`)));
    child.send(storm);
  });
}

function report(quiet: Seen<void>, storm: Seen<Scraped>): void {
  const { answers, seconds, statuses } = storm.result;
  console.log(
    `\nThe scraper had ${answers} answers in ${seconds.toFixed(1)} s, ${Math.round(answers / seconds)} a second: ${Object.entries(
      statuses,
    )
      .map(([status, times]) => `${times} times ${status}`)
      .join(", ")}.`,
  );
  const row = ({ latency }: Seen<unknown>) => ({
    requests: latency.count,
    "p50, ms": (latency.percentile(50) / 1000).toFixed(1),
    "p95, ms": (latency.percentile(95) / 1000).toFixed(1),
  });
  console.table({ "members, quiet": row(quiet), "members, in the storm": row(storm) });
  const ratio = storm.latency.percentile(95) / quiet.latency.percentile(95);
  console.log(`In the storm, members' p95 is ${ratio.toFixed(1)} times as long (aim: ${RATIO_MAX} at most).`);
  const faults = [...quiet.faults, ...storm.faults, ...storm.result.faults];
  if (faults.length === 0) return;
  console.log(`${faults.length} answers were wrong:`);
  for (const fault of faults.slice(0, 3)) console.log(`  ${fault}`);
  process.exitCode = 1;
}

await main().catch(reportFailure);
