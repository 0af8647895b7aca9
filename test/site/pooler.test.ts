import { sql } from "drizzle-orm";
import postgres from "postgres";
import { describe, expect, onTestFinished, test } from "vitest";
import { openDatabase } from "#app/db/client.server.ts";
import { integer } from "#app/db/statements.server.ts";
import { verify } from "#app/db/verify.server.ts";
import { startPgBouncer } from "#local/pgbouncer.ts";
import { findPgBouncer } from "#local/programs.ts";
import { createTestDatabase } from "#test/database.ts";
import { makeCategory, makeThread } from "#test/forum.ts";
import { type Site, startSite } from "#test/site.ts";

const POOL = 5;
const REQUESTS = 200;
const AT_ONCE = 50;

describe.skipIf(!findPgBouncer())("through PgBouncer in transaction mode", () => {
  test("200 requests, 50 at once, through a pool of 5: none fails, and nothing stays behind", async () => {
    const site = await startSite({ pooled: POOL });
    onTestFinished(site.stop);
    const statuses = await visitAll(site);
    expect(statuses).toEqual(new Array(REQUESTS).fill("as expected"));
    expect(site.log).toEqual([]);

    await expect.poll(() => site.pooler.show("clients")).toEqual([]);
    const servers = await site.pooler.show("servers");
    expect(servers.length).toBeGreaterThan(0);
    expect(servers.length).toBeLessThanOrEqual(POOL);
    const connections = await site.db.execute<{ state: string }>(sql`
      select state from pg_stat_activity
      where datname = current_database() and backend_type = 'client backend' and pid <> pg_backend_pid()`);
    expect(connections).toEqual(servers.map(() => ({ state: "idle" })));
    expect(await preparedOnEveryServer(site.pooler.url, servers.length)).toEqual(servers.map(() => 0));
    expect(await verify(site.db)).toEqual([]);
  });

  test("statements without parameters, which are sent without waiting, are each answered", async () => {
    const connection = openDatabase((await startPooler()).url);
    onTestFinished(() => connection.close());
    const numbers = Array.from({ length: 100 }, (_, at) => at);
    const answers = numbers.map((n) => connection.execute(sql`select ${integer(n)} as n`));
    expect((await Promise.all(answers)).flat()).toMatchObject(numbers.map((n) => ({ n })));
  });

  test("a client that prepares its statements would be noticed", async () => {
    const pooler = await startPooler();
    const client = postgres(pooler.url, { max: 1, prepare: true, fetch_types: false });
    onTestFinished(() => client.end({ timeout: 5 }));
    expect(await client`select ${1}::integer as one`).toEqual([{ one: 1 }]);
    expect(await preparedOnEveryServer(pooler.url, 1)).toEqual([1]);
  });

  test("parameters of an address that PgBouncer refuses are left out", async () => {
    const url = new URL((await startPooler()).url);
    url.search = "?sslmode=disable&channel_binding=require&options=-c%20statement_timeout%3D1";
    const connection = openDatabase(url.href);
    onTestFinished(() => connection.close());
    expect(await connection.execute(sql`select 1 as one`)).toEqual([{ one: 1 }]);
  });
});

/** PgBouncer before a database of the test's own. */
async function startPooler() {
  const database = await createTestDatabase();
  onTestFinished(database.drop);
  const pooler = await startPgBouncer({ databaseUrl: database.url, poolSize: POOL });
  onTestFinished(pooler.stop);
  return pooler;
}

/** Readers, members and writers in turns; answers for each request what was wrong with it, or "as expected". */
async function visitAll(site: Site): Promise<string[]> {
  const category = await makeCategory(site.db);
  const ada = await site.makeMember();
  const ben = await site.makeMember();
  const thread = await makeThread(site.db, { author: ada, category });
  const address = `/t/${thread.number}`;
  const kinds = [
    () => site.fetch("/"),
    () => site.fetch(`${address}/a-thread-for-a-test`),
    () => site.fetch(`/c/${category}`, { as: ben }),
    () => site.fetch(`/u/${ada.handle}?show=replies`, { as: ada }),
    () => site.fetch(`${address}/replies/1/vote`, { as: ben, form: { value: "1" } }),
    (body: string) => site.fetch(`${address}/replies/new`, { as: ada, form: { body } }),
    (title: string) => site.fetch("/t/new", { as: ben, form: { title, category, body: title } }),
  ];
  const answers: string[] = [];
  const visitor = async () => {
    while (answers.length < REQUESTS) {
      const at = answers.push("unanswered") - 1;
      const response = await (kinds[at % kinds.length] as (text: string) => Promise<Response>)(
        `Number ${at}`,
      );
      await response.text();
      const isExpected = response.status === (at % kinds.length < 4 ? 200 : 303);
      answers[at] = isExpected ? "as expected" : `${at % kinds.length}: ${response.status}`;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, visitor));
  return answers;
}

/** Holds every connection of the pool at once, so that each tells how many statements stay prepared on it. */
async function preparedOnEveryServer(url: string, servers: number): Promise<number[]> {
  const clients = postgres(url, { max: servers, prepare: false, fetch_types: false });
  const rows: { pid: number; prepared: number }[] = [];
  const everyoneHasAnswered = Promise.withResolvers<void>();
  const ask = async (transaction: postgres.TransactionSql) => {
    const [row] = await transaction<{ pid: number; prepared: number }[]>`
      select pg_backend_pid() as pid, (select count(*)::integer from pg_prepared_statements) as prepared`.simple();
    if (row) rows.push(row);
    if (rows.length === servers) everyoneHasAnswered.resolve();
    await everyoneHasAnswered.promise;
  };
  await Promise.all(Array.from({ length: servers }, () => clients.begin(ask)));
  await clients.end({ timeout: 5 });
  expect(new Set(rows.map(({ pid }) => pid)).size).toBe(servers);
  return rows.map(({ prepared }) => prepared);
}
