import { sql } from "drizzle-orm";
import { beforeEach, expect, test } from "vitest";
import { testDatabase } from "#test/database.ts";
import { listUnhandled, markHandled } from "./events.server.ts";

const { db, connect } = await testDatabase();

beforeEach(() => db.execute(sql`delete from events`));

/** Events of a thread's number each, this many days old; answers their ids. */
async function happened(count: number, { daysAgo = 0 } = {}): Promise<number[]> {
  const rows = await db.execute<{ id: number }>(sql`
    insert into events (kind, data, created_at)
    select 'reply-edited', jsonb_build_object('thread', at, 'reply', 2, 'author', 'user_1'),
      now() - make_interval(days => ${daysAgo}::integer)
    from generate_series(1, ${count}::integer) at
    returning id::integer as id`);
  return rows.map(({ id }) => id);
}

const idsOf = (events: { id: number }[]) => events.map(({ id }) => id);

test("what happened is listed as it was told, the oldest first, and no more than asked for", async () => {
  const ids = await happened(5);
  const at = expect.any(Number);
  expect(await listUnhandled(db, 2)).toEqual([
    { id: ids[0], at, kind: "reply-edited", thread: 1, reply: 2, author: "user_1" },
    { id: ids[1], at, kind: "reply-edited", thread: 2, reply: 2, author: "user_1" },
  ]);
  expect(idsOf(await listUnhandled(db, 100))).toEqual(ids);
});

test("what was handled is listed no more, and stays to be looked up", async () => {
  const [first = 0, second = 0, third = 0] = await happened(3);
  await markHandled(db, [first, third]);
  expect(idsOf(await listUnhandled(db, 100))).toEqual([second]);
  const at = () => db.execute(sql`select id::integer as id, handled_at from events order by id`);
  const before = await at();
  await markHandled(db, [first]);
  expect(await at()).toEqual(before);
  expect(before).toHaveLength(3);
});

test("sweeps of the same events at once mark each, and stand in nobody's way", async () => {
  const ids = await happened(200);
  const all = connect(4).map((each, at) => markHandled(each, at % 2 ? ids : ids.toReversed()));
  await Promise.all(all);
  expect(await listUnhandled(db, 1)).toEqual([]);
});

test("events of more than 30 days go, handled or not, and younger ones stay", async () => {
  const old = await happened(2, { daysAgo: 31 });
  const young = await happened(2, { daysAgo: 29 });
  await markHandled(db, [old[0] ?? 0, young[0] ?? 0]);
  expect(await db.execute(sql`select id::integer as id from events order by id`)).toEqual(
    young.map((id) => ({ id })),
  );
  expect(idsOf(await listUnhandled(db, 10))).toEqual([young[1]]);
});

test("one call drops a bounded number, also where it has nothing to mark", async () => {
  await happened(1500, { daysAgo: 40 });
  await markHandled(db, []);
  expect(await db.execute(sql`select count(*)::integer as count from events`)).toEqual([{ count: 500 }]);
});
