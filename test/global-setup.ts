import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { TestProject } from "vitest/node";
import { isBuildFresh } from "#local/build.ts";
import { freePort } from "#local/ports.ts";
import { startPostgres } from "#local/postgres.ts";
import { migrate } from "#scripts/migrate.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** The run's Postgres, at the migrated database that test databases are copied from. Nobody connects to it. */
    postgresUrl: string;
  }
}

/** One Postgres for the whole run, unless nothing in it needs one. */
export default async function startDatabase({ vitest, provide }: TestProject) {
  const projects = vitest.projects.map(({ name }) => name);
  if (projects.every((name) => name === "domain")) return;
  if (projects.some((name) => ["site", "chaos", "journeys"].includes(name)) && !(await isBuildFresh()))
    console.warn(
      "\nbuild/ is older than its sources, and it is what these tests run. `npm test` builds first.\n",
    );
  const folder = await mkdtemp(path.join(tmpdir(), "edgewise-test-"));
  // Root runs Postgres as another user, who must be able to pass through this folder.
  await chmod(folder, 0o711);
  const server = await startPostgres({
    dataDir: path.join(folder, "postgres"),
    port: await freePort(),
    durable: false,
  });
  const stop = async () => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await migrate(server.url);
  } catch (error) {
    await stop();
    throw error;
  }
  provide("postgresUrl", server.url);
  return stop;
}
