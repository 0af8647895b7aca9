import { chmod, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import postgres from "postgres";
import { freePort } from "#local/ports.ts";
import { startPostgres } from "#local/postgres.ts";
import { migrate } from "#scripts/migrate.ts";

export type MortalPostgres = Awaited<ReturnType<typeof startMortalPostgres>>;

/** A Postgres that a test has for itself and may kill. It flushes what it commits, as a forum's own would. */
export async function startMortalPostgres({ maxConnections }: { maxConnections: number }) {
  const folder = await mkdtemp(path.join(tmpdir(), "edgewise-chaos-"));
  await chmod(folder, 0o711);
  const options = { dataDir: path.join(folder, "postgres"), port: await freePort(), maxConnections };
  let server = await startPostgres(options);
  const stop = async () => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  };
  await migrate(server.url).catch(async (error) => {
    await stop();
    throw error;
  });
  return {
    url: server.url,
    /** Kills one process that serves a client. Postgres then ends all others, recovers, and goes on by itself. */
    async killBackend(): Promise<void> {
      const [backend] = await processes(
        server.url,
        "backend_type = 'client backend' and pid <> pg_backend_pid()",
      );
      if (backend === undefined) throw new Error("Postgres serves nobody.");
      kill(backend);
    },
    /** Kills all of it at once, as a power cut would, and leaves it dead. */
    async kill(): Promise<void> {
      const children = await processes(server.url, "true");
      const pidFile = await readFile(path.join(server.dataDir, "postmaster.pid"), "utf8");
      // The parent first: it cannot have further children then.
      for (const pid of [Number.parseInt(pidFile, 10), ...children]) kill(pid);
      await server.stop();
    },
    /** Starts it again after `kill`. */
    async restart(): Promise<void> {
      for (;;) {
        try {
          server = await startPostgres(options);
          return;
        } catch (error) {
          // A child that was born while its parent died ends as soon as it notices.
          if (!String(error).includes("still in use")) throw error;
        }
      }
    },
    stop,
  };
}

/** The numbers of Postgres's processes for which `condition` holds, the busy ones first. */
async function processes(url: string, condition: string): Promise<number[]> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    const rows = await sql.unsafe(
      `select pid from pg_stat_activity where ${condition} order by state = 'active' desc nulls last`,
    );
    return rows.map(({ pid }) => Number(pid));
  } finally {
    await sql.end({ timeout: 1 });
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
