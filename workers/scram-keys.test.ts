import nodeCrypto from "node:crypto";
import { sql } from "drizzle-orm";
import { afterAll, expect, inject, onTestFinished, test, vi } from "vitest";
import { openDatabase } from "#app/db/client.server.ts";

const admin = openDatabase(inject("postgresUrl").replace(/\/[^/]*$/, "/postgres"));
afterAll(() => admin.close());

/** A role of the test's own, with this password, and an address for each password that somebody may try. */
async function makeRole(password: string) {
  const name = `scram_${crypto.randomUUID().replaceAll("-", "")}`;
  const role = sql.identifier(name);
  const setPassword = (to: string) =>
    admin.execute(sql`
      do $$ begin
        execute format('alter role %I password %L', ${sql.raw(`'${name}'`)}, ${sql.raw(`'${to}'`)});
      end $$`);
  await admin.execute(sql`create role ${role} login`);
  await setPassword(password);
  onTestFinished(async () => {
    await admin.execute(sql`drop role ${role}`);
  });
  return {
    setPassword,
    /** Connects with a password, and answers as whom. */
    async connect(as: string): Promise<unknown> {
      const url = new URL(inject("postgresUrl"));
      Object.assign(url, { username: name, password: as, pathname: "/postgres" });
      const connection = openDatabase(url.href);
      try {
        const [row] = await connection.execute<{ name: string }>(sql`select current_user as name`);
        return row?.name === name;
      } finally {
        await connection.close();
      }
    },
  };
}

/** How often a key is derived while this is done. */
async function derivations(act: () => Promise<unknown>): Promise<number> {
  const derive = vi.spyOn(nodeCrypto, "pbkdf2Sync");
  try {
    await act();
    return derive.mock.calls.length;
  } finally {
    derive.mockRestore();
  }
}

const WRONG = { cause: { code: "28P01" } };

test("a key is derived once for many connections, one after the other and at once", async () => {
  const { connect } = await makeRole("first");
  const count = await derivations(async () => {
    for (let i = 0; i < 5; i += 1) expect(await connect("first")).toBe(true);
    expect(await Promise.all(Array.from({ length: 5 }, () => connect("first")))).not.toContain(false);
  });
  expect(count).toBe(1);
});

test("another password has another key, though salt and iterations are the same", async () => {
  const { connect } = await makeRole("first");
  expect(await connect("first")).toBe(true);
  expect(
    await derivations(async () => {
      await expect(connect("second")).rejects.toMatchObject(WRONG);
      await expect(connect("first,second")).rejects.toMatchObject(WRONG);
    }),
  ).toBe(2);
  expect(await derivations(() => connect("first"))).toBe(0);
});

test("who changes the password is let in with the new one alone, and who tried it before it was true too", async () => {
  const { connect, setPassword } = await makeRole("first");
  expect(await connect("first")).toBe(true);
  await expect(connect("second")).rejects.toMatchObject(WRONG);
  await setPassword("second");
  expect(await connect("second")).toBe(true);
  await expect(connect("first")).rejects.toMatchObject(WRONG);
});

test("another role with the same password has a key of its own", async () => {
  const [one, other] = [await makeRole("first"), await makeRole("first")];
  expect(await derivations(async () => [await one.connect("first"), await other.connect("first")])).toBe(2);
});
