import { spawn } from "node:child_process";
import { setTimeout as delay } from "node:timers/promises";
import { reportFailure } from "#scripts/problem.ts";
import { programOf } from "./build.ts";
import { startParts } from "./parts.ts";
import { isListening, LOOPBACK } from "./ports.ts";
import { readSettings } from "./settings.ts";
import { onInterrupt, printAddresses } from "./terminal.ts";

/** How Wrangler's half of Vite's plugin is told to take the Worker's variables from the environment, and to ask nobody outside. */
const TOOLS = {
  CLOUDFLARE_INCLUDE_PROCESS_ENV: "true",
  CLOUDFLARE_CF_FETCH_ENABLED: "false",
  WRANGLER_SEND_METRICS: "false",
  X_LOCAL_OBSERVABILITY: "false",
};

/** `npm run dev`: the sources with hot reloading, and the same local parts as `npm start`. */
async function develop(): Promise<void> {
  const settings = readSettings("npm run dev", process.argv.slice(2), process.env);
  const parts = await startParts(settings);
  printAddresses("Edgewise in development.", [["The forum", settings.origin], ...parts.addresses]);
  // Where wrangler.toml binds Hyperdrive, Wrangler wants a local address for it.
  const hyperdrive = { CLOUDFLARE_HYPERDRIVE_LOCAL_CONNECTION_STRING_HYPERDRIVE: parts.env.DATABASE_URL };
  const args = ["dev", "--host", LOOPBACK, "--port", String(settings.port), "--strictPort"];
  const server = spawn(process.execPath, [programOf("@react-router/dev", "react-router"), ...args], {
    stdio: ["ignore", "inherit", "inherit"],
    env: { ...process.env, ...parts.env, ...hyperdrive, ...TOOLS },
  });
  const ended = new Promise<void>((resolve) => server.once("close", () => resolve()));
  let isStopping = false;
  const stop = async () => {
    isStopping = true;
    server.kill("SIGTERM");
    await ended;
    await parts.stop();
  };
  onInterrupt(stop);
  void ended.then(async () => {
    if (isStopping) return;
    await parts.stop();
    process.exit(server.exitCode ?? 1);
  });
  // Vite bundles dependencies before it first listens, which can take a minute.
  while (server.exitCode === null && !(await isListening(settings.port))) await delay(300);
  await parts.introducePeople();
}

await develop().catch(reportFailure);
