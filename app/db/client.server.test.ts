import { sql } from "drizzle-orm";
import { expect, onTestFinished, test } from "vitest";
import { freePort, LOOPBACK } from "#local/ports.ts";
import { startCountingProxy } from "#test/counting-proxy.ts";
import { testDatabase } from "#test/database.ts";
import { isUnavailable, openDatabase, violatedConstraint } from "./client.server.ts";

const { url, db } = await testDatabase();

function open(address: string, options?: Parameters<typeof openDatabase>[1]) {
  const connection = openDatabase(address, options);
  onTestFinished(() => connection.close());
  return connection;
}

async function throughProxy() {
  const proxy = await startCountingProxy(url);
  onTestFinished(proxy.stop);
  return proxy;
}

async function errorOf(act: Promise<unknown>): Promise<unknown> {
  return act.then(
    () => expect.fail("it did not fail"),
    (error) => error,
  );
}

test("nothing is sent before the first statement, and everything on one connection", async () => {
  const proxy = await throughProxy();
  const connection = open(proxy.url);
  expect(await proxy.count(async () => connection.usage)).toMatchObject({ connections: 0 });
  const count = await proxy.count(async () => {
    await Promise.all([1, 2, 3].map((n) => connection.execute(sql`select ${n}::integer`)));
  });
  expect(count).toMatchObject({ connections: 1, statements: 3, roundTrips: 6, prepared: 0 });
  expect(connection.usage.statements).toBe(3);
});

test("a connection that was never used is closed without one", async () => {
  const proxy = await throughProxy();
  expect(await proxy.count(() => open(proxy.url).close())).toMatchObject({ connections: 0 });
});

test("after it was closed the server has no connection of it", async () => {
  const connection = openDatabase(url);
  const [row] = await connection.execute<{ pid: number }>(sql`select pg_backend_pid() as pid`);
  await connection.close();
  const left = () => db.execute(sql`select pid from pg_stat_activity where pid = ${row?.pid ?? 0}::integer`);
  await expect.poll(left).toEqual([]);
});

test("a connection is closed while a statement runs on it", async () => {
  const connection = openDatabase(url);
  const running = errorOf(connection.execute(sql`select pg_sleep(600)`));
  const others = () =>
    db.execute(sql`
      select 1 from pg_stat_activity
      where datname = current_database() and query like '%pg_sleep%' and pid <> pg_backend_pid()`);
  await expect.poll(others).toHaveLength(1);
  await connection.close();
  expect(isUnavailable(await running)).toBe(true);
  await db.execute(sql`
    select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid()`);
});

test("a refused connection is unavailable, and so is every statement after it", async () => {
  const connection = open(`postgres://nobody:none@${LOOPBACK}:${await freePort()}/none`, {
    unavailable: (cause) => new Error("away", { cause }),
  });
  for (let statement = 1; statement <= 3; statement += 1)
    expect(await errorOf(connection.execute(sql`select 1`))).toMatchObject({ message: "away" });
  expect(connection.usage.statements).toBe(1);
});

test("a server that never answers is unavailable after a few seconds, and so is every statement after it", async () => {
  const proxy = await throughProxy();
  proxy.fallSilent();
  const connection = open(proxy.url);
  expect(isUnavailable(await errorOf(connection.execute(sql`select 1`)))).toBe(true);
  expect(isUnavailable(await errorOf(connection.execute(sql`select 1`)))).toBe(true);
});

test.each(["before", "after"] as const)(
  "a connection that is cut %s the statement is unavailable",
  async (when) => {
    const proxy = await throughProxy();
    proxy.cutOnce({ at: /select 77/, when });
    const connection = open(proxy.url);
    expect(isUnavailable(await errorOf(connection.execute(sql`select 77 + ${1}::integer`)))).toBe(true);
  },
);

test("a server that ends the connection is unavailable", async () => {
  const connection = open(url);
  const error = await errorOf(connection.execute(sql`select pg_terminate_backend(pg_backend_pid())`));
  expect(isUnavailable(error)).toBe(true);
});

test("a statement that is wrong is no outage, and the connection goes on", async () => {
  const connection = open(url, { unavailable: () => new Error("away") });
  for (const wrong of [
    sql`selec 1`,
    sql`select * from nothing`,
    sql`select 1 / 0`,
    sql`select 'socket'::integer`,
  ])
    expect(await errorOf(connection.execute(wrong))).not.toMatchObject({ message: "away" });
  expect(await connection.execute(sql`select 1 as one`)).toEqual([{ one: 1 }]);
});

test("a deadlock and a statement that took too long are no outage", async () => {
  for (const code of ["40P01", "57014", "23505", "22P02"])
    expect(isUnavailable(Object.assign(new Error("refused"), { code }))).toBe(false);
  for (const code of ["57P01", "57P03", "53300", "08006", "08P01", "25006"])
    expect(isUnavailable(Object.assign(new Error("away"), { code }))).toBe(true);
});

test("the violated constraint is named, through drizzle's own error", async () => {
  const connection = open(url);
  await connection.execute(sql`insert into categories (slug, name) values ('twice', 'Twice')`);
  const again = sql`insert into categories (slug, name) values ('twice', 'Twice')`;
  expect(violatedConstraint(await errorOf(connection.execute(again)))).toBe("categories_slug_unique");
  expect(violatedConstraint(await errorOf(connection.execute(sql`select 1 / 0`)))).toBeNull();
  expect(violatedConstraint(new Error("nothing of the kind"))).toBeNull();
});

test("parameters of an address that the server would refuse are left out", async () => {
  const address = new URL(url);
  address.search = "?sslmode=disable&channel_binding=require&options=endpoint%3Dx&pgbouncer=true";
  expect(await open(address.href).execute(sql`select 1 as one`)).toEqual([{ one: 1 }]);
});
