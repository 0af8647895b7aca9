import { DurableObject } from "cloudflare:workers";
import { changedFacts, mayWait, type StoredEvent, withdrawnFacts } from "#app/domain/events.ts";
import type { Fact } from "#app/domain/facts.ts";
import { PURGE_EVERY_MS, PURGE_NAMES_MAX, SCORE_WAIT_MS } from "#app/domain/keeping.ts";
import { log, reasonOf } from "#app/log.ts";
import type { Env } from "../env.ts";
import type { Lateness } from "../observe.ts";
import { edgeReader } from "./edge.ts";

/** The Cron sweep asks again for an event within minutes. One that is older than this when it comes is not remembered. */
const REMEMBER_EVENTS_MS = 3_600_000;

/** As long as any copy lives (workers/snapshots/copies.ts). */
const REMEMBER_WITHDRAWN_MS = 60 * 86_400_000;

/** Without row ids, as Cloudflare bills each row that is written, and a key of its own would be one more. */
const TABLES = `
  create table if not exists owed
    (fact text primary key, since integer, due integer, waits integer, withdrawn integer) without rowid;
  create table if not exists events (written integer, event integer, primary key (written, event)) without rowid;
  create table if not exists withdrawn (fact text primary key, at integer) without rowid;
  create index if not exists withdrawn_at on withdrawn (at);`;

/** The one of this forum. */
export function purgerOf({ exports }: { exports: Cloudflare.Exports }): DurableObjectStub<Purger> {
  return exports.Purger.getByName("forum");
}

/** Facts that were taken back and whose pages Cloudflare may still keep, with the time of each (milliseconds since 1970). */
export type Pending = { fact: Fact; at: number }[];

/**
 * A fact whose pages are to be dropped: since when, and from when on (both milliseconds since 1970); whether it is a score,
 * for which readers may wait, and whether it was taken back.
 */
type Owed = { fact: Fact; since: number; due: number; waits: number; withdrawn: number };

/**
 * Drops the pages that show what has changed, for the whole forum. Cloudflare takes few purges, so here they are gathered:
 * at once until Cloudflare refuses one, then a hundred names every 12 seconds. What is owed is on disk until it was accepted.
 * It also knows what was taken back, so that no copy shows it, and which events it has seen.
 */
export class Purger extends DurableObject<Pick<Env, "READER">> {
  readonly #sql = this.ctx.storage.sql;
  /** The purge that is under way: whoever comes meanwhile joins the next one. */
  #purging: Promise<void> | null = null;
  /** Cloudflare has refused a purge, and takes none before this moment. */
  #refusedUntil = 0;

  constructor(ctx: DurableObjectState, env: Pick<Env, "READER">) {
    super(ctx, env);
    this.#sql.exec(TABLES);
  }

  /**
   * Drops what the events have changed. Answers when readers can no longer find it kept, or, where the allowance is
   * used up, when it is certain to be dropped: with what was taken back and is still owed (`pending`). An event that was
   * seen before is seen to already.
   */
  async drop(events: readonly StoredEvent[]): Promise<Pending> {
    const now = Date.now();
    this.#forget(now);
    for (const event of events) {
      const seen = this.#sql.exec("insert or ignore into events values (?, ?)", event.at, event.id);
      if (seen.rowsWritten === 0) continue;
      const waits = mayWait(event) ? 1 : 0;
      const due = now + waits * SCORE_WAIT_MS;
      const withdrawn = withdrawnFacts(event);
      for (const fact of new Set([...changedFacts(event), ...withdrawn]))
        this.#owe(fact, now, due, waits, withdrawn.includes(fact) ? 1 : 0);
      for (const fact of withdrawn)
        this.#sql.exec("insert or replace into withdrawn values (?, ?)", fact, now);
    }
    await this.#purge();
    return this.pending();
  }

  pending(): Pending {
    const owed = this.#sql.exec<Pending[number]>("select fact, since as at from owed where withdrawn = 1");
    return owed.toArray();
  }

  /** Whether one of these facts was taken back after `madeAt`. */
  isWithdrawn(shown: Fact[], madeAt: number): boolean {
    return shown.some((fact) => {
      const [row] = this.#sql.exec<{ at: number }>("select at from withdrawn where fact = ?", fact).toArray();
      return row !== undefined && row.at >= madeAt;
    });
  }

  lateness(): Lateness {
    const now = Date.now();
    const late = this.#sql.exec<Owed>("select * from owed where due <= ? order by due", now).toArray();
    return { names: late.length, milliseconds: now - (late[0]?.due ?? now) };
  }

  override async alarm(): Promise<void> {
    await this.#purge();
  }

  #forget(now: number): void {
    this.#sql.exec("delete from events where written < ?", (now - REMEMBER_EVENTS_MS) * 1000);
    this.#sql.exec("delete from withdrawn where at < ?", now - REMEMBER_WITHDRAWN_MS);
  }

  /** Notes a fact as owed; the values are those of `Owed`, in its order. */
  #owe(...owed: [fact: Fact, since: number, due: number, waits: number, withdrawn: number]): void {
    // Owed since the newest change: what was made before that may not stay. Never the same twice, so that the end of a purge
    // which began before this change does not take it for done.
    this.#sql.exec(
      `insert into owed values (?, ?, ?, ?, ?) on conflict (fact) do update set
        since = max(excluded.since, since + 1), due = min(due, excluded.due), waits = min(waits, excluded.waits),
        withdrawn = max(withdrawn, excluded.withdrawn)`,
      ...owed,
    );
  }

  #owed(condition: string, ...values: number[]): Owed[] {
    const order = `order by withdrawn desc, due limit ${PURGE_NAMES_MAX}`;
    return this.#sql.exec<Owed>(`select * from owed where ${condition} ${order}`, ...values).toArray();
  }

  async #purge(): Promise<void> {
    while (this.#purging) await this.#purging;
    this.#purging = this.#purgeNow().finally(() => {
      this.#purging = null;
    });
    await this.#purging;
  }

  /**
   * Asks for one purge after another until nothing is due or Cloudflare refuses one, and sets the alarm for the rest. What
   * was taken back is asked for in any case: nothing is lost by a refusal.
   */
  async #purgeNow(): Promise<void> {
    for (;;) {
      const now = Date.now();
      const due = this.#owed("due <= ?", now);
      // A purge for a score takes all scores along: each by itself would use up what news need.
      const batch = due.some(({ waits }) => waits === 1) ? this.#owed("true") : due;
      const mayAsk = batch[0]?.withdrawn === 1 || now >= this.#refusedUntil;
      if (batch.length === 0 || !mayAsk) return this.#wakeUp();
      if (!(await this.#ask(batch.map(({ fact }) => fact)))) {
        this.#refusedUntil = now + PURGE_EVERY_MS;
        return this.#wakeUp();
      }
      for (const { fact, since } of batch)
        this.#sql.exec("delete from owed where fact = ? and since = ?", fact, since);
    }
  }

  async #ask(facts: Fact[]): Promise<boolean> {
    try {
      return (await edgeReader(this.env, this.ctx).purge({ tags: facts })).success;
    } catch (error) {
      log({ level: "warning", message: "A purge failed", reason: reasonOf(error) });
      return false;
    }
  }

  /** Sets the alarm for when something is due and may be asked for. */
  async #wakeUp(): Promise<void> {
    const [next] = this.#sql.exec<{ due: number | null }>("select min(due) as due from owed").toArray();
    if (next?.due != null) await this.ctx.storage.setAlarm(Math.max(next.due, this.#refusedUntil));
  }
}
