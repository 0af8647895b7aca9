import { randomBytes } from "node:crypto";
import { sql } from "drizzle-orm";
import postgres from "postgres";
import { describe, expect, onTestFinished, test } from "vitest";
import { openDatabase } from "#app/db/client.server.ts";
import { startPgBouncer } from "#local/pgbouncer.ts";
import { findPgBouncer } from "#local/programs.ts";
import { createTestDatabase } from "#test/database.ts";
import { makeCategory, makeThread } from "#test/forum.ts";
import { type Site, startSite, testSite } from "#test/site.ts";
import { COPY_NOTICE } from "./copies.ts";

const site = await testSite({ counted: true });
const ada = await site.makeMember();
const category = await makeCategory(site.db);

/** A thread that nobody has seen, so that no copy of it stands in for the database. */
async function newAddress(): Promise<string> {
  const { number } = await makeThread(site.db, { author: ada, category });
  return `/t/${number}/a-thread-for-a-test`;
}

async function newAddresses(count: number): Promise<string[]> {
  const addresses: string[] = [];
  while (addresses.length < count) addresses.push(await newAddress());
  return addresses;
}

async function statusOf(path: string, at: Site = site): Promise<number> {
  const response = await at.fetch(path);
  await response.text();
  return response.status;
}

/** 50 requests at once for ten pages, of readers and of a member in turns: what they were answered, each answer once. */
async function fifty(): Promise<number[]> {
  // Ten pages rather than fifty, since the run's Postgres has a hundred connections for all tests.
  const addresses = await newAddresses(10);
  const answers = await Promise.all(
    Array.from({ length: 50 }, async (_, at) => {
      const path = addresses[at % addresses.length] ?? "/";
      const response = await site.fetch(path, { as: at % 3 === 2 ? ada : null });
      await response.text();
      return response.status;
    }),
  );
  return [...new Set(answers)];
}

test("a database that never answers gets no connection but probes, once three have waited in vain", async () => {
  onTestFinished(site.heal);
  site.proxy.fallSilent();
  const addresses = await newAddresses(3);
  const first = await site.proxy.count(() => Promise.all(addresses.map((each) => statusOf(each))));
  expect(first.connections).toBe(3);
  const count = await site.proxy.count(async () => expect(await fifty()).toEqual([503]));
  // One probe every three seconds at most, while a slow machine sends its 50 requests.
  expect(count.connections).toBeGreaterThan(0);
  expect(count.connections).toBeLessThan(10);
});

test("50 requests in an outage, then 50 that succeed", async () => {
  onTestFinished(site.heal);
  await site.proxy.refuse();
  expect(await fifty()).toEqual([503]);
  await site.heal();
  expect(await fifty()).toEqual([200]);
});

test("it finds out by itself that the database is back", async () => {
  onTestFinished(site.heal);
  await site.proxy.refuse();
  expect(await fifty()).toEqual([503]);
  await site.proxy.heal();
  const address = await newAddress();
  const count = await site.proxy.count(() => expect.poll(() => statusOf(address)).toBe(200));
  expect(count.connections).toBe(1);
  expect(await fifty()).toEqual([200]);
});

test("/healthz always asks the database, whatever is known of it", async () => {
  onTestFinished(site.heal);
  await site.proxy.refuse();
  expect(await fifty()).toEqual([503]);
  expect(await statusOf("/healthz")).toBe(503);
  await site.proxy.heal();
  expect(await statusOf("/healthz")).toBe(200);
  expect(await statusOf(await newAddress())).toBe(200);
});

test("/healthz says that the database does not answer before a page gives it up", async () => {
  onTestFinished(site.heal);
  const address = await newAddress();
  site.proxy.fallSilent();
  const page = statusOf(address).then((status) => `page ${status}`);
  const health = statusOf("/healthz").then((status) => `health ${status}`);
  expect(await Promise.race([page, health])).toBe("health 503");
  expect(await page).toBe("page 503");
});

test("connections that are cut one by one hold nobody else back", async () => {
  onTestFinished(site.heal);
  for (let time = 0; time < 5; time += 1) {
    site.proxy.cutOnce({ at: /select/, when: "before" });
    const address = await newAddress();
    expect([await statusOf(address), await statusOf(address)]).toEqual([503, 200]);
  }
});

describe("a database that is out of connections", () => {
  test("Postgres takes no more of this role: a 503 page, and 200 when it does again", async () => {
    const { at, setLimit } = await siteOfLimitedRole();
    await expectUnavailable(at);
    await setLimit(-1);
    await expect.poll(() => statusOf("/", at)).toBe(200);
    // Once it was seen, there is a copy: the page cache is off here.
    await setLimit(0);
    await expect.poll(() => copyOf("/", at)).toMatchObject({ status: 200, isCopy: true });
    await setLimit(-1);
    await expect.poll(() => copyOf("/", at)).toMatchObject({ status: 200, isCopy: false });
  });

  test("Postgres answers that with 53300, which is no error of a statement", async () => {
    const { url } = await limitedRole();
    const connection = openDatabase(url, { unavailable: (cause) => new Error("away", { cause }) });
    onTestFinished(() => connection.close());
    await expect(connection.execute(sql`select 1`)).rejects.toMatchObject({
      message: "away",
      cause: { cause: { code: "53300" } },
    });
  });

  test.skipIf(!findPgBouncer())(
    "PgBouncer takes no more clients: a 503 page, and 200 when one has gone",
    async () => {
      const database = await testDatabaseOf();
      const pooler = await startPgBouncer({ databaseUrl: database.url, poolSize: 2, maxClients: 1 });
      onTestFinished(pooler.stop);
      const at = await siteWith(pooler.url);
      const only = postgres(pooler.url, { max: 1, prepare: false, fetch_types: false });
      onTestFinished(() => only.end({ timeout: 5 }));
      await only`select 1`;
      await expectUnavailable(at);
      await only.end({ timeout: 5 });
      await expect.poll(() => statusOf("/", at)).toBe(200);
    },
  );
});

async function copyOf(path: string, at: Site) {
  const response = await at.fetch(path);
  return { status: response.status, isCopy: (await response.text()).includes(COPY_NOTICE) };
}

/** Every request is answered by the page that says it, before and after the circuit breaker has opened. */
async function expectUnavailable(at: Site): Promise<void> {
  for (let time = 0; time < 6; time += 1) {
    const response = await at.fetch("/");
    expect([response.status, await response.text()]).toEqual([
      503,
      expect.stringContaining("The forum cannot reach its database just now."),
    ]);
  }
  expect(await statusOf("/healthz", at)).toBe(503);
}

async function testDatabaseOf() {
  const database = await createTestDatabase();
  onTestFinished(database.drop);
  return database;
}

async function siteWith(url: string): Promise<Site> {
  const at = await startSite({ cache: false, env: { DATABASE_URL: url } });
  onTestFinished(at.stop);
  return at;
}

/** A role that may read every table, and that Postgres gives no connection; and a database to use it on. */
async function limitedRole() {
  const database = await testDatabaseOf();
  const admin = openDatabase(database.url);
  const name = `limited_${randomBytes(6).toString("hex")}`;
  const password = randomBytes(12).toString("hex");
  const run = (statement: string) => admin.execute(sql.raw(statement));
  await run(`create role ${name} login password '${password}' connection limit 0 in role pg_read_all_data`);
  onTestFinished(async () => {
    await run(`drop role ${name}`);
    await admin.close();
  });
  const url = new URL(database.url);
  url.username = name;
  url.password = password;
  return { url: url.href, setLimit: (limit: number) => run(`alter role ${name} connection limit ${limit}`) };
}

async function siteOfLimitedRole() {
  const { url, setLimit } = await limitedRole();
  return { at: await siteWith(url), setLimit };
}
