import { readFileSync } from "node:fs";
import { stripTypeScriptTypes } from "node:module";
import type { MiniflareOptions } from "miniflare";

/** Limits of Cloudflare's that a test sets otherwise. */
export interface CacheLimits {
  memoryBytes?: number;
  /** How many purges may come at once. */
  purgeBurst?: number;
  /** How often one more may come, in milliseconds. */
  purgeEveryMs?: number;
}

/**
 * The stand-in for Workers Caching (cache-worker.ts) as a Worker for Miniflare. Who binds its entrypoint `Cache` reaches
 * the other Worker's entrypoint through it.
 */
export function cacheWorker(
  name: string,
  before: { worker: string; entrypoint: string; compatibilityDate: string },
  limits: CacheLimits = {},
): MiniflareOptions["workers"][number] {
  const source = withoutTypes(new URL("./cache-worker.ts", import.meta.url));
  const settings = {
    MEMORY_BYTES: limits.memoryBytes,
    PURGE_BURST: limits.purgeBurst,
    PURGE_EVERY_MS: limits.purgeEveryMs,
  };
  const set = Object.entries(settings).filter(([, value]) => value !== undefined);
  return {
    config: {
      name,
      compatibilityDate: before.compatibilityDate,
      manifest: {
        mainModule: "cache.js",
        modules: { "cache.js": { type: "esm", contents: source } },
      },
      env: {
        APP: { type: "worker", worker: before.worker, exportName: before.entrypoint },
        ...Object.fromEntries(set.map(([key, value]) => [key, { type: "json", value }])),
      },
    },
  };
}

/** Node does the same when it runs our own files; only when it is asked to does it warn that this is an experiment. */
function withoutTypes(file: URL): string {
  const { emitWarning } = process;
  process.emitWarning = () => {};
  try {
    return stripTypeScriptTypes(readFileSync(file, "utf8"));
  } finally {
    process.emitWarning = emitWarning;
  }
}
