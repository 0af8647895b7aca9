/**
 * Reads the threads of a running forum as many readers would, some far more often than others (Zipf), at random moments,
 * and counts where their pages came from. Beside it stands what arithmetic expects, which goes on to rates that nobody can wait for.
 *
 *     npm start                                                  in one terminal, with the threads of `forum generate`
 *     node bench/hit-rate.ts [--rate 50] [--seconds 150] [--origin http://localhost:8788]
 */
import { setTimeout as delay } from "node:timers/promises";
import { parseArgs } from "node:util";
import { threadPath } from "#app/paths.ts";
import { withForum } from "#scripts/database-url.ts";
import { reportFailure } from "#scripts/problem.ts";

/** How long a page is fresh, and how long after that it is still served once (workers/reader-page.ts). */
const FRESH_SECONDS = 10;
const STALE_SECONDS = 60;
const MONTH_SECONDS = 30 * 86_400;

type Counts = Record<"hit" | "stale" | "miss", number>;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      rate: { type: "string", default: "50" },
      seconds: { type: "string", default: "150" },
      origin: { type: "string", default: "http://localhost:8788" },
    },
  });
  const [rate, seconds] = [Number(values.rate), Number(values.seconds)];
  const paths = await threadPaths();
  const weights = zipfWeights(paths.length);
  const counts: Counts = { hit: 0, stale: 0, miss: 0 };
  const started = performance.now();
  const age = () => (performance.now() - started) / 1000;
  while (age() < seconds) {
    const path = paths[pick(weights)] ?? "/";
    const isCounted = age() > FRESH_SECONDS + STALE_SECONDS;
    void fetch(`${values.origin}${path}`).then(async (response) => {
      await response.arrayBuffer();
      if (isCounted) counts[outcomeOf(response)] += 1;
    });
    await delay((-Math.log(1 - Math.random()) / rate) * 1000);
  }
  report(counts, weights, rate);
}

/** The addresses of every thread that is there. */
async function threadPaths(): Promise<string[]> {
  return withForum(async ({ sql }) => {
    const threads = await sql<{ number: number; title: string }[]>`
      select number::integer as number, title from threads where deleted_at is null`;
    return threads.map((thread) => threadPath(thread));
  });
}

/** The share of each rank's readers: 1, 1/2, 1/3 … of the first one's. */
function zipfWeights(count: number): number[] {
  const weights = Array.from({ length: count }, (_, rank) => 1 / (rank + 1));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}

function pick(weights: number[]): number {
  let left = Math.random();
  return weights.findIndex((weight) => {
    left -= weight;
    return left <= 0;
  });
}

function outcomeOf(response: Response): keyof Counts {
  const status = response.headers.get("Cache-Status") ?? "";
  if (status.includes("stale")) return "stale";
  return status.includes("hit") ? "hit" : "miss";
}

/**
 * Read r times a second at random moments, a page serves 10 r readers between being made and its tenth second. Whoever
 * comes next has it made anew, and gets the old one where that is within the minute after.
 */
function expected(weights: number[], rate: number): { fresh: string; stale: string } {
  let [fresh, stale] = [0, 0];
  for (const weight of weights) {
    const r = rate * weight;
    const readers = r * FRESH_SECONDS + 1;
    fresh += weight * (1 - 1 / readers);
    stale += (weight * (1 - Math.exp(-r * STALE_SECONDS))) / readers;
  }
  return { fresh: fresh.toFixed(2), stale: stale.toFixed(2) };
}

function report({ hit, stale, miss }: Counts, weights: number[], rate: number): void {
  const total = hit + stale + miss;
  console.log(`${total} pages of ${weights.length} threads were counted.`);
  console.table({
    measured: { fresh: (hit / total).toFixed(2), stale: (stale / total).toFixed(2) },
    [`expected at ${rate} a second`]: expected(weights, rate),
    "expected at 10 million a month": expected(weights, 1e7 / MONTH_SECONDS),
    "expected at 1 million a month": expected(weights, 1e6 / MONTH_SECONDS),
  });
}

await main().catch(reportFailure);
