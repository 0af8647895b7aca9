import { type ChildProcessByStdio, spawn } from "node:child_process";
import { chown, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import postgres from "postgres";
import { freePort, LOOPBACK } from "./ports.ts";
import { findPostgresHome } from "./postgres-home.ts";
import { findPgBouncer } from "./programs.ts";

export type PgBouncerOptions = {
  /** The database behind it. */
  databaseUrl: string;
  /** Connections that it keeps to the server, whatever the clients ask for. */
  poolSize: number;
  /** Clients that it takes; it refuses any more. */
  maxClients?: number;
  /** A free one by default. */
  port?: number;
  /** Seconds in which it tries no server again after one refused it; meanwhile it refuses its clients. */
  serverLoginRetry?: number;
};

export type PgBouncer = Awaited<ReturnType<typeof startPgBouncer>>;

/** Real PgBouncer in transaction mode, as Neon's pooled address is. */
export async function startPgBouncer(options: PgBouncerOptions) {
  const program = findPgBouncer();
  if (!program) throw new Error("There is no PgBouncer here. On Debian: apt-get install pgbouncer");
  const url = new URL(options.databaseUrl);
  const { port = await freePort() } = options;
  const { folder, account } = await writeConfiguration(url, { ...options, port });
  const child = spawn(program, [path.join(folder, "pgbouncer.ini")], {
    ...account,
    stdio: ["ignore", "ignore", "pipe"],
  });
  const exited = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const killAtExit = () => void child.kill("SIGKILL");
  process.once("exit", killAtExit);
  await isUp(child);
  const end = async (signal: "SIGINT" | "SIGKILL") => {
    process.off("exit", killAtExit);
    child.kill(signal);
    await exited;
    await rm(folder, { recursive: true, force: true });
  };
  url.host = `${LOOPBACK}:${port}`;
  return {
    url: url.href,
    /** What its console shows, such as `clients` or `servers`; without the console's own connection. */
    show: (what: string) => ask(url, what),
    /** PgBouncer keeps its connections open and answers nothing on them until `thaw`. */
    freeze: () => void child.kill("SIGSTOP"),
    thaw: () => void child.kill("SIGCONT"),
    /** Lets what is running end. */
    stop: () => end("SIGINT"),
    /** Breaks off whatever is running. */
    kill: () => end("SIGKILL"),
  };
}

/** Resolves when it says that it is up; rejects with all that it said when it ends instead. */
function isUp(child: ChildProcessByStdio<null, null, Readable>): Promise<void> {
  const lines: string[] = [];
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", () => reject(new Error(`PgBouncer did not start:\n${lines.join("\n")}`)));
    createInterface({ input: child.stderr }).on("line", (line) => {
      lines.push(line);
      if (line.includes("process up")) resolve();
    });
  });
}

type Pool = PgBouncerOptions & { port: number };

/** A folder that only PgBouncer's user reads: it refuses to run as root, as Postgres does. */
async function writeConfiguration(url: URL, pool: Pool) {
  const folder = await mkdtemp(path.join(tmpdir(), "edgewise-pgbouncer-"));
  const files = {
    [path.join(folder, "users.txt")]: `"${url.username}" "${await readSecret(url)}"\n`,
    [path.join(folder, "pgbouncer.ini")]: configuration(url, folder, pool),
  };
  // Only the account matters here. In a folder that it cannot reach, this would copy Postgres's programs elsewhere.
  const { account } = await findPostgresHome(path.join(tmpdir(), "edgewise"));
  for (const [file, text] of Object.entries(files)) await writeFile(file, text, { mode: 0o600 });
  if (account)
    for (const file of [folder, ...Object.keys(files)]) await chown(file, account.uid, account.gid);
  return { folder, account };
}

/**
 * What Postgres keeps of the password. With the password itself PgBouncer would make up a salt whenever it starts, and derive
 * keys of its own for each connection, which no pooler for many people does.
 */
async function readSecret(url: URL): Promise<string> {
  const sql = postgres(url.href, { max: 1, onnotice: () => {} });
  try {
    const [row] = await sql`select rolpassword as secret from pg_authid where rolname = current_user`;
    return row?.secret;
  } finally {
    await sql.end({ timeout: 5 });
  }
}

function configuration(url: URL, folder: string, pool: Pool): string {
  const { port, poolSize, maxClients = 2000, serverLoginRetry = 15 } = pool;
  return `
[databases]
* = host=${url.hostname} port=${url.port}
[pgbouncer]
listen_addr = ${LOOPBACK}
listen_port = ${port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = ${path.join(folder, "users.txt")}
admin_users = ${url.username}
pool_mode = transaction
default_pool_size = ${poolSize}
max_client_conn = ${maxClients}
server_login_retry = ${serverLoginRetry}
`;
}

/** The console speaks the simple protocol alone. */
async function ask(url: URL, what: string): Promise<Record<string, unknown>[]> {
  const console = new URL(url);
  console.pathname = "/pgbouncer";
  const sql = postgres(console.href, { max: 1, prepare: false, fetch_types: false, onnotice: () => {} });
  try {
    const rows = await (what === "clients" ? sql`show clients` : sql`show servers`).simple();
    return rows.filter((row) => row.database !== "pgbouncer");
  } finally {
    await sql.end({ timeout: 5 });
  }
}
