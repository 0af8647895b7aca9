import { expect, test } from "vitest";
import { testForum } from "#test/database.ts";
import { makeCategory, makeReply, makeThread } from "#test/forum.ts";
import { makeMember } from "#test/people.ts";
import { compareDatabases, isSame } from "./compare.ts";

const original = await testForum();
const restored = await testForum();
const author = await makeMember(original.db);
const thread = await makeThread(original.db, { author, category: await makeCategory(original.db) });
await makeReply(original.db, { author, thread });

/** Copies every row, in another order than they were made in. */
async function copy() {
  for (const table of ["user", "members", "categories", "threads", "thread_replies", "events"]) {
    const { sql } = original;
    const [{ rows } = { rows: "[]" }] = await sql<{ rows: string }[]>`
      select json_agg(t order by t::text desc)::text as rows from ${sql(table)} t`;
    await restored.sql.begin(async (all) => {
      await all`set local session_replication_role = replica`;
      await all`
        insert into ${all(table)} overriding system value
        select * from json_populate_recordset(null::${all(table)}, ${rows}::json)`;
    });
  }
}

async function different(): Promise<string[]> {
  const compared = await compareDatabases(original.sql, restored.sql);
  expect(compared.length).toBeGreaterThan(5);
  return compared.filter((each) => !isSame(each)).map(({ table }) => table);
}

test("rows that are missing or changed, a missing table and a sequence left behind are found, and nothing else", async () => {
  expect(await different()).toEqual([
    "public.categories",
    "public.events",
    "public.events_id_seq",
    "public.members",
    "public.thread_replies",
    "public.threads",
    "public.threads_number_seq",
    "public.user",
  ]);
  await copy();
  expect(await different()).toEqual(["public.events_id_seq", "public.threads_number_seq"]);
  await restored.sql`select setval('threads_number_seq', max(number)) from threads`;
  await restored.sql`select setval('events_id_seq', max(id)) from events`;
  expect(await different()).toEqual([]);
  await restored.sql`update thread_replies set body = body || '.' where number = 2`;
  expect(await different()).toEqual(["public.thread_replies"]);
  await restored.sql`drop table reply_votes`;
  expect(await different()).toEqual(["public.reply_votes", "public.thread_replies"]);
});
