import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { verify } from "#app/db/verify.server.ts";
import { renderMarkdown } from "#app/domain/markdown.ts";
import { SettingsForm } from "#app/domain/settings.ts";
import { testForum } from "#test/database.ts";
import { makeCategory, makeReply, makeThread } from "#test/forum.ts";
import { makeMember } from "#test/people.ts";
import type { Connection } from "../connection.ts";
import { copyInto, copyRow } from "./copy.ts";
import { generateForum } from "./generate.ts";

const SIZE = { threads: 200, replies: 4000, members: 300, categories: 7, seed: 1 };

/** Every row of a forum, as text. */
async function everything({ sql }: Connection): Promise<string[]> {
  const rows: string[] = [];
  for (const table of ["user", "members", "categories", "threads", "thread_replies", "reply_votes"])
    for (const { row } of await sql<{ row: string }[]>`select each::text as row from ${sql(table)} each`)
      rows.push(`${table}: ${row}`);
  return rows.sort();
}

async function one<Row>({ db }: Connection, query: ReturnType<typeof sql>): Promise<Row> {
  const [row] = await db.execute<Row>(query);
  if (row === undefined) throw new Error("No row");
  return row;
}

test("a generated forum has the numbers that were asked for, and every counter is right", async () => {
  const forum = await testForum();
  const progress: number[] = [];
  const report = await generateForum(forum.sql, {
    ...SIZE,
    onProgress: (done, total) => progress.push(done, total),
  });
  expect(await verify(forum.db)).toEqual([]);
  expect(progress.slice(-2)).toEqual([4200, 4200]);
  expect(
    await one(
      forum,
      sql`select (select count(*) from threads)::integer as threads,
        (select count(*) from thread_replies where number > 1)::integer as replies,
        (select count(*) from members)::integer as members, (select count(*) from "user")::integer as users,
        (select count(*) from categories)::integer as categories,
        (select count(*) from reply_votes)::integer as votes`,
    ),
  ).toEqual({ ...SIZE, users: 300, votes: report.votes, seed: undefined });
  expect(report.votes).toBeGreaterThan(1000);
});

test("few threads are long, few categories full, few members busy, and time is not even", async () => {
  const forum = await testForum();
  const { longest } = await generateForum(forum.sql, SIZE);
  expect(longest.map(({ replies }) => replies)).toEqual([200, 200, 200]);
  const shape = await one<Record<string, number>>(
    forum,
    sql`select (select percentile_disc(0.5) within group (order by last_number) from threads) as "medianLength",
      (select max(thread_count) from categories)::float / 200 as "largestCategory",
      (select count(*) from thread_replies group by author_id order by 1 desc limit 1)::float / 4200 as "busiest",
      (select count(*) from thread_replies where created_at > '2023-11-01')::float / 4200 as "recent",
      (select count(*) from thread_replies
        where created_at not between '2018-11-01' and '2026-11-01')::integer as "outOfTime",
      (select count(*) from thread_replies r join members m on m.user_id = r.author_id
        where m.created_at > r.created_at)::integer as "beforeJoining"`,
  );
  expect(shape.medianLength).toBeLessThan(15);
  expect(shape.largestCategory).toBeGreaterThan(0.25);
  expect(shape.busiest).toBeGreaterThan(0.05);
  expect(shape.recent).toBeGreaterThan(0.4);
  expect(shape).toMatchObject({ outOfTime: 0, beforeJoining: 0 });
});

test("some of it is answered, edited, deleted, locked, pinned, voted down", async () => {
  const forum = await testForum();
  await generateForum(forum.sql, SIZE);
  const some = await one<Record<string, number>>(
    forum,
    sql`select count(*) filter (where reply_to_number is not null)::integer as answers,
        count(*) filter (where edited_at is not null and revision = 1)::integer as edited,
        count(*) filter (where deleted_at is not null and deleted_by = author_id)::integer as deleted,
        (select count(*) from threads where status = 'locked' and status_set_by is not null)::integer as locked,
        (select count(*) from threads where is_pinned and pinned_by is not null)::integer as pinned,
        (select count(*) from reply_votes where value = -1)::integer as down
      from thread_replies`,
  );
  for (const count of Object.values(some)) expect(count).toBeGreaterThan(0);
  expect(
    await one(
      forum,
      sql`select count(*)::integer as own from reply_votes v
    join thread_replies r on r.id = v.reply_id where r.author_id = v.voter_id`,
    ),
  ).toEqual({ own: 0 });
});

test("bodies are what the forum's own renderer makes of them, and handles are such as people can choose", async () => {
  const forum = await testForum();
  await generateForum(forum.sql, { ...SIZE, threads: 20, replies: 300 });
  const bodies = await forum.db.execute<{ body: string; html: string }>(
    sql`select distinct body, body_html as html from thread_replies`,
  );
  expect(bodies.length).toBeGreaterThan(50);
  for (const { body, html } of bodies) expect(html).toBe(renderMarkdown(body));
  const members = await forum.db.execute<{ handle: string }>(sql`select handle from members`);
  for (const { handle } of members) expect(SettingsForm.shape.handle.parse(handle)).toBe(handle);
});

test("the same seed makes the same forum to the last row, and another one another", async () => {
  const forums = [await testForum(), await testForum(), await testForum()];
  const seeds = [5, 5, 6];
  const rows: string[][] = [];
  for (const [index, forum] of forums.entries()) {
    await generateForum(forum.sql, { ...SIZE, seed: seeds[index] ?? 0 });
    rows.push(await everything(forum));
  }
  expect(rows[0]).toHaveLength(rows[1]?.length ?? 0);
  expect(rows[0]).toEqual(rows[1]);
  const first = new Set(rows[0]);
  expect(rows[2]?.filter((row) => first.has(row))).toEqual([]);
});

test("a forum that people write in is left alone, unless told so, and then nothing of theirs changes", async () => {
  const forum = await testForum();
  const author = await makeMember(forum.db);
  const category = await makeCategory(forum.db, { slug: "general", name: "General" });
  const thread = await makeThread(forum.db, { author, category });
  const before = await everything(forum);
  await expect(generateForum(forum.sql, SIZE)).rejects.toThrow(
    "This forum has content: threads: 1, categories: 1, members: 1.",
  );
  expect(await everything(forum)).toEqual(before);

  await generateForum(forum.sql, { ...SIZE, mayAdd: true });
  expect(await everything(forum)).toEqual(expect.arrayContaining(before));
  expect(await verify(forum.db)).toEqual([]);
  await makeReply(forum.db, { author, thread });
  const next = await makeThread(forum.db, { author, category });
  expect(next.number).toBe(thread.number + SIZE.threads + 1);

  await expect(generateForum(forum.sql, { ...SIZE, mayAdd: true })).rejects.toThrow(
    "A forum with seed 1 was generated here before.",
  );
  await generateForum(forum.sql, { ...SIZE, mayAdd: true, seed: 2 });
  expect(await verify(forum.db)).toEqual([]);
});

test("the smallest forum is one thread without a reply", async () => {
  const forum = await testForum();
  await generateForum(forum.sql, { threads: 1, replies: 0, members: 1, categories: 1, seed: 3 });
  expect(await verify(forum.db)).toEqual([]);
});

test("what fails on the way leaves nothing behind, and what the server says of it is heard", async () => {
  const forum = await testForum();
  // The second member's key is taken when they come: the constraint speaks after the last row was sent.
  const taken = copyRow(["generated_1_000000000000001", "mine"]);
  await forum.sql.begin((sql) => copyInto(sql, "user", ["id", "username"], [taken]));
  const before = await everything(forum);
  await expect(generateForum(forum.sql, SIZE)).rejects.toThrow("user_pkey");
  expect(await everything(forum)).toEqual(before);
});
