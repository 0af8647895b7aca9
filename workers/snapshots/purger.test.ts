import { env, runInDurableObject } from "cloudflare:test";
import { expect, test } from "vitest";
import type { StoredEvent } from "#app/domain/events.ts";
import type { Purger } from "./purger.ts";

const { PURGER } = env as unknown as { PURGER: DurableObjectNamespace<Purger> };

let purgers = 0;

/** A Purger of a test's own, before a cache that takes every purge. */
async function newPurger() {
  const name = `purger ${++purgers}`;
  const stub = PURGER.getByName(name);
  await runInDurableObject(stub, (purger) => {
    Object.assign(purger, { env: { READER: { purge: async () => ({ success: true }) } } });
  });
  const read = (sql: string) =>
    runInDurableObject(PURGER.getByName(name), (_, { storage }) => [...storage.sql.exec(sql)]);
  return { name, stub, read };
}

/** How many rows it writes meanwhile, those of an index too: Cloudflare bills each. */
async function rowsWritten(stub: DurableObjectStub<Purger>, act: () => Promise<unknown>): Promise<number> {
  const cursors: SqlStorageCursor<never>[] = [];
  await runInDurableObject(stub, (_, { storage: { sql } }) => {
    const exec = sql.exec.bind(sql);
    sql.exec = ((query: string, ...values: unknown[]) => {
      const cursor = exec<never>(query, ...values);
      cursors.push(cursor);
      return cursor;
    }) as typeof sql.exec;
  });
  await act();
  return cursors.reduce((sum, cursor) => sum + cursor.rowsWritten, 0);
}

const now = Date.now();
const place = { thread: 7, reply: 2, category: "c", author: "ada", starter: "ben" };
const reply: StoredEvent = { kind: "reply-written", id: 1, at: now * 1000, ...place };
const vote: StoredEvent = {
  kind: "vote-cast",
  id: 2,
  at: now * 1000,
  thread: 7,
  reply: 2,
  voter: "cy",
  value: 1,
};
const edit: StoredEvent = { kind: "reply-edited", id: 3, at: now * 1000, thread: 7, reply: 2, author: "ada" };

test("an event that comes again is owed once, and forgotten an hour after it happened", async () => {
  const { stub, read } = await newPurger();
  const old = { ...reply, id: 9, at: (now - 3_600_001) * 1000 };
  for (const events of [[reply, old], [reply], [vote]]) await stub.drop(events);
  expect(await read("select event from events order by event")).toEqual([{ event: 1 }, { event: 2 }]);
  expect(await read("select fact, waits from owed")).toEqual([{ fact: "page-7-1", waits: 1 }]);
});

// docs/operating.md reckons with these ("rows that the Purger writes for a write").
test.each([
  ["a reply, which changes five facts", reply, 11],
  ["a vote, which changes one and waits", vote, 2],
  ["an edit, which takes two facts back", edit, 9],
])("%s costs so many rows", async (_, event, rows) => {
  const { stub } = await newPurger();
  expect(await rowsWritten(stub, () => stub.drop([event]))).toBe(rows);
});

test("what the first version has on its disk, where tables had row ids, still counts", async () => {
  const { name, stub, read } = await newPurger();
  await runInDurableObject(stub, (_, { storage: { sql } }) => {
    sql.exec(`
      drop table owed; drop table events; drop table withdrawn;
      create table owed (fact text primary key, since integer, due integer, waits integer, withdrawn integer);
      create table withdrawn (fact text primary key, at integer);
      create index withdrawn_at on withdrawn (at);
      insert into owed values ('lists', 1, ${now + 60_000}, 1, 0);
      insert into withdrawn values ('thread-7', ${now});`);
  });
  await runInDurableObject(stub, (_, state) => state.abort("It begins anew")).catch(() => {});
  expect(await PURGER.getByName(name).isWithdrawn(["thread-7"], now)).toBe(true);
  await PURGER.getByName(name).drop([{ ...vote, at: Date.now() * 1000 }]);
  const owed = await read("select fact, waits from owed order by fact");
  expect(owed).toEqual([
    { fact: "lists", waits: 1 },
    { fact: "page-7-1", waits: 1 },
  ]);
});
