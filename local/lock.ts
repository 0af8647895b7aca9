import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { Problem } from "#scripts/problem.ts";

interface Running {
  pid: number;
  origin: string;
  /** Processes of workerd, which outlive us if we are killed. */
  workers: number[];
}

/** The state folder, held by this process. */
export interface StateLock {
  /** Notes the processes of workerd that run for us, so that the next start can end them if this one cannot. */
  noteWorkers(): void;
  release(): void;
}

/**
 * Takes the state folder for this process: two would stop each other's database. What a killed process left running is ended.
 * @throws Problem when another `npm start` or `npm run dev` is using the folder
 */
export async function lockState(folder: string, origin: string): Promise<StateLock> {
  const file = path.join(folder, "running.json");
  mkdirSync(folder, { recursive: true });
  const earlier = readRunning(file);
  if (earlier !== undefined && isRunning(earlier)) {
    throw new Problem(
      `This forum is running already, at ${earlier.origin} (process ${earlier.pid}). Stop it first.`,
    );
  }
  for (const pid of earlier?.workers ?? []) await endWorker(pid);
  const write = (workers: number[]) => {
    writeFileSync(file, `${JSON.stringify({ pid: process.pid, origin, workers } satisfies Running)}\n`);
  };
  write([]);
  return {
    noteWorkers: () => write(childWorkers()),
    release: () => rmSync(file, { force: true }),
  };
}

/**
 * Where the forum of this state folder is running.
 * @throws Problem when it is not
 */
export function originOfRunning(folder: string): string {
  const running = readRunning(path.join(folder, "running.json"));
  if (running !== undefined && isRunning(running)) return running.origin;
  throw new Problem("The forum of this folder is not running. Start it with: npm start");
}

function isRunning({ pid }: Running): boolean {
  return /local[/\\](start|dev)\.ts/.test(commandOf(pid));
}

function readRunning(file: string): Running | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}

/** The command line of a process, empty if there is none. A number alone proves nothing: it may be another program's by now. */
function commandOf(pid: number): string {
  try {
    process.kill(pid, 0);
    return existsSync(`/proc/${pid}/cmdline`)
      ? readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ")
      : execFileSync("ps", ["-o", "command=", "-p", String(pid)], { encoding: "utf8" });
  } catch {
    return "";
  }
}

/** The workerd processes among our children, since Miniflare does not name its own; none on a system without pgrep. */
function childWorkers(): number[] {
  try {
    const found = execFileSync("pgrep", ["-P", String(process.pid)], { encoding: "utf8" });
    return found.trim().split("\n").map(Number).filter(isWorker);
  } catch {
    return [];
  }
}

function isWorker(pid: number): boolean {
  return /workerd\S* serve/.test(commandOf(pid));
}

async function endWorker(pid: number): Promise<void> {
  if (!isWorker(pid)) return;
  process.kill(pid, "SIGKILL");
  // A process closes its sockets a moment after its command line is gone.
  for (let tries = 0; tries < 100 && exists(pid); tries += 1) await delay(20);
}

function exists(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
