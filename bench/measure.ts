import type { Job, Load, Measured } from "./load.ts";
import { cpuSeconds, findChild, findListener } from "./processes.ts";

/**
 * CPU in milliseconds for each right answer: of the process that answers, of Postgres and of the pooler before it. NaN
 * where this system does not tell, or the process is not on this machine.
 */
export type Cpu = { server: number; postgres: number; pooler: number };

export type MeasuredWithCpu = Measured & { cpu: Cpu };

/** Runs a job, and counts what the process that listens at its origin and the benchmark's database used meanwhile. */
export async function measure(load: Load, job: Job): Promise<MeasuredWithCpu> {
  const pids = {
    server: findServer(job.origin),
    postgres: findChild("postgres"),
    pooler: findChild("pgbouncer"),
  };
  const used = (): Cpu => ({
    server: cpuSeconds(pids.server),
    postgres: cpuSeconds(pids.postgres),
    pooler: cpuSeconds(pids.pooler),
  });
  let before = used();
  const measured = await load.run(job, () => {
    before = used();
  });
  const after = used();
  const each = (part: keyof Cpu) => ((after[part] - before[part]) * 1000) / measured.requests;
  return {
    ...measured,
    cpu: { server: each("server"), postgres: each("postgres"), pooler: each("pooler") },
  };
}

/** The process that answers at an origin of this machine. */
export function findServer(origin: string): number | undefined {
  const { hostname, port } = new URL(origin);
  return ["localhost", "127.0.0.1", "[::1]"].includes(hostname)
    ? findListener(Number(port || 80))
    : undefined;
}
