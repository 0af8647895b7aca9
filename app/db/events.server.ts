import { sql } from "drizzle-orm";
import type { StoredEvent } from "#app/domain/events.ts";
import type { Database } from "./client.server.ts";
import { defineRead } from "./reads.server.ts";
import { integer } from "./statements.server.ts";
import { storedEvent } from "./write.server.ts";

/** For so long what happened can be looked up, handled or not. */
const KEPT_DAYS = 30;

/** More than a sweep's worth of new events, so that the table stops growing; few enough for one short statement. */
const DROPPED_MAX = 1000;

/** What happened and was not seen to yet, oldest first, at most `limit`. One statement. */
export async function listUnhandled(db: Database, limit: number): Promise<StoredEvent[]> {
  const rows = await UNHANDLED.rows<{ event: StoredEvent }>(db, { limit });
  return rows.map(({ event }) => event);
}

const UNHANDLED = defineRead(
  "unhandled_events",
  { limit: integer },
  ({ limit }) => sql`
    select ${storedEvent} as event from events
    where handled_at is null
    order by id
    limit ${limit}`,
);

/**
 * Notes that all that follows from these events was seen to. Drops events of more than `KEPT_DAYS` days on the way, at
 * most `DROPPED_MAX` of them, the oldest first. One statement, and harmless when it is repeated: rows that another one
 * holds are left to it, so that two never wait for each other.
 */
export async function markHandled(db: Database, ids: number[]): Promise<void> {
  // An event is either dropped or marked: a statement may change a row once.
  await db.execute(sql`
    with expired as materialized (
      select id from events
      where created_at < now() - make_interval(days => ${integer(KEPT_DAYS)})
      order by created_at
      limit ${integer(DROPPED_MAX)}
      for update skip locked
    ), dropped as (
      delete from events where id in (select id from expired)
    ), handled as materialized (
      select id from events
      where id = any (array[${sql.join(ids.map(integer), sql`, `)}]::bigint[])
        and handled_at is null and id not in (select id from expired)
      for update skip locked
    )
    update events set handled_at = now() where id in (select id from handled)`);
}
