import type { Connection } from "#scripts/connection.ts";
import type { Size } from "./data.ts";
import { kindsOf } from "./data.ts";
import { type BenchForum, originOf } from "./forum.ts";
import type { Load, Measured } from "./load.ts";
import { findServer, type MeasuredWithCpu, measure } from "./measure.ts";
import { residentMegabytes } from "./processes.ts";
import type { Scenario } from "./scenarios.ts";

/** One line of the table. */
export type Timing = MeasuredWithCpu & { name: string; connections: number; workerMegabytes: number };

export type Pace = { connections: number[]; seconds: number; warmUpSeconds: number };

export type Parts = { forum: BenchForum; load: Load; sql: Connection["sql"]; size: Size };

/** The hot page is number 0, and number 1 was asked for where costs were counted. */
const FIRST_TIMED = 2;

/** Times scenarios one after the other, and keeps in mind which of their requests have been sent. */
export function timingsWith(parts: Parts, pace: Pace) {
  const next = new Map<Scenario, number>();

  return async function time(scenario: Scenario, connections: number): Promise<Timing> {
    const { forum, load, size } = parts;
    const { name, cache, distinct } = scenario;
    // A cold page is one that nobody has asked for. When half of them are gone, all begins again with empty caches.
    if (cache === "cold" && (next.get(scenario) ?? 0) > distinct / 2) {
      await forum.startSite();
      for (const each of next.keys()) if (each.cache === "cold") next.delete(each);
    }
    const from = next.get(scenario) ?? FIRST_TIMED;
    const written = await countWritten(parts, name);
    const { seconds, warmUpSeconds } = pace;
    const source = { size, scenario: name };
    const origin = originOf(forum, cache);
    const measured = await measure(load, { origin, source, from, connections, seconds, warmUpSeconds });
    next.set(scenario, measured.next);
    await checkWritten(parts, name, written, measured);
    return { ...measured, name, connections, workerMegabytes: residentMegabytes(findServer(origin)) };
  };
}

/** How many rows there are of what a scenario writes. */
async function countWritten({ sql, size }: Parts, name: string): Promise<number> {
  const { first, replies } = kindsOf(size).written;
  const [row] =
    name === "vote"
      ? await sql`select count(*) as n from reply_votes v join thread_replies r on r.id = v.reply_id
          join threads t on t.id = r.thread_id where t.number >= ${first}`
      : await sql`select count(*) as n from thread_replies r join threads t on t.id = r.thread_id
          where t.number >= ${first} and r.number > ${replies}`;
  return Number(row?.n);
}

/** What was acknowledged is there, once. Votes that change earlier ones add no row: `verify` adds all of them up in the end. */
async function checkWritten(parts: Parts, name: string, before: number, measured: Measured): Promise<void> {
  const { members } = parts.size;
  const { count, replies } = kindsOf(parts.size).written;
  const isNew = name === "reply" || (name === "vote" && measured.next <= members * count * replies);
  if (!isNew || measured.wrong > 0) return;
  const written = (await countWritten(parts, name)) - before;
  if (written === measured.right) return;
  measured.wrong += Math.abs(written - measured.right);
  measured.faults.push(`Of ${name}, ${measured.right} were acknowledged and ${written} are there.`);
}
