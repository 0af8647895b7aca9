import { chmod, mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import postgres from "postgres";
import { expect, onTestFinished, test } from "vitest";
import { freePort, LOOPBACK } from "./ports.ts";
import { startPostgres } from "./postgres.ts";

test("a cluster keeps its data and its password, and takes over from a server that was left running", async () => {
  const options = { dataDir: await newDataDir(), durable: false };
  const first = await startPostgres({ ...options, port: await freePort() });
  await query(first.url, "create table kept (word text); insert into kept values ('yes')");

  // As if the process had been killed: nobody stopped the first one.
  const second = await startPostgres({ ...options, port: await freePort() });
  onTestFinished(second.stop);

  expect(await query(second.url, "select word from kept")).toEqual([{ word: "yes" }]);
  await expect(query(first.url, "select 1")).rejects.toThrow(/ECONNREFUSED/);
  expect(new URL(second.url).password).toBe(new URL(first.url).password);
});

test("a port that is taken is named, with the way to choose another", async () => {
  const port = await freePort();
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(port, LOOPBACK, resolve));
  onTestFinished(() => void server.close());

  await expect(startPostgres({ dataDir: await newDataDir(), port, durable: false })).rejects.toThrow(
    `Port ${port} (Postgres) is in use. Choose others with: npm start -- --port`,
  );
});

async function newDataDir(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), "edgewise-postgres-"));
  // Root runs Postgres as another user, who must be able to pass through this folder.
  await chmod(folder, 0o711);
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return path.join(folder, "data");
}

async function query(url: string, statement: string): Promise<unknown[]> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    return [...(await sql.unsafe(statement))];
  } finally {
    await sql.end({ timeout: 1 });
  }
}
