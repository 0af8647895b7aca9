import { spawn } from "node:child_process";
import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { freePort, LOOPBACK } from "#local/ports.ts";
import { isUp } from "./rival.ts";
import type { Exchange } from "./scenarios.ts";

/** What bounds the forum on this machine: something that workerd answers with nothing of the forum in it. */
export type Limit = { name: string; origin: string; exchange: Exchange };

/** The same answer at once: what the runtime and the load generator cost by themselves. */
const OK = `export default { fetch: () => new Response("ok") };`;

/** A connection of its own and one statement, as each page that is not kept needs them. */
const QUERY = `
import postgres from "postgres/src/index.js";
export default {
  async fetch(request, env, ctx) {
    const sql = postgres(env.DATABASE_URL, { prepare: false, max: 1, fetch_types: false });
    const [row] = await sql\`select 1 as one\`.simple();
    ctx.waitUntil(sql.end({ timeout: 2 }));
    return new Response("one is " + row.one);
  },
};`;

/**
 * Starts plain workerd, without Miniflare and its Workers before ours, with the two.
 * @param databaseUrl the address by which the forum's Worker reaches its database
 */
export async function startLimits(
  databaseUrl: string,
): Promise<{ limits: Limit[]; stop: () => Promise<void> }> {
  const { default: workerd, compatibilityDate } = createRequire(import.meta.url)("workerd");
  const folder = await mkdtemp(path.join(tmpdir(), "edgewise-limits-"));
  const [ok, query] = [await freePort(), await freePort()];
  const files = {
    "ok.js": OK,
    "query.js": QUERY,
    "config.capnp": configuration({ ok, query, compatibilityDate, modules: POSTGRES_MODULES }),
  };
  await cp("node_modules/postgres/cf", path.join(folder, "postgres"), { recursive: true });
  for (const [name, text] of Object.entries(files)) await writeFile(path.join(folder, name), text);
  const child = spawn(workerd, ["serve", "config.capnp"], {
    cwd: folder,
    env: { DATABASE_URL: databaseUrl },
    stdio: ["ignore", "inherit", "inherit"],
  });
  const stop = async () => {
    child.kill("SIGKILL");
    await rm(folder, { recursive: true, force: true });
  };
  await Promise.all([isUp(child, ok, "workerd"), isUp(child, query, "workerd")]).catch(async (error) => {
    await stop();
    throw error;
  });
  const answering = (name: string, port: number, text: string): Limit => ({
    name,
    origin: `http://${LOOPBACK}:${port}`,
    exchange: { path: "/", member: null, expect: { status: 200, texts: [text] } },
  });
  return {
    limits: [
      answering('plain workerd that says "ok"', ok, "ok"),
      answering("one query over a connection of its own", query, "one is 1"),
    ],
    stop,
  };
}

/** postgres-js as it is written for Workers. */
const POSTGRES_MODULES = [
  "polyfills.js",
  ...[
    "bytes",
    "connection",
    "errors",
    "index",
    "large",
    "query",
    "queue",
    "result",
    "subscribe",
    "types",
  ].map((name) => `src/${name}.js`),
];

type Configuration = { ok: number; query: number; compatibilityDate: string; modules: string[] };

/** The text of a workerd.capnp, which `workerd serve` reads. */
function configuration({ ok, query, compatibilityDate, modules }: Configuration): string {
  const embedded = ["query.js", ...modules.map((name) => `postgres/${name}`)].map(
    (name) => `(name = "${name}", esModule = embed "${name}")`,
  );
  const socket = (name: string, port: number) =>
    `(name = "${name}", address = "${LOOPBACK}:${port}", http = (), service = "${name}")`;
  return `
using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "ok", worker = .okWorker),
    (name = "query", worker = .queryWorker),
    (name = "internet", network = (allow = ["private"])),
  ],
  sockets = [${socket("ok", ok)}, ${socket("query", query)}],
);
const okWorker :Workerd.Worker = (
  modules = [(name = "ok.js", esModule = embed "ok.js")],
  compatibilityDate = "${compatibilityDate}",
);
const queryWorker :Workerd.Worker = (
  modules = [${embedded.join(", ")}],
  bindings = [(name = "DATABASE_URL", fromEnvironment = "DATABASE_URL")],
  compatibilityDate = "${compatibilityDate}",
);
`;
}
