import postgres from "postgres";
import { expect, inject, onTestFinished, test } from "vitest";
import { migrate } from "./migrate.ts";

/** A database without any tables. */
async function emptyDatabase() {
  const admin = postgres(inject("postgresUrl").replace(/\/[^/]*$/, "/postgres"), {
    max: 1,
    onnotice: () => {},
  });
  const name = `empty_${crypto.randomUUID().replaceAll("-", "")}`;
  await admin`create database ${admin(name)}`;
  const url = inject("postgresUrl").replace(/\/[^/]*$/, `/${name}`);
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  onTestFinished(async () => {
    await sql.end();
    await admin`drop database ${admin(name)} with (force)`;
    await admin.end();
  });
  return { url, sql };
}

test("eight at once on an empty database: all succeed, and each migration ran once", async () => {
  const { url, sql } = await emptyDatabase();
  await Promise.all(Array.from({ length: 8 }, () => migrate(url)));
  const [once] = await sql`
    select count(*) = count(distinct hash) and count(*) > 0 as "isOnce" from drizzle.__drizzle_migrations`;
  expect(once?.isOnce).toBe(true);
  const [locks] = await sql`select count(*)::integer as count from pg_locks where locktype = 'advisory'`;
  expect(locks?.count).toBe(0);
});

test("a second run changes nothing", async () => {
  const { url, sql } = await emptyDatabase();
  await migrate(url);
  const before = await sql`select * from drizzle.__drizzle_migrations`;
  await migrate(url);
  expect(await sql`select * from drizzle.__drizzle_migrations`).toEqual(before);
});

test("parameters that only a pooler knows do no harm", async () => {
  const { url, sql } = await emptyDatabase();
  await migrate(`${url}?channel_binding=require&options=endpoint%3Da`);
  expect(await sql`select 1 from threads`).toHaveLength(0);
});

test.each([
  ["postgres://a:secret@127.0.0.1:1/x", "Postgres at 127.0.0.1:1 cannot be reached (ECONNREFUSED)."],
  ["mysql://127.0.0.1/x", "The database URL is none"],
])("%s is explained in a line, without its password", async (url, message) => {
  const error = await migrate(url).catch((reason: unknown) => reason);
  expect(error).toMatchObject({ name: "Problem", message: expect.stringContaining(message) });
  expect(String(error)).not.toContain("secret");
});

test("a database that is not there, and a password that is wrong", async () => {
  const url = inject("postgresUrl");
  await expect(migrate(url.replace(/\/[^/]*$/, "/nowhere"))).rejects.toThrow('has no database "nowhere"');
  await expect(migrate(url.replace(/:[^:@/]*@/, ":wrong@"))).rejects.toThrow("refuses the user");
});
