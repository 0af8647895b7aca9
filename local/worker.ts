import { globSync, readFileSync } from "node:fs";
import { cp, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { Miniflare, type MiniflareOptions, NoOpLog } from "miniflare";
import { Problem } from "#scripts/problem.ts";
import { type CacheLimits, cacheWorker } from "./cloudflare/cache.ts";
import { LOOPBACK, requireFreePort } from "./ports.ts";

/** The parts of `build/server/wrangler.json` that this machine honours. */
interface BuiltConfig {
  name: string;
  main: string;
  compatibility_date: string;
  compatibility_flags?: string[];
  vars?: Record<string, string>;
  kv_namespaces?: { binding: string; id?: string }[];
  r2_buckets?: { binding: string; bucket_name?: string }[];
  exports?: Record<string, { type: string; storage?: "sqlite" | "legacy-kv"; cache?: { enabled: boolean } }>;
  assets?: { directory: string };
}

type MiniflareWorker = MiniflareOptions["workers"][number];

export interface WorkerOptions {
  port: number;
  /** Variables and secrets, over the `vars` of wrangler.toml. */
  env: Record<string, string>;
  /** The caches before entrypoints: their limits, or false for a platform that has none. Default: as Cloudflare documents it. */
  cache?: CacheLimits | false;
  /** Whether uploaded pictures are taken. Default: where wrangler.toml binds a bucket for them. */
  pictures?: boolean;
  /** The database to reach through Miniflare's stand-in for Hyperdrive, bound as HYPERDRIVE. */
  hyperdrive?: string;
  /**
   * The server that stands for all the world outside, as `host:port`: each request for a picture of another host comes to it,
   * in plain text, with its `Host` and what it was to come by (`X-Forwarded-Proto`). Default: the world, without the private addresses that this machine can reach.
   */
  outside?: string;
  /** Where KV and R2 keep what they have; in memory when left out. */
  persist?: string;
  /** Where the production build stands. Default: `build` of the working directory. */
  build?: string;
  /** Where the copy of its static files stands that is served. Default: a temporary folder. Gone when the Worker stops. */
  files?: string;
  /** Called with each line that the Worker logs. Default: standard error. */
  log?: (line: string, level: string) => void;
}

/** Whether a production build is there to be run. */
export async function hasBuild(build = "build"): Promise<boolean> {
  return readFile(configFile(build)).then(
    () => true,
    () => false,
  );
}

/**
 * Runs the production build in workerd on the loopback address, static files included. Requests reach it by a socket of
 * its own (`unsafeDirectSockets`): `wrangler dev` puts proxies before it that answer a tenth as many a second. A later
 * build takes nothing away from it: the code is read at once, and the static files are a copy.
 * @throws Problem when the port is taken or nothing has been built
 */
export async function startWorker(options: WorkerOptions) {
  const {
    port,
    env,
    hyperdrive,
    persist,
    pictures = true,
    cache = {},
    log = (line: string) => console.error(line),
  } = options;
  const config = await readConfig(options.build ?? "build");
  await requireFreePort(port, "the forum");
  const cached = cache ? cachedEntrypoints(config) : [];
  const manifest = readModules(config);
  const files = await copyFiles(config, options.files);
  const removeFiles = () => rm(files, { recursive: true, force: true });
  // Without this, Miniflare asks workers.cloudflare.com where this machine stands in the world.
  process.env.CLOUDFLARE_CF_FETCH_ENABLED = "false";
  const miniflare = new Miniflare({
    host: LOOPBACK,
    port: 0,
    cf: false,
    log: new NoOpLog(),
    logRequests: false,
    ...(persist === undefined ? {} : { resourcePersistencePath: path.resolve(persist) }),
    // workerd adds the addresses of its own code to what it says of an exception.
    handleStructuredLogs: ({ level, message }) => log(message.replace(/\nstack: [^\n]*/, ""), level),
    workers: [
      frontWorker(config, files, port),
      {
        config: {
          name: config.name,
          compatibilityDate: config.compatibility_date,
          compatibilityFlags: config.compatibility_flags,
          manifest,
          exports: durableObjects(config),
          env: {
            ...bindings(pictures ? config : { ...config, r2_buckets: [] }, env),
            ...(hyperdrive && hyperdriveBinding(hyperdrive)),
            ...cacheBindings(cached),
            OUTSIDE: outsideNetwork(options.outside),
          },
        },
      },
      ...cached.map((entrypoint) => cacheBefore(entrypoint, config, cache || {})),
    ],
  });
  await miniflare.ready.catch(async (error: unknown) => {
    await miniflare.dispose().finally(removeFiles);
    throw error;
  });
  return {
    origin: `http://localhost:${port}`,
    /** What Cloudflare's Cron trigger does once a minute. */
    async sweep(): Promise<void> {
      const worker = await miniflare.getWorker(config.name);
      const { outcome } = await worker.scheduled({ cron: "* * * * *" });
      if (outcome !== "ok") throw new Error(`The sweep ended with: ${outcome}`);
    },
    /** The keys of the pictures that are stored. */
    async storedPictures(): Promise<string[]> {
      const bucket = await miniflare.getR2Bucket("PICTURES", config.name);
      return (await bucket.list()).objects.map(({ key }) => key);
    },
    async stop(): Promise<void> {
      await miniflare.dispose().finally(removeFiles);
    },
  };
}

/** The entrypoints that a cache stands before, by wrangler.toml; the gateway's is `default`, and has none. */
function cachedEntrypoints({ exports = {} }: BuiltConfig): string[] {
  return Object.keys(exports).filter((name) => exports[name]?.cache?.enabled && name !== "default");
}

const cacheName = (entrypoint: string) => `cache-before-${entrypoint.toLowerCase()}`;

function cacheBefore(entrypoint: string, config: BuiltConfig, limits: CacheLimits): MiniflareWorker {
  const before = { worker: config.name, entrypoint, compatibilityDate: config.compatibility_date };
  return cacheWorker(cacheName(entrypoint), before, limits);
}

/** Each as the Worker knows it: `READER` is the entrypoint Reader behind its cache. */
function cacheBindings(entrypoints: string[]) {
  return Object.fromEntries(
    entrypoints.map((entrypoint) => [
      entrypoint.toUpperCase(),
      { type: "worker" as const, worker: cacheName(entrypoint), exportName: "Cache" },
    ]),
  );
}

/**
 * What pictures of other hosts are fetched from. On Cloudflare a Worker reaches public addresses alone; so it is here,
 * for workerd looks at the address that a name has led to before it connects.
 */
export function outsideNetwork(address?: string) {
  if (address === undefined)
    return { type: "network" as const, allow: ["public"], tlsOptions: { trustBrowserCas: true } };
  return { type: "external" as const, address, http: { forwardedProtoHeader: "X-Forwarded-Proto" } };
}

function durableObjects({ exports = {} }: BuiltConfig) {
  const objects = Object.entries(exports).filter(([, { type }]) => type === "durable-object");
  return Object.fromEntries(
    objects.map(([name, { storage = "sqlite" }]) => [name, { type: "durable-object" as const, storage }]),
  );
}

/** Forms and events that the one isolate of this machine works on at a time. */
export const WRITES_AT_ONCE = 64;

// In production, a request for a file never reaches the Worker. Miniflare's own router asks its file service about every
// request, which halves the rate; the set of files is known, so this looks there and asks only for what it holds.
//
// On the platform a crowd spreads over many isolates. Here one takes it all, and writes that are all begun at once
// all end too late: each has 5 seconds for its database. So they come in turns, first come first served.
const FRONT = `
import { WorkerEntrypoint } from "cloudflare:workers";
let files;
let writing = 0;
const waiting = new Set();
export class Front extends WorkerEntrypoint {
  fetch(request) {
    files ??= new Set(this.env.FILES);
    const { pathname } = new URL(request.url);
    if (files.has(pathname)) return this.env.ASSETS.fetch(request);
    if (request.method === "GET" || request.method === "HEAD") return this.env.APP.fetch(request);
    const answer = this.write(request);
    // A browser that hangs up would otherwise keep its place for ever.
    this.ctx.waitUntil(answer.catch(() => {}));
    return answer;
  }
  async write(request) {
    if (writing >= this.env.WRITES_AT_ONCE) await myTurn();
    else writing += 1;
    try {
      return await this.env.APP.fetch(request);
    } finally {
      const [next] = waiting;
      waiting.delete(next);
      if (next) next();
      else writing -= 1;
    }
  }
}
// A write that has waited 20 seconds goes on without a place, since ctx.waitUntil ends what it was given after 30.
async function myTurn() {
  const { promise, resolve } = Promise.withResolvers();
  waiting.add(resolve);
  const timer = setTimeout(resolve, 20_000);
  await promise;
  // A timer is cleared by the request that set it.
  clearTimeout(timer);
  if (waiting.delete(resolve)) writing += 1;
}
export default {};
`;

/** Copies the static files of a build to a folder that is new, or emptied. */
async function copyFiles({ root, assets }: BuiltConfig & { root: string }, folder?: string): Promise<string> {
  const copy = path.resolve(folder ?? (await mkdtemp(path.join(tmpdir(), "edgewise-files-"))));
  await rm(copy, { recursive: true, force: true });
  await cp(path.resolve(root, assets?.directory ?? "../client"), copy, { recursive: true });
  return copy;
}

function frontWorker(config: BuiltConfig, directory: string, port: number): MiniflareWorker {
  const files = globSync("**", { cwd: directory, withFileTypes: true, exclude: ["_headers", "_redirects"] })
    .filter((entry) => entry.isFile())
    .map((entry) => `/${path.relative(directory, path.join(entry.parentPath, entry.name))}`);
  return {
    config: {
      name: "front",
      compatibilityDate: config.compatibility_date,
      manifest: { mainModule: "front.js", modules: { "front.js": { type: "esm", contents: FRONT } } },
      env: {
        APP: { type: "worker", worker: config.name },
        ASSETS: { type: "assets" },
        FILES: { type: "json", value: files },
        WRITES_AT_ONCE: { type: "json", value: WRITES_AT_ONCE },
      },
      assets: { directory, hasUserWorker: true },
    },
    dev: { unsafeDirectSockets: [{ host: LOOPBACK, port, entrypoint: "Front" }] },
  };
}

function configFile(build: string): string {
  return path.resolve(build, "server/wrangler.json");
}

async function readConfig(build: string): Promise<BuiltConfig & { root: string }> {
  const text = await readFile(configFile(build), "utf8").catch(() => {
    throw new Problem(`There is no build in ${path.resolve(build)}. Run: npm run build`);
  });
  return { ...JSON.parse(text), root: path.dirname(configFile(build)) };
}

function readModules({ root, main }: { root: string; main: string }) {
  const files = globSync("**/*.{js,mjs,wasm}", { cwd: root });
  const modules = files.map((file) => {
    const contents = readFileSync(path.join(root, file));
    return [
      file.split(path.sep).join("/"),
      file.endsWith(".wasm")
        ? { type: "wasm" as const, contents }
        : { type: "esm" as const, contents: contents.toString("utf8") },
    ];
  });
  return { mainModule: main, modulesRoot: root, modules: Object.fromEntries(modules) };
}

function bindings(config: BuiltConfig, env: Record<string, string>) {
  const text = Object.entries({ ...config.vars, ...env }).map(([name, value]) => [
    name,
    { type: "text" as const, value: String(value) },
  ]);
  const kv = (config.kv_namespaces ?? []).map(({ binding }) => [
    binding,
    { type: "kv" as const, id: binding },
  ]);
  const buckets = (config.r2_buckets ?? []).map(({ binding, bucket_name = binding }) => [
    binding,
    { type: "r2" as const, name: bucket_name },
  ]);
  return Object.fromEntries([...text, ...kv, ...buckets]);
}

function hyperdriveBinding(connectionString: string) {
  return { HYPERDRIVE: { type: "hyperdrive" as const, id: "HYPERDRIVE", dev: { connectionString } } };
}
