import { randomBytes } from "node:crypto";
import postgres from "postgres";
import { afterAll, inject, onTestFinished, TestRunner } from "vitest";
import { type DatabaseConnection, openDatabase } from "#app/db/client.server.ts";

export type TestDatabase = { url: string; drop(): Promise<void> };

/** A fresh, migrated and empty database on the run's Postgres. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const template = new URL(inject("postgresUrl"));
  const name = `test_${randomBytes(6).toString("hex")}`;
  await administer((sql) => sql`create database ${sql(name)} template ${sql(template.pathname.slice(1))}`);
  const url = new URL(template);
  url.pathname = `/${name}`;
  return {
    url: url.href,
    drop: () => administer((sql) => sql`drop database if exists ${sql(name)} with (force)`),
  };
}

/** A database that the test file has for itself, gone after its last test, and a connection to it. */
export async function testDatabase() {
  const { url, drop } = await createTestDatabase();
  const db = openDatabase(url);
  afterAll(async () => {
    await db.close();
    await drop();
  });
  return {
    url,
    db,
    /** More connections, for the test that asks, or for the file: what happens on them happens at once. */
    connect(count: number): DatabaseConnection[] {
      const connections = Array.from({ length: count }, () => openDatabase(url));
      const end = async () => {
        await Promise.all(connections.map((connection) => connection.close()));
      };
      if (TestRunner.getCurrentTest()) onTestFinished(end);
      else afterAll(end);
      return connections;
    },
  };
}

/** Runs one statement as the superuser, outside of every test database. */
async function administer(act: (sql: postgres.Sql) => Promise<unknown>): Promise<void> {
  const url = new URL(inject("postgresUrl"));
  url.pathname = "/postgres";
  const sql = postgres(url.href, { max: 1, onnotice: () => {} });
  try {
    await act(sql);
  } finally {
    await sql.end({ timeout: 5 });
  }
}
