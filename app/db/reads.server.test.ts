import { sql } from "drizzle-orm";
import postgres from "postgres";
import { expect, onTestFinished, test } from "vitest";
import { listCategoryCounts } from "#app/db/categories.server.ts";
import { startCountingProxy } from "#local/counting-proxy.ts";
import { testDatabase } from "#test/database.ts";
import { makeCategory, makeThread } from "#test/forum.ts";
import { makeMember } from "#test/people.ts";
import { type Database, openDatabase } from "./client.server.ts";
import { installReads } from "./installed-reads.server.ts";
import { getViewer } from "./members.server.ts";
import { definedReads, defineRead } from "./reads.server.ts";
import { boolean, integer, nullable, timestamp, uuid, word } from "./statements.server.ts";
import { getThreadPage } from "./threads.server.ts";

const { url, db } = await testDatabase();

/** A read that no module of the forum knows. */
const given = defineRead(
  "test_given",
  {
    number: integer,
    word,
    key: uuid,
    moment: timestamp,
    yes: boolean,
    nobody: nullable(word),
    times: integer,
  },
  ({ number, word, key, moment, yes, nobody, times }) => sql`
    select ${number} as number, ${word} as word, ${key} as key, ${moment} as moment, ${yes} as yes, ${nobody} as nobody,
      pg_typeof(${number})::text as "typeOfNumber", pg_typeof(${nobody})::text as "typeOfNobody", each
    from generate_series(1, ${times}) each order by each desc`,
);

const VALUES = {
  number: -(2 ** 53 - 1),
  word: "a-word",
  key: "00000000-0000-7000-8000-000000000000",
  moment: "2026-01-31T12:00:00.000001+00:00",
  yes: true,
  nobody: null,
  times: 2,
};
const ROW = {
  ...VALUES,
  times: undefined,
  typeOfNumber: "bigint",
  typeOfNobody: "text",
};

/** A database of its own, without the functions. */
async function databaseWithoutReads() {
  const own = await testDatabase();
  await own.db.execute(sql`drop schema reads cascade`);
  return own;
}

/** The functions of a database and what is said of each, in the order of their names. */
function listFunctions(of: Database): Promise<{ name: string; comment: string | null }[]> {
  return of.execute(sql`
    select proname as name, obj_description(oid, 'pg_proc') as comment
    from pg_proc where pronamespace = to_regnamespace('reads') order by proname collate "C"`);
}

const FUNCTIONS = definedReads()
  .map(({ functionName }) => functionName)
  .filter((name) => !name.startsWith("test_"))
  .sort();

test("every read that the forum has is a function of a migrated database", async () => {
  expect(FUNCTIONS.length).toBeGreaterThan(20);
  expect(await listFunctions(db)).toEqual(FUNCTIONS.map((name) => ({ name, comment: null })));
});

test("a read answers the same from its function and, where there is none, from its text", async () => {
  const missing: string[] = [];
  const own = openDatabase(url, { missing: (name) => missing.push(name) });
  onTestFinished(() => own.close());
  const fromText = await given.rows(own, VALUES);
  expect(missing).toEqual([given.functionName]);
  await db.execute(given.definition);
  onTestFinished(async () => {
    await db.execute(sql`drop function ${sql`reads.`}${sql.identifier(given.functionName)}`);
  });
  expect(await given.rows(own, VALUES)).toEqual(fromText);
  expect(missing).toHaveLength(1);
  expect(fromText).toEqual([
    { ...ROW, each: 2 },
    { ...ROW, each: 1 },
  ]);
  expect(await given.rows(own, { ...VALUES, times: 0 })).toEqual([]);
});

test("a read is one statement of one round trip; its function's plan stays with the connection, whatever it is asked", async () => {
  const author = await makeMember(db);
  const thread = await makeThread(db, { author, category: await makeCategory(db) });
  const proxy = await startCountingProxy(url);
  onTestFinished(proxy.stop);
  const own = openDatabase(proxy.url);
  onTestFinished(() => own.close());
  const plans = () =>
    own.execute(sql`
      select 1 from pg_backend_memory_contexts where name = 'CachedPlan' and ident like '%' || 'as "authorId"' || '%'`);
  const ask = (page: number) => getThreadPage(own, { number: thread.number, page, viewerId: author.id });
  await ask(1);
  expect(await plans()).toHaveLength(1);
  const counted = await proxy.count(async () => {
    for (let page = 2; page < 9; page += 1) await ask(page);
  });
  expect(counted).toMatchObject({ statements: 7, roundTrips: 7, prepared: 0 });
  expect(await plans()).toHaveLength(1);
});

test("a database without the functions is asked by the text of each read, and told of", async () => {
  const own = await databaseWithoutReads();
  const missing: string[] = [];
  const connection = openDatabase(own.url, { missing: (name) => missing.push(name) });
  onTestFinished(() => connection.close());
  const { id } = await makeMember(own.db);
  expect(await getViewer(connection, id)).toMatchObject({ id });
  expect(await listCategoryCounts(connection)).toEqual([]);
  expect(missing).toHaveLength(2);
  expect(FUNCTIONS).toEqual(expect.arrayContaining(missing));
});

test("what goes wrong inside of a read is an error like any other", async () => {
  const broken = defineRead("test_broken", {}, () => sql`select 1 from no_such_table`);
  await expect(broken.rows(db, {})).rejects.toMatchObject({ cause: { code: "42P01" } });
  await db.execute(broken.definition);
  onTestFinished(async () => {
    await db.execute(sql`drop function ${sql`reads.`}${sql.identifier(broken.functionName)}`);
  });
  await expect(broken.rows(db, {})).rejects.toMatchObject({ cause: { code: "42P01" } });
});

test("a value that is none of its kind is kept out of a read", async () => {
  for (const [name, value] of Object.entries({
    number: "1",
    word: "a'",
    key: "k",
    moment: "now",
    yes: "true",
  }))
    await expect(given.rows(db, { ...VALUES, [name]: value as never })).rejects.toThrow(TypeError);
});

test("a read that holds a value is refused when it is defined", () => {
  expect(() => defineRead("test_holding", {}, () => sql`select ${"a"}`)).toThrow(/only its parameters/);
});

test("another text or another parameter is another function", () => {
  const texts = [
    defineRead("test_same", { a: integer }, ({ a }) => sql`select ${a} as a`),
    defineRead("test_same", { a: integer }, ({ a }) => sql`select ${a} as b`),
    defineRead("test_same", { a: word }, ({ a }) => sql`select ${a} as a`),
    defineRead("test_same", { b: integer }, ({ b }) => sql`select ${b} as a`),
  ].map(({ functionName }) => functionName);
  expect(new Set(texts).size).toBe(3);
  // What a parameter is called is no part of it.
  expect(texts[3]).toBe(texts[0]);
});

test("installed again, nothing changes", async () => {
  const own = await testDatabase();
  const rows = () =>
    own.db.execute(
      sql`select oid, xmin from pg_proc where pronamespace = 'reads'::regnamespace order by oid`,
    );
  // This file's own are made too.
  await installReads(own.db);
  const before = await rows();
  await installReads(own.db);
  expect(await rows()).toEqual(before);
});

test("a role that may read the tables may call the functions, and no more than it could do without them", async () => {
  const own = await testDatabase();
  const role = `reader_${crypto.randomUUID().replaceAll("-", "")}`;
  await own.db.execute(sql`create role ${sql.identifier(role)} login password 'secret'`);
  onTestFinished(async () => {
    await own.db.execute(sql`drop owned by ${sql.identifier(role)}`);
    await own.db.execute(sql`drop role ${sql.identifier(role)}`);
  });
  const address = new URL(own.url);
  address.username = role;
  address.password = "secret";
  const missing: string[] = [];
  const reader = openDatabase(address.href, { missing: (name) => missing.push(name) });
  onTestFinished(() => reader.close());
  await expect(listCategoryCounts(reader)).rejects.toMatchObject({ cause: { code: "42501" } });
  missing.splice(0);
  await own.db.execute(sql`grant select on categories to ${sql.identifier(role)}`);
  expect(await listCategoryCounts(reader)).toEqual([]);
  expect(missing).toEqual([]);
  // As after a restore without privileges.
  await own.db.execute(sql`revoke usage on schema reads from public`);
  expect(await listCategoryCounts(reader)).toEqual([]);
  expect(missing).toHaveLength(1);
});

test("a function that no migration knows any more stays for thirty days, and for longer where one knows it again", async () => {
  const own = await testDatabase();
  const admin = postgres(own.url, { max: 1, onnotice: () => {} });
  onTestFinished(() => admin.end());
  const add = (name: string) =>
    admin.unsafe(`create function reads.${name}(bigint) returns json language sql as 'select null::json'`);
  const commentOf = async (name: string) =>
    (await listFunctions(own.db)).find((each) => each.name === name)?.comment;
  const agedBy = (name: string, days: number) =>
    admin.unsafe(
      `comment on function reads.${name} is 'Not known to db:migrate since ${new Date(Date.now() - days * 86_400_000).toISOString()}'`,
    );
  const [known = ""] = FUNCTIONS;

  await add("thread_page_from_before");
  await installReads(own.db);
  expect(await commentOf("thread_page_from_before")).toMatch(/^Not known to db:migrate since 20\d\d-/);
  const first = await commentOf("thread_page_from_before");
  await installReads(own.db);
  expect(await commentOf("thread_page_from_before")).toBe(first);

  await agedBy("thread_page_from_before", 29);
  await agedBy(known, 31);
  await installReads(own.db);
  expect(await commentOf("thread_page_from_before")).toBeDefined();
  expect(await commentOf(known)).toBeNull();

  await agedBy("thread_page_from_before", 31);
  await installReads(own.db);
  expect(await commentOf("thread_page_from_before")).toBeUndefined();
  expect((await listFunctions(own.db)).map(({ name }) => name)).toEqual(expect.arrayContaining(FUNCTIONS));
});
