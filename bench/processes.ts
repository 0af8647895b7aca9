import { readdirSync, readFileSync } from "node:fs";

/** What Linux counts a process's time in: USER_HZ, 100 a second on every system that Node runs on (proc(5)). */
const TICKS_PER_SECOND = 100;

type Stat = { pid: number; name: string; parent: number; seconds: number; reapedSeconds: number };

/** A program that this process started, by the name of its file; undefined where there is none, or no /proc. */
export function findChild(name: string): number | undefined {
  return readStats().find((stat) => stat.parent === process.pid && stat.name === name)?.pid;
}

/** CPU seconds that a process, its children and those that have ended used so far. */
export function cpuSeconds(pid: number | undefined): number {
  if (pid === undefined) return Number.NaN;
  let sum = 0;
  for (const stat of readStats()) {
    if (stat.pid === pid) sum += stat.seconds + stat.reapedSeconds;
    else if (stat.parent === pid) sum += stat.seconds;
  }
  return sum;
}

/** Megabytes that a process has in memory. */
export function residentMegabytes(pid: number | undefined): number {
  const status = pid === undefined ? "" : readFileSync(`/proc/${pid}/status`, "utf8");
  const [, kibibytes] = /^VmRSS:\s+(\d+) kB/m.exec(status) ?? [];
  return kibibytes === undefined ? Number.NaN : (Number(kibibytes) * 1024) / 1e6;
}

/** /proc/PID/stat of every process: 2 is the name, 4 the parent, 14 to 17 the time (user and system, its own and its ended children's). */
function readStats(): Stat[] {
  return processIds().flatMap((pid) => {
    const text = readStat(pid);
    const [, name, rest] = /^\d+ \((.*)\) (.*)$/s.exec(text) ?? [];
    if (name === undefined || rest === undefined) return [];
    const field = (number: number) => Number(rest.split(" ")[number - 3]);
    const seconds = (field(14) + field(15)) / TICKS_PER_SECOND;
    return [
      { pid, name, parent: field(4), seconds, reapedSeconds: (field(16) + field(17)) / TICKS_PER_SECOND },
    ];
  });
}

function processIds(): number[] {
  try {
    return readdirSync("/proc").map(Number).filter(Number.isInteger);
  } catch {
    return [];
  }
}

/** Empty for a process that has ended since. */
function readStat(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/stat`, "utf8");
  } catch {
    return "";
  }
}
