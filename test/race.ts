import { sql } from "drizzle-orm";
import type { DatabaseConnection } from "#app/db/client.server.ts";

type Act<T> = (db: DatabaseConnection) => Promise<T>;

/**
 * Lets two statements meet in one exact way: `first` is carried out and not yet committed while `second` runs into
 * it, and is committed once `second` waits for it (or has ended without waiting). `meanwhile` comes before that.
 */
export async function meet<First, Second>(
  connect: (count: number) => DatabaseConnection[],
  first: Act<First>,
  second: Act<Second>,
  meanwhile?: Act<unknown>,
): Promise<[First, Second]> {
  const [one, two, observer] = connect(3) as [DatabaseConnection, DatabaseConnection, DatabaseConnection];
  const [process] = await two.execute<{ pid: number }>(sql`select pg_backend_pid() as pid`);
  await one.execute(sql`begin`);
  const before = await first(one);
  let isOver = false;
  const running = second(two).finally(() => {
    isOver = true;
  });
  running.catch(() => {});
  while (!isOver && !(await isWaiting(observer, process?.pid ?? 0)));
  await meanwhile?.(observer);
  await one.execute(sql`commit`);
  return [before, await running];
}

async function isWaiting(db: DatabaseConnection, pid: number): Promise<boolean> {
  const rows = await db.execute(sql`
    select 1 from pg_stat_activity where pid = ${pid}::integer and wait_event_type = 'Lock'`);
  return rows.length > 0;
}
