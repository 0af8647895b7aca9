import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { chown, mkdir, mkdtemp, open, readFile, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import postgres from "postgres";
import { Problem } from "#scripts/problem.ts";
import { LOOPBACK, requireFreePort } from "./ports.ts";
import { type Account, findPostgresHome, type PostgresHome } from "./postgres-home.ts";

const SUPERUSER = "edgewise";
const DATABASE = "edgewise";
const START_TIMEOUT_MS = 60_000;
const READY_POLL_MS = 15;

export interface PostgresOptions {
  /** Where the cluster lives. Made when it is not there. Its password and log are kept beside it. */
  dataDir: string;
  port: number;
  /** False for tests: nothing is flushed to disk, so a power cut loses the cluster. Default true. */
  durable?: boolean;
  /** Default 200. */
  maxConnections?: number;
}

export interface LocalPostgres {
  /** Connection URL of the forum's database, as a superuser. */
  url: string;
  /** Where the data really is: not `options.dataDir` when root cannot let Postgres in there. */
  dataDir: string;
  stop(): Promise<void>;
}

/**
 * Starts the embedded Postgres on the loopback address, making the cluster and the database the first time.
 * A server that an earlier, killed run left behind on the same data is stopped first.
 * @throws Problem when the port is taken, the disk is full, or this system has no embedded Postgres
 */
export async function startPostgres(options: PostgresOptions): Promise<LocalPostgres> {
  await mkdir(path.dirname(options.dataDir), { recursive: true });
  const home = await findPostgresHome(options.dataDir);
  const kept = await readPassword(home);
  if (kept !== undefined) await stopLeftover(home, kept);
  await requireFreePort(options.port, "Postgres");
  const password = kept ?? (await makeCluster(home));
  const stop = await startServer(home, options);
  const url = (database: string) =>
    `postgres://${SUPERUSER}:${password}@${LOOPBACK}:${options.port}/${database}`;
  try {
    await ensureDatabase(url("postgres"));
  } catch (error) {
    await stop();
    throw error;
  }
  return { url: url(DATABASE), dataDir: home.dataDir, stop };
}

/** Stops what runs on `dataDir` and removes it, with its password and log. */
export async function removePostgres(dataDir: string): Promise<void> {
  const home = await findPostgresHome(dataDir);
  const password = await readFile(passwordFile(home), "utf8").catch(() => undefined);
  if (password !== undefined) await stopLeftover(home, password);
  await rm(home.dataDir, { recursive: true, force: true });
  for (const kind of ["password", "log"]) await rm(`${home.dataDir}.${kind}`, { force: true });
  if (home.outside !== undefined) await rm(home.outside, { recursive: true, force: true });
}

function passwordFile(home: PostgresHome): string {
  return `${home.dataDir}.password`;
}

/** The password of the cluster, or undefined where there is no cluster yet. */
async function readPassword(home: PostgresHome): Promise<string | undefined> {
  const file = passwordFile(home);
  if (!existsSync(path.join(home.dataDir, "PG_VERSION"))) return undefined;
  return readFile(file, "utf8").catch(() => {
    throw new Problem(
      `${file} is missing, so the database cannot be opened. Begin again: npm start -- --reset`,
    );
  });
}

/** Makes a cluster with a password of its own. It comes to its place when it is whole, so that an interruption leaves none. */
async function makeCluster(home: PostgresHome): Promise<string> {
  const password = randomBytes(24).toString("base64url");
  const draft = `${home.dataDir}.draft`;
  await rm(draft, { recursive: true, force: true });
  const secrets = await mkdtemp(`${home.dataDir}-`);
  const secretFile = path.join(secrets, "password");
  await writeFile(secretFile, password, { mode: 0o600 });
  await mkdir(draft, { mode: 0o700 });
  await giveTo(home.account, secrets, secretFile, draft);
  const { code, output } = await run(home, home.bin.initdb, [
    `--pgdata=${draft}`,
    `--username=${SUPERUSER}`,
    `--pwfile=${secretFile}`,
    "--auth=scram-sha-256",
    "--encoding=UTF8",
    // The collation of a new Neon database, and the same on every machine.
    "--locale-provider=builtin",
    "--locale=C.UTF-8",
    "--lc-messages=C",
    "--no-sync",
    "--no-instructions",
  ]).finally(() => rm(secrets, { recursive: true, force: true }));
  if (code !== 0) {
    await rm(draft, { recursive: true, force: true });
    throw explain(output, home.dataDir);
  }
  await writeFile(passwordFile(home), password, { mode: 0o600 });
  await rename(draft, home.dataDir);
  return password;
}

async function startServer(home: PostgresHome, options: PostgresOptions) {
  const logFile = `${home.dataDir}.log`;
  const log = await open(logFile, "w", 0o600);
  const child = spawnServer(home, options, log.fd);
  const exited = new Promise<void>((resolve) => child.once("close", () => resolve()));
  // An error of ours may end this process without `stop`: Postgres is to end with it.
  const killAtExit = () => void child.kill("SIGINT");
  process.once("exit", killAtExit);
  const isReady = await becomesReady(home, child);
  await log.close();
  if (!isReady) {
    process.off("exit", killAtExit);
    child.kill("SIGKILL");
    throw explain(await readFile(logFile, "utf8").catch(() => ""), home.dataDir);
  }
  return async () => {
    process.off("exit", killAtExit);
    await stopCluster(home);
    await exited;
  };
}

function spawnServer(
  home: PostgresHome,
  { port, durable = true, maxConnections = 200 }: PostgresOptions,
  log: number,
): ChildProcess {
  const settings = {
    listen_addresses: LOOPBACK,
    unix_socket_directories: "",
    max_connections: String(maxConnections),
    log_min_messages: "warning",
    ...(durable ? {} : { fsync: "off", synchronous_commit: "off", full_page_writes: "off" }),
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const child = spawn(home.bin.postgres, ["-D", home.dataDir, "-p", String(port), ...flags], {
    ...home.account,
    cwd: home.dataDir,
    env: programEnv(),
    // A session of its own: Ctrl-C reaches us alone, and we stop the Worker before its database.
    detached: true,
    stdio: ["ignore", log, log],
  });
  child.once("error", () => {});
  return child;
}

async function becomesReady(home: PostgresHome, child: ChildProcess): Promise<boolean> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (child.pid !== undefined && child.exitCode === null && child.signalCode === null) {
    const file = await readPidFile(home);
    if (file?.pid === child.pid && file.status === "ready") return true;
    if (Date.now() > deadline) return false;
    await delay(READY_POLL_MS);
  }
  return false;
}

/** postmaster.pid, as src/include/utils/pidfile.h lays it out: line 1 is the process, 4 the port, 8 the status. */
async function readPidFile(home: PostgresHome) {
  const text = await readFile(path.join(home.dataDir, "postmaster.pid"), "utf8").catch(() => undefined);
  const lines = text?.split("\n");
  return lines && { pid: Number(lines[0]), port: Number(lines[3]), status: lines[7]?.trim() };
}

/** Stops the server of a run that was killed. Its process number alone proves nothing, as it may be another program's by now. */
async function stopLeftover(home: PostgresHome, password: string): Promise<void> {
  const file = await readPidFile(home);
  if (file === undefined) return;
  const url = `postgres://${SUPERUSER}:${password}@${LOOPBACK}:${file.port}/postgres`;
  const sql = postgres(url, { max: 1, connect_timeout: 2, onnotice: () => {} });
  const directory = await sql`show data_directory`.then(
    ([row]) => row?.data_directory as string,
    () => undefined,
  );
  await sql.end({ timeout: 1 });
  if (directory === home.dataDir) await stopCluster(home);
  else await rm(path.join(home.dataDir, "postmaster.pid"), { force: true });
}

async function stopCluster(home: PostgresHome): Promise<void> {
  await run(home, home.bin.pg_ctl, ["stop", "-w", "-m", "fast", "-D", home.dataDir]);
}

async function ensureDatabase(url: string): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    const [found] = await sql`select 1 from pg_database where datname = ${DATABASE}`;
    if (found === undefined) await sql`create database ${sql(DATABASE)}`;
  } finally {
    await sql.end({ timeout: 5 });
  }
}

async function giveTo(account: Account | undefined, ...paths: string[]): Promise<void> {
  if (account === undefined) return;
  for (const each of paths) await chown(each, account.uid, account.gid);
}

function run(home: PostgresHome, program: string, args: string[]) {
  return new Promise<{ code: number | null; output: string }>((resolve) => {
    const child = spawn(program, args, {
      ...home.account,
      cwd: path.dirname(home.bin.postgres),
      env: programEnv(),
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    child.stdout.on("data", (chunk) => (output += chunk));
    child.stderr.on("data", (chunk) => (output += chunk));
    child.once("error", (error) => resolve({ code: null, output: `${output}${error.message}` }));
    child.once("close", (code) => resolve({ code, output }));
  });
}

/** Our environment without its PG* variables: a PGDATA or PGOPTIONS of the user's own is not meant for this server. */
function programEnv(): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith("PG"));
  return { ...Object.fromEntries(own), LC_ALL: "C" };
}

function explain(output: string, dataDir: string): Problem {
  if (/No space left on device|ENOSPC|Disk quota/i.test(output)) {
    return new Problem(
      `The disk is full: Postgres could not write to ${dataDir}. Free some space and start again.`,
    );
  }
  if (/error while loading shared libraries|Library not loaded/.test(output)) {
    return new Problem(
      "Postgres's libraries are not linked: npm left out its install script. Run: npm rebuild",
    );
  }
  if (/incompatible with server/.test(output)) {
    return new Problem(`${dataDir} is from another version of Postgres. Begin again: npm start -- --reset`);
  }
  const last = output.trim().split("\n").slice(-4).join("\n  ");
  return new Problem(`Postgres did not start (data in ${dataDir}):\n  ${last || "it said nothing"}`);
}
