import { randomUUID } from "node:crypto";
import { sql } from "drizzle-orm";
import { afterAll, expect, test } from "vitest";
import { mergeCategory } from "#app/db/categories.server.ts";
import type { DatabaseConnection } from "#app/db/client.server.ts";
import { verify } from "#app/db/verify.server.ts";
import { testDatabase } from "#test/database.ts";
import { makeCategory, makeThread } from "#test/forum.ts";
import { makeMember } from "#test/people.ts";
import { connect as connectCommand } from "../connection.ts";
import { storeThreads } from "./store.ts";
import type { ThreadRows } from "./thread-rows.ts";

const { db, url, connect } = await testDatabase();
const author = await makeMember(db);
const { sql: command, close } = await connectCommand(url);
afterAll(close);

type Category = { id: string; slug: string };

/** Two categories in the order of their keys, in which all who lock both begin; the first one has a thread. */
async function twoCategories(): Promise<[Category, Category]> {
  const slugs = [await makeCategory(db), await makeCategory(db)];
  const [first, second] = await db.execute<Category>(sql`
    select id, slug from categories where slug in (${slugs[0]}, ${slugs[1]}) order by id`);
  if (!first || !second) throw new Error("The categories are not there.");
  await makeThread(db, { author, category: first.slug });
  return [first, second];
}

/** A thread of an old forum, with its opening post alone. */
async function threadIn({ id: category_id }: Category): Promise<ThreadRows> {
  const [row] = await db.execute<{ number: number }>(sql`
    select nextval(pg_get_serial_sequence('threads', 'number'))::integer as number`);
  const id = randomUUID();
  const created_at = "2015-01-01T00:00:00.000Z";
  const counts = { score: 0, last_number: 1, reply_count: 0 };
  const thread = { id, number: row?.number, category_id, author_id: author.id, title: "Old", status: "open" };
  const reply = { id: randomUUID(), thread_id: id, author_id: author.id, number: 1, body: "", body_html: "" };
  const drawn = { renderer_version: 1, starting_score: 0, revision: 0, score: 0, deleted_at: null };
  return {
    thread: { ...thread, ...counts, is_pinned: false, last_activity_at: created_at, created_at },
    replies: [{ ...reply, ...drawn, created_at }],
    votes: [],
  };
}

/** Ends once so many statements of this database wait for a lock. */
async function untilWaiting(count: number): Promise<void> {
  const waiting = sql`
    select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
  while ((await db.execute(waiting)).length < count);
}

test("a batch whose category is merged away in that moment is refused whole, and nobody waits for ever", async () => {
  const [first, second] = await twoCategories();
  // A batch names its threads in the order of the old forum, which is none of keys.
  const batch = [await threadIn(second), await threadIn(first)];
  const [gate, merging] = connect(2) as [DatabaseConnection, DatabaseConnection];
  await gate.execute(sql`begin`);
  await gate.execute(sql`select 1 from categories where id = ${first.id}::uuid for update`);
  const merge = mergeCategory(merging, first.slug, { into: second.slug });
  await untilWaiting(1);
  const stored = storeThreads(command, batch).catch((error: Error) => error);
  await untilWaiting(2);
  await gate.execute(sql`commit`);
  expect(await merge).toMatchObject({ outcome: "done", threads: 1 });
  expect(await stored).toMatchObject({ message: expect.stringContaining("Run it again") });
  expect(await verify(db)).toEqual([]);
});

test("a merge that meets a batch waits for it, and moves what it brought", async () => {
  const [first, second] = await twoCategories();
  const batch = [await threadIn(second), await threadIn(first)];
  const [gate, merging] = connect(2) as [DatabaseConnection, DatabaseConnection];
  await gate.execute(sql`begin`);
  await gate.execute(sql`select 1 from categories where id = ${second.id}::uuid for update`);
  const stored = storeThreads(command, batch);
  await untilWaiting(1);
  const merge = mergeCategory(merging, first.slug, { into: second.slug });
  await untilWaiting(2);
  await gate.execute(sql`commit`);
  await stored;
  expect(await merge).toMatchObject({ outcome: "done", threads: 2 });
  expect(await verify(db)).toEqual([]);
});
