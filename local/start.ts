import path from "node:path";
import { reportFailure } from "#scripts/problem.ts";
import { build, isBuildFresh } from "./build.ts";
import { startParts } from "./parts.ts";
import { readSettings } from "./settings.ts";
import { onInterrupt, printAddresses, step } from "./terminal.ts";
import { startWorker } from "./worker.ts";

/** `npm start`: the production build in workerd, with everything that it needs on this machine. */
async function start(): Promise<void> {
  const settings = readSettings("npm start", process.argv.slice(2), process.env);
  const stops: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (const each of stops.splice(0).reverse()) await each();
  };
  onInterrupt(stop);
  try {
    const parts = await startParts(settings, async () => {
      if (!(await isBuildFresh())) await step("Build", build);
    });
    stops.push(parts.stop);
    const { port } = settings;
    const [persist, files] = ["kv", "files"].map((name) => path.join(settings.stateDir, name));
    const worker = await step("Forum", () => startWorker({ port, env: parts.env, persist, files }));
    stops.push(worker.stop, sweepEveryMinute(worker));
    parts.noteWorkers();
    await parts.introducePeople();
    printAddresses("Edgewise is running.", [["The forum", settings.origin], ...parts.addresses]);
    console.log("  Ctrl-C stops everything. Begin again with: npm start -- --reset\n");
  } catch (error) {
    await stop();
    throw error;
  }
}

/** As the Cron trigger of wrangler.toml does on Cloudflare. */
function sweepEveryMinute(worker: { sweep(): Promise<void> }): () => Promise<void> {
  const timer = setInterval(() => worker.sweep().catch(reportFailure), 60_000);
  return async () => clearInterval(timer);
}

await start().catch(reportFailure);
