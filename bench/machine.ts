import { execFileSync } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { cpus, totalmem, type } from "node:os";
import { gzipSync } from "node:zlib";
import { findPgBouncer } from "#local/programs.ts";
import type { Connection } from "#scripts/connection.ts";

/** Where and with what a run was made. */
export type Machine = {
  date: string;
  cores: number;
  processor: string;
  memoryGigabytes: number;
  system: string;
  node: string;
  workerd: string;
  postgres: string;
  pgbouncer: string | null;
};

export async function describeMachine(sql: Connection["sql"]): Promise<Machine> {
  const [row] = await sql`show server_version`;
  const { version } = JSON.parse(readFileSync("node_modules/workerd/package.json", "utf8"));
  const pooler = findPgBouncer();
  return {
    date: new Date().toISOString(),
    cores: cpus().length,
    processor: cpus()[0]?.model ?? "unknown",
    memoryGigabytes: Math.round(totalmem() / 1e9),
    system: type(),
    node: process.versions.node,
    workerd: version,
    postgres: String(row?.server_version),
    pgbouncer: pooler
      ? (/[\d.]+/.exec(execFileSync(pooler, ["--version"], { encoding: "utf8" }))?.[0] ?? "")
      : null,
  };
}

/** The Worker's code in bytes, as it is and after gzip. */
export function measureBundle(): { bytes: number; gzipBytes: number } {
  const modules = globSync("build/server/**/*.js").map((file) => readFileSync(file));
  const code = Buffer.concat(modules);
  return { bytes: code.length, gzipBytes: gzipSync(code).length };
}
