import { randomBytes } from "node:crypto";
import postgres from "postgres";
import { afterAll, inject, onTestFinished, TestRunner } from "vitest";
import { type DatabaseConnection, openDatabase } from "#app/db/client.server.ts";
import { type Connection, connect } from "#scripts/connection.ts";

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

/** Ends something with the test that asked for it, or with the file where none did. */
function atEnd(end: () => Promise<void>): void {
  if (TestRunner.getCurrentTest()) onTestFinished(end);
  else afterAll(end);
}

/** A database of its own for the test that asks, or for the file, and a connection to it. */
export async function testDatabase() {
  const { url, drop } = await createTestDatabase();
  const db = openDatabase(url);
  atEnd(async () => {
    await db.close();
    await drop();
  });
  return {
    url,
    db,
    /** More connections, for the test that asks, or for the file: what happens on them happens at once. */
    connect(count: number): DatabaseConnection[] {
      const connections = Array.from({ length: count }, () => openDatabase(url));
      atEnd(async () => {
        await Promise.all(connections.map((connection) => connection.close()));
      });
      return connections;
    },
  };
}

/** A database of its own for the test that asks, or for the file, and what a command connects to it with: `max` at once. */
export async function testForum({ max = 1 }: { max?: number } = {}): Promise<Connection & { url: string }> {
  const { url, drop } = await createTestDatabase();
  const forum = await connect(url, { max });
  atEnd(async () => {
    await forum.close();
    await drop();
  });
  return { ...forum, url };
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
