import { sql } from "drizzle-orm";
import { expect, onTestFinished, test } from "vitest";
import { startCountingProxy } from "#local/counting-proxy.ts";
import { freePort, LOOPBACK } from "#local/ports.ts";
import { testDatabase } from "#test/database.ts";
import { type CircuitBreaker, circuitBreakerOf, createCircuitBreaker } from "./circuit-breaker.server.ts";
import { isUnavailable, openDatabase, violatedConstraint } from "./client.server.ts";
import { createReadLimit, type Place } from "./read-limit.server.ts";

const { url, db } = await testDatabase();

/** A connection that is closed after its test: one that runs beside others says which is its own. */
function open(
  address: string,
  options?: Parameters<typeof openDatabase>[1],
  finished: typeof onTestFinished = onTestFinished,
) {
  const connection = openDatabase(address, options);
  finished(() => connection.close());
  return connection;
}

async function throughProxy(finished: typeof onTestFinished = onTestFinished) {
  const proxy = await startCountingProxy(url);
  finished(proxy.stop);
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

test("a connection is closed while a statement runs on it, and that is no failure of the database", async () => {
  const circuit = createCircuitBreaker(() => 0);
  await failTimes(2, circuit);
  const connection = openDatabase(url, { circuit });
  const running = errorOf(connection.execute(sql`select pg_sleep(600)`));
  const others = () =>
    db.execute(sql`
      select 1 from pg_stat_activity
      where datname = current_database() and query like '%pg_sleep%' and pid <> pg_backend_pid()`);
  await expect.poll(others).toHaveLength(1);
  await connection.close();
  expect(isUnavailable(await running)).toBe(true);
  expect(await tryOnce(url, circuit)).toBe("answered");
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

/** Whether a new connection's statement is answered, held back by the circuit breaker, or what else becomes of it. */
async function tryOnce(address: string, circuit: CircuitBreaker): Promise<string> {
  const connection = openDatabase(address, { circuit });
  try {
    return await connection.execute(sql`select 1`).then(
      () => "answered",
      () => (connection.usage.statements === 0 ? "held back" : "failed"),
    );
  } finally {
    await connection.close();
  }
}

test("after three refused connections nothing is sent before a second is over, and then one probe", async () => {
  const proxy = await throughProxy();
  let clock = 0;
  const circuit = createCircuitBreaker(() => clock);
  const ask = () => tryOnce(proxy.url, circuit);
  await proxy.refuse();
  expect([await ask(), await ask(), await ask(), await ask()]).toEqual([
    "failed",
    "failed",
    "failed",
    "held back",
  ]);
  await proxy.heal();
  const count = await proxy.count(async () => expect(await ask()).toBe("held back"));
  expect(count).toMatchObject({ connections: 0, statements: 0 });
  clock += 1000;
  expect((await Promise.all([ask(), ask(), ask()])).toSorted()).toEqual([
    "answered",
    "held back",
    "held back",
  ]);
  expect(await Promise.all([ask(), ask(), ask()])).toEqual(["answered", "answered", "answered"]);
});

test("what is held back is unavailable, and the connection is used once it is let through", async () => {
  const circuit = createCircuitBreaker(() => 0);
  await failTimes(3, circuit);
  const connection = open(url, { circuit });
  expect(isUnavailable(await errorOf(connection.execute(sql`select 1`)))).toBe(true);
  circuit.answered();
  expect(await connection.execute(sql`select 1 as one`)).toEqual([{ one: 1 }]);
});

test("one connection that is cut is one failure, however many statements wait on it", async () => {
  const proxy = await throughProxy();
  const circuit = createCircuitBreaker();
  const connection = open(proxy.url, { circuit });
  proxy.cutOnce({ at: /select 77/, when: "before" });
  const waiting = Array.from({ length: 10 }, () =>
    errorOf(connection.execute(sql`select 77 + ${1}::integer`)),
  );
  for (const error of await Promise.all(waiting)) expect(isUnavailable(error)).toBe(true);
  await failTimes(1, circuit);
  expect(await tryOnce(proxy.url, circuit)).toBe("answered");
});

test("a statement that is wrong is an answer", async () => {
  for (const wrong of [sql`select 1 / 0`, sql`select * from nothing`]) {
    const circuit = createCircuitBreaker(() => 0);
    await failTimes(3, circuit);
    await errorOf(open(url, { circuit, always: true }).execute(wrong));
    expect(await tryOnce(url, circuit)).toBe("answered");
  }
});

test("a connection that always asks is let through, and tells the others", async () => {
  const circuit = createCircuitBreaker(() => 0);
  await failTimes(3, circuit);
  expect(await tryOnce(url, circuit)).toBe("held back");
  expect(await open(url, { circuit, always: true }).execute(sql`select 1 as one`)).toEqual([{ one: 1 }]);
  expect(await tryOnce(url, circuit)).toBe("answered");
});

/** A connection that throws why it has no answer: "away" or "busy". */
function openForReason(
  address: string,
  options?: Parameters<typeof openDatabase>[1],
  finished?: typeof onTestFinished,
) {
  return open(address, { ...options, unavailable: (_, why) => why }, finished);
}

test("an answer that lies unread while the CPU is busy is read, though its time is over", async () => {
  const circuit = createCircuitBreaker();
  await failTimes(2, circuit);
  const connection = open(url, { circuit });
  await connection.execute(sql`select 1`);
  const answer = connection.execute(sql`select 2 as two`);
  // Sent, and then nothing is listened to for longer than any statement may take.
  await new Promise((resolve) => setImmediate(resolve));
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 6000);
  expect(await answer).toEqual([{ two: 2 }]);
  expect(await tryOnce(url, circuit)).toBe("answered");
});

// The three that wait for as long as a statement may take wait at once.
test.concurrent("a server that never answers is unavailable after a few seconds, and so is every statement after it", async ({
  onTestFinished: finished,
}) => {
  const proxy = await throughProxy(finished);
  proxy.fallSilent();
  const connection = open(proxy.url, {}, finished);
  expect(isUnavailable(await errorOf(connection.execute(sql`select 1`)))).toBe(true);
  expect(isUnavailable(await errorOf(connection.execute(sql`select 1`)))).toBe(true);
});

test.concurrent("a statement that waits in vain while others are answered is late, and no sign of an outage", async ({
  onTestFinished: finished,
}) => {
  const circuit = createCircuitBreaker();
  await failTimes(2, circuit);
  const late = errorOf(openForReason(url, { circuit }, finished).execute(sql`select pg_sleep(600)`));
  expect(await tryOnce(url, circuit)).toBe("answered");
  await failTimes(2, circuit);
  expect(await late).toBe("busy");
  expect(await tryOnce(url, circuit)).toBe("answered");
  await db.execute(sql`
    select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and query like '%pg_sleep%' and pid <> pg_backend_pid()`);
});

test.concurrent("a read that finds no place is refused as busy, opens no connection and tells nothing of the database", async ({
  onTestFinished: finished,
}) => {
  const proxy = await throughProxy(finished);
  const circuit = createCircuitBreaker();
  await failTimes(2, circuit);
  const reads = createReadLimit(() => 0);
  const read = openForReason(proxy.url, { circuit, reads }, finished);
  const count = await proxy.count(async () => {
    expect(await errorOf(read.execute(sql`select 1`))).toBe("busy");
    expect(await errorOf(read.execute(sql`select 1`))).toBe("busy");
  });
  expect([count.connections, read.usage.statements]).toEqual([0, 0]);
  expect(await tryOnce(proxy.url, circuit)).toBe("answered");
});

test("a database that is not there is away", async () => {
  const proxy = await throughProxy();
  await proxy.refuse();
  expect(await errorOf(openForReason(proxy.url).execute(sql`select 1`))).toBe("away");
});

test("a read takes one place for all of its statements, and gives it back when it is closed", async () => {
  const reads = createReadLimit(() => 2);
  const other = reads.enter({}) as Place;
  const first = open(url, { reads });
  await Promise.all([1, 2, 3].map((n) => first.execute(sql`select ${n}::integer`)));
  const second = open(url, { reads });
  const waiting = second.execute(sql`select 1 as one`);
  const third = {};
  expect(reads.enter(third)).toBeNull();
  await first.close();
  expect(await waiting).toEqual([{ one: 1 }]);
  expect(reads.enter(third)).toBeNull();
  await second.close();
  reads.leave(other);
  expect([reads.enter(third), reads.enter({}), reads.enter({})]).toEqual([
    expect.anything(),
    expect.anything(),
    null,
  ]);
});

test("connections go each by itself, unless they are given one circuit breaker", async () => {
  const proxy = await throughProxy();
  await proxy.refuse();
  for (let time = 0; time < 5; time += 1) {
    const connection = open(proxy.url);
    await errorOf(connection.execute(sql`select 1`));
    expect(connection.usage.statements).toBe(1);
  }
  expect(circuitBreakerOf(proxy.url)).toBe(circuitBreakerOf(proxy.url));
  expect(circuitBreakerOf(proxy.url)).not.toBe(circuitBreakerOf(url));
});

/** Connections that are refused, one after the other. */
async function failTimes(times: number, circuit: CircuitBreaker): Promise<void> {
  const nobody = `postgres://nobody:none@${LOOPBACK}:${await freePort()}/none`;
  for (let time = 0; time < times; time += 1) expect(await tryOnce(nobody, circuit)).toBe("failed");
}
