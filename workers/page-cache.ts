import { LRUCache } from "lru-cache";
import { REQUEST_ID } from "./requests.ts";

/** Where an answer came from: kept and fresh, kept and being renewed, made just now; `none` where nothing is kept. */
export type KeptOutcome = "hit" | "stale" | "miss" | "none";

/** Keeps what the Reader answers. Two of them stand below: Cloudflare's own, and ours for wherever that is not. */
export interface PageCache {
  /**
   * What the Reader answers for an address, kept or made. The address alone decides; the request's name goes along for
   * the log of what fails.
   */
  fetch(address: string, requestId?: string): Promise<{ response: Response; outcome: KeptOutcome }>;
  /** Drops everything that was made before now and shows one of these (app/domain/tags.ts). */
  purge(tags: string[]): Promise<void>;
}

/** What both need of the Reader (workers/app.ts). */
type Reader = {
  fetch(request: Request): Promise<Response>;
  /** False where Cloudflare refuses to. */
  purge(tags: string[]): Promise<boolean>;
};

/** The page cache of this request: Workers Caching where the platform has it before the Reader, else the Cache API. */
export function pageCache(ctx: Context, { reader, origin, freshSeconds }: Options): PageCache {
  if (freshSeconds === 0) return noCache(reader);
  return ctx.cache ? workersCaching(reader) : cacheApi(ctx, reader, origin);
}

/** Of the request's context: `cache` is there where Workers Caching is. */
type Context = { waitUntil(promise: Promise<unknown>): void; cache?: unknown };

type Options = {
  reader: Reader;
  /** Every address begins with it. */
  origin: string;
  /** How long a page is served without asking anew; 0 keeps nothing. */
  freshSeconds: number;
};

/** A redirect is an answer like any other: it goes to the browser. */
function asked(address: string, requestId = ""): Request {
  return new Request(address, { redirect: "manual", headers: { [REQUEST_ID]: requestId } });
}

/** Cloudflare's cache stands before the Reader and honours its headers; a purge reaches every place that has a copy. */
function workersCaching(reader: Reader): PageCache {
  return {
    async fetch(address, requestId) {
      const response = await reader.fetch(asked(address, requestId));
      const status = response.headers.get("Cf-Cache-Status") ?? "";
      if (status === "HIT") return { response, outcome: "hit" };
      return { response, outcome: /^(STALE|UPDATING)$/.test(status) ? "stale" : "miss" };
    },
    async purge(tags) {
      const now = Date.now();
      for (const [tag, at] of refused) if (now - at > REMEMBER_MS) refused.delete(tag);
      const owed = new Set([...tags, ...refused.keys()]);
      if (await reader.purge([...owed])) refused.clear();
      else for (const tag of tags) refused.set(tag, now);
    },
  };
}

/**
 * What Cloudflare did not purge, and when: it takes 5 calls a minute after a burst of 25, on every plan
 * (developers.cloudflare.com/workers/cache/limitations). It goes along with the next call; until then a page's own
 * freshness is the limit.
 */
const refused = new Map<string, number>();

function noCache(reader: Reader): PageCache {
  return {
    async fetch(address, requestId) {
      return { response: await reader.fetch(asked(address, requestId)), outcome: "none" };
    },
    purge: async () => {},
  };
}

/** A kept answer. Times are milliseconds since 1970, or milliseconds. */
type Entry = {
  status: number;
  headers: [name: string, value: string][];
  body: Uint8Array<ArrayBuffer>;
  tags: string[];
  /** When its making began: a change after that may not be in it. */
  madeAt: number;
  freshFor: number;
  /** How long after that it may still be served, while a new one is made. */
  staleFor: number;
};

/** An isolate has 128 MB. */
const MEMORY_BYTES = 24 * 1024 * 1024;

/** Other isolates of the same place learn of a purge within this time. */
const SYNC_MS = 1_000;

/** No page is served longer than this after it was made, so no purge needs to be remembered longer. */
const REMEMBER_MS = 120_000;

/** What this isolate has at hand. Everything in it is plain data: one request must not wait on another's sockets. */
const memory = new LRUCache<string, Entry>({
  maxSize: MEMORY_BYTES,
  sizeCalculation: ({ body }) => body.byteLength + 2_048,
});
/** When each name was last purged. */
const purges = new Map<string, number>();
/** Pages that are being made, so that each is made once at a time. */
let flights = new Map<string, Promise<Entry>>();
let syncedAt = 0;

/**
 * Our own cache, on the Cache API of one place, with what is hot kept in the isolate's memory. A purge holds at once in
 * its own isolate, within a second in the others of its place, and elsewhere a page's freshness is the limit.
 */
function cacheApi(ctx: Context, reader: Reader, origin: string): PageCache {
  return {
    async fetch(address, requestId) {
      await learnPurges(origin);
      const kept = await findEntry(address);
      const age = kept ? Date.now() - kept.madeAt : Number.POSITIVE_INFINITY;
      if (kept && age < kept.freshFor) return { response: respond(kept), outcome: "hit" };
      const making = makeOnce(address, ctx, reader, requestId);
      if (kept && age < kept.freshFor + kept.staleFor) return { response: respond(kept), outcome: "stale" };
      return { response: respond(await making), outcome: "miss" };
    },
    async purge(tags) {
      const now = Date.now();
      for (const tag of tags) purges.set(tag, now);
      // What is being made may have been read before the change: whoever comes now does not join it.
      flights = new Map();
      await tellPurges(origin);
    },
  };
}

const store = () => caches.open("reader-pages");

/** The newest entry that nothing has purged: of this isolate, unless another of the place may have a newer one. */
async function findEntry(address: string): Promise<Entry | null> {
  const own = memory.get(address);
  const isOwnGood = own !== undefined && !isPurged(own);
  if (isOwnGood && Date.now() - own.madeAt < own.freshFor) return own;
  const found = await (await store()).match(address);
  const other = found && (await unpack(found));
  if (!other || isPurged(other) || (isOwnGood && own.madeAt >= other.madeAt)) return isOwnGood ? own : null;
  memory.set(address, other);
  return other;
}

function isPurged({ tags, madeAt }: Entry): boolean {
  return tags.some((tag) => (purges.get(tag) ?? 0) >= madeAt);
}

function makeOnce(address: string, ctx: Context, reader: Reader, requestId?: string): Promise<Entry> {
  const started = flights.get(address);
  if (started) return started;
  const ours = flights;
  const making = make(address, ctx, reader, requestId).finally(() => ours.delete(address));
  ours.set(address, making);
  // Others may be waiting for it when the request that began it has gone.
  ctx.waitUntil(making.catch(() => {}));
  return making;
}

async function make(address: string, ctx: Context, reader: Reader, requestId?: string): Promise<Entry> {
  const madeAt = Date.now();
  const response = await reader.fetch(asked(address, requestId));
  const directives = response.headers.get("Cache-Control") ?? "";
  const seconds = (name: string) => Number(new RegExp(`${name}=(\\d+)`).exec(directives)?.[1] ?? 0);
  const entry: Entry = {
    status: response.status,
    headers: [...response.headers],
    body: new Uint8Array(await response.arrayBuffer()),
    tags: (response.headers.get("Cache-Tag") ?? "").split(",").filter(Boolean),
    madeAt,
    freshFor: seconds("max-age") * 1000,
    staleFor: seconds("stale-while-revalidate") * 1000,
  };
  const isKept =
    directives.startsWith("public") && entry.tags.length > 0 && !response.headers.has("Set-Cookie");
  if (isKept) {
    memory.set(address, entry);
    ctx.waitUntil(store().then((cache) => cache.put(address, pack(entry))));
  }
  return entry;
}

function respond({ status, headers, body, madeAt }: Entry): Response {
  const response = new Response(body, { status, headers });
  response.headers.set("Age", String(Math.max(0, Math.floor((Date.now() - madeAt) / 1000))));
  return response;
}

/** An entry as the Cache API takes it. What decides about serving it is ours, and travels in a header of its own. */
function pack({ status, headers, body, ...facts }: Entry): Response {
  const packed = new Response(body, { status, headers });
  packed.headers.set("Kept", JSON.stringify(facts));
  packed.headers.set("Cache-Control", `max-age=${Math.ceil((facts.freshFor + facts.staleFor) / 1000)}`);
  packed.headers.set("Kept-Cache-Control", new Headers(headers).get("Cache-Control") ?? "");
  return packed;
}

async function unpack(packed: Response): Promise<Entry> {
  const headers = new Headers(packed.headers);
  const facts = JSON.parse(headers.get("Kept") ?? "{}");
  headers.set("Cache-Control", headers.get("Kept-Cache-Control") ?? "");
  const added = ["Kept", "Kept-Cache-Control", "Age", "Cf-Cache-Status", "Content-Length", "Date"];
  for (const name of added) headers.delete(name);
  return {
    status: packed.status,
    headers: [...headers],
    body: new Uint8Array(await packed.arrayBuffer()),
    ...facts,
  };
}

/** Takes over what other isolates of this place have purged. Asked about once a second, whatever is read. */
async function learnPurges(origin: string): Promise<void> {
  if (Date.now() - syncedAt < SYNC_MS) return;
  syncedAt = Date.now();
  const found = await (await store()).match(purgesAddress(origin));
  const known = found ? ((await found.json()) as [tag: string, at: number][]) : [];
  for (const [tag, at] of known) purges.set(tag, Math.max(at, purges.get(tag) ?? 0));
}

/** Two isolates may overwrite each other's news; the next to tell tells all that it knows. */
async function tellPurges(origin: string): Promise<void> {
  syncedAt = 0;
  await learnPurges(origin);
  const oldest = Date.now() - REMEMBER_MS;
  for (const [tag, at] of purges) if (at < oldest) purges.delete(tag);
  const headers = { "Cache-Control": `max-age=${REMEMBER_MS / 1000}` };
  await (await store()).put(purgesAddress(origin), Response.json([...purges], { headers }));
}

function purgesAddress(origin: string): string {
  return `${origin}/.purges`;
}
