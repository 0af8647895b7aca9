import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** What Linux counts a process's time in: USER_HZ, 100 a second on every system that Node runs on (proc(5)). */
const TICKS_PER_SECOND = 100;

type Stat = { pid: number; name: string; parent: number; seconds: number; reapedSeconds: number };

/** A program that this process started, by the name of its file; undefined where there is none, or no /proc. */
export function findChild(name: string): number | undefined {
  return readStats().find((stat) => stat.parent === process.pid && stat.name === name)?.pid;
}

/** The process that listens on a port of this machine; undefined where there is none, it is somebody else's, or no /proc. */
export function findListener(port: number): number | undefined {
  const sockets = new Set(
    ["tcp", "tcp6"]
      .flatMap((table) => listeningSockets(`/proc/net/${table}`, port))
      .map((id) => `socket:[${id}]`),
  );
  return sockets.size === 0
    ? undefined
    : processIds().find((pid) => openFiles(pid).some((file) => sockets.has(file)));
}

/** The sockets that listen on a port. In a line of proc_net(5), 1 is the local address, 3 the state and 9 the socket. */
function listeningSockets(table: string, port: number): string[] {
  const ending = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  return readText(table)
    .split("\n")
    .map((line) => line.trim().split(/\s+/))
    .filter(([, local, , state]) => state === LISTENING && local?.endsWith(ending))
    .map((fields) => fields[9] ?? "");
}

/** TCP_LISTEN, as the kernel numbers the states of a connection. */
const LISTENING = "0A";

/** What a process has open, as the links of /proc/PID/fd say it; nothing where only another user may see it. */
function openFiles(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).flatMap((file) => {
      try {
        return [readlinkSync(`/proc/${pid}/fd/${file}`)];
      } catch {
        return [];
      }
    });
  } catch {
    return [];
  }
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
    const text = readText(`/proc/${pid}/stat`);
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

/** Empty for what is not there, or not any more. */
function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
