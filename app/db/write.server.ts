import { type SQL, sql } from "drizzle-orm";
import type { Event, EventKind, StoredEvent } from "#app/domain/events.ts";
import type { Outcome } from "#app/domain/outcome.ts";
import type { Refusal } from "#app/domain/permissions.ts";
import { type Database, violatedConstraint } from "./client.server.ts";
import { word } from "./statements.server.ts";

/** What a write's row says beside what its caller goes on with. */
type Answer<Newer> = { refusal: Refusal | null; newer?: Newer | null; events: StoredEvent[] };

/**
 * Carries out a write: one statement of one row, or of none where what it is about is not there. The row has the columns
 * `refusal`, why nothing was done or null, `events`, what happened as `EVENTS` selects it, and what the caller goes on
 * with (`Done`). Where somebody else may have changed something in the meantime it has a column `newer` too, an object of
 * what stands there now (`Newer`), or null. What happened is noted on the connection.
 */
export async function write<Done extends object, Newer extends object = never>(
  db: Database,
  statement: SQL,
): Promise<Outcome<Done, Newer>> {
  const [row] = await db.execute<Done & Answer<Newer>>(statement);
  if (!row) return { outcome: "missing" };
  const { refusal, newer, events, ...done } = row;
  if (refusal) return { outcome: "refused", refusal };
  if (newer) return { outcome: "conflict", ...newer } as Outcome<Done, Newer>;
  db.happened.push(...events);
  return { outcome: "done", ...(done as unknown as Done) };
}

/**
 * Carries out a write again where somebody was faster, and it broke one of these constraints: whoever looks now sees what they
 * have done. At most so many times in all; then, and for anything else, throws what the write threw.
 */
export async function retryOvertaken<T>(
  constraints: readonly string[],
  times: number,
  attempt: () => Promise<T>,
): Promise<T> {
  for (let left = times - 1; ; left -= 1) {
    try {
      return await attempt();
    } catch (error) {
      const constraint = violatedConstraint(error);
      if (left === 0 || constraint === null || !constraints.includes(constraint)) throw error;
    }
  }
}

/** The event of this kind, also where several kinds share one shape. */
type EventOf<Kind extends EventKind, Each = Event> = Each extends { kind: infer Kinds }
  ? Kind extends Kinds
    ? Each
    : never
  : never;

/** The fields of an event, each as an expression over the rows that it is made of. */
type Fields<Kind extends EventKind> = { [Name in Exclude<keyof EventOf<Kind>, "kind">]: SQL };

/**
 * The query that makes an event of each row of `from`, a `from` clause with what belongs to it. To be inserted by
 * `recordEvents`.
 */
export function eventOf<Kind extends EventKind>(kind: Kind, fields: Fields<Kind>, from: SQL): SQL {
  const pairs = Object.entries<SQL>(fields).map(([name, value]) => sql`${word(name)}, ${value}`);
  return sql`select ${word(kind)} as kind, jsonb_build_object(${sql.join(pairs, sql`, `)}) as data ${from}`;
}

/** The part of a write that stores what happened, to stand in its `with`: `event as (…)`. */
export function recordEvents(...events: [SQL, ...Array<SQL>]): SQL {
  return sql`event as (
    insert into events (kind, data)
    select kind, data from (${sql.join(events, sql` union all `)}) happened
    returning id, kind, data, created_at)`;
}

/** A row of `events` as a `StoredEvent`. */
export const storedEvent = sql`data || jsonb_build_object(
  'id', id, 'kind', kind, 'at', (extract(epoch from created_at) * 1000000)::bigint)`;

/** The events that a statement with `recordEvents` has stored, as a column. */
export const EVENTS = sql`(select coalesce(json_agg(${storedEvent} order by id), '[]') from event) as events`;
