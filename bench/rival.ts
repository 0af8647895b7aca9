import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { freePort, isListening } from "#local/ports.ts";
import type { Connection } from "#scripts/connection.ts";
import { Problem } from "#scripts/problem.ts";
import { kindsOf, type Size } from "./data.ts";

/** A server that has said nothing for so long will not. */
const PATIENCE_MS = 60_000;

/**
 * Starts another forum on the benchmark's database: a command of the shell, with DATABASE_URL and PORT set and `{port}`
 * filled in. Throws Problem where it does not listen.
 * @param databaseUrl that of Postgres itself. A server that keeps its connections needs no pooler, and postgres-js, which
 * sends a second statement before the first is answered, comes to a halt behind PgBouncer 1.18 in transaction mode.
 */
export async function startRival(command: string, databaseUrl: string) {
  const port = await freePort();
  const child = spawn(command.replaceAll("{port}", String(port)), {
    shell: true,
    // A group of its own, so that what the command starts ends with it.
    detached: true,
    env: { ...process.env, NODE_ENV: "production", DATABASE_URL: databaseUrl, PORT: String(port) },
    stdio: ["ignore", "ignore", "inherit"],
  });
  const stop = async () => {
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    process.kill(-child.pid, "SIGKILL");
    await ended;
    // The shell may be gone before what it started.
    while (await isListening(port)) await delay(10);
  };
  try {
    await isUp(child, port, `"${command}"`);
  } catch (error) {
    await stop();
    throw error;
  }
  return { port, stop };
}

/** Resolves when a port is listened on. Throws Problem where the process ends before, or takes too long. */
export async function isUp(child: ChildProcess, port: number, name: string): Promise<void> {
  for (const end = performance.now() + PATIENCE_MS; performance.now() < end; await delay(50)) {
    if (child.exitCode !== null) throw new Problem(`${name} ended with ${child.exitCode}.`);
    if (await isListening(port)) return;
  }
  throw new Problem(`${name} does not listen on port ${port}.`);
}

/**
 * What may stand in braces in the address of a rival's page, where it reads our database: the keys of the pages that ours
 * are compared with.
 */
export async function placesIn(sql: Connection["sql"], size: Size): Promise<Record<string, string>> {
  const { read, long } = kindsOf(size);
  const rows = await sql`
    select number::int, id from threads where number in (${read.first}, ${long.first}) order by number`;
  return { thread: rows[0]?.id, long: rows[1]?.id, category: "read-0" };
}
