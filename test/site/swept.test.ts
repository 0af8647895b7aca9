import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { lockThread } from "#app/db/threads.server.ts";
import { makeCategory, makeThread, type TestThread } from "#test/forum.ts";
import { testSite } from "#test/site.ts";

const site = await testSite({ counted: true });
const { db, proxy } = site;
const ada = await site.makeMember();
const moderator = await site.makeMember({ role: "moderator" });
const category = await makeCategory(db);

const pathOf = ({ number }: TestThread) => `/t/${number}/a-thread-of-its-own`;

/** A thread whose page is kept. */
async function keptThread(): Promise<TestThread> {
  const thread = await makeThread(db, { author: ada, category, title: "A thread of its own" });
  await site.sweep();
  await read(thread);
  expect((await read(thread)).cache).toBe("edgewise; hit");
  return thread;
}

async function read(thread: TestThread) {
  const response = await site.fetch(pathOf(thread));
  return { text: await response.text(), cache: response.headers.get("Cache-Status") };
}

async function unhandled(): Promise<string[]> {
  const rows = await db.execute<{ kind: string }>(
    sql`select kind from events where handled_at is null order by id`,
  );
  return rows.map(({ kind }) => kind);
}

test("a request that ends between its commit and the hand-over of its event drops the page by the sweep", async () => {
  const thread = await keptThread();
  // The statement is carried out and its answer never comes: the Worker knows of nothing that happened.
  proxy.cutOnce({ at: /insert into thread_replies/, when: "after" });
  const sent = await site.fetch(`/t/${thread.number}/replies/new`, {
    as: ada,
    form: { body: "Committed all the same." },
  });
  expect(sent.status).toBe(503);
  expect(await unhandled()).toEqual(["reply-written"]);
  expect((await read(thread)).text).not.toContain("Committed all the same.");
  await site.sweep();
  expect(await unhandled()).toEqual([]);
  expect((await read(thread)).text).toContain("Committed all the same.");
});

test("a Worker that is killed then leaves its event to the one that begins after it", async () => {
  const thread = await keptThread();
  proxy.cutOnce({ at: /insert into thread_replies/, when: "after" });
  await site.fetch(`/t/${thread.number}/replies/new`, { as: ada, form: { body: "Before the end." } });
  await site.restart();
  expect(await unhandled()).toEqual(["reply-written"]);
  await site.sweep();
  expect(await unhandled()).toEqual([]);
  expect((await read(thread)).text).toContain("Before the end.");
});

test("what an operator changes past the Worker is dropped by the sweep", async () => {
  const thread = await keptThread();
  await lockThread(db, { number: thread.number, locked: true, by: moderator.id });
  expect((await read(thread)).cache).toBe("edgewise; hit");
  await site.sweep();
  expect((await read(thread)).text).toContain("This thread is locked");
});

test("an event that its request has seen to is noted by the sweep, and drops nothing again", async () => {
  const thread = await keptThread();
  await site.fetch(`/t/${thread.number}/replies/new`, { as: ada, form: { body: "Seen to at once." } });
  expect((await read(thread)).text).toContain("Seen to at once.");
  expect((await read(thread)).cache).toBe("edgewise; hit");
  expect(await unhandled()).toEqual(["reply-written"]);
  await site.sweep();
  expect(await unhandled()).toEqual([]);
  expect((await read(thread)).cache).toBe("edgewise; hit");
});

test("a database that was begun anew gives an id once more, and its event drops the page all the same", async () => {
  const thread = await keptThread();
  const reply = (body: string) => site.fetch(`/t/${thread.number}/replies/new`, { as: ada, form: { body } });
  await reply("Before the restoring.");
  expect((await read(thread)).text).toContain("Before the restoring.");
  const [last] = await db.execute<{ id: string }>(sql`select max(id)::text as id from events`);
  await db.execute(sql`delete from events`);
  await db.execute(sql.raw(`alter table events alter column id restart with ${last?.id}`));
  await reply("After the restoring.");
  expect((await read(thread)).text).toContain("After the restoring.");
});

test("an event of newer code, which was put back, drops the page and keeps nothing behind it waiting", async () => {
  const thread = await keptThread();
  await db.execute(sql`insert into events (kind, data) values ('of-newer-code', '{}')`);
  await lockThread(db, { number: thread.number, locked: true, by: moderator.id });
  await site.sweep();
  expect(await unhandled()).toEqual([]);
  expect((await read(thread)).cache).not.toBe("edgewise; hit");
});
