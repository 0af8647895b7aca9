/**
 * Stands in for Cloudflare's Workers Caching on one machine: a Worker before an entrypoint of the forum, which does what
 * developers.cloudflare.com/workers/cache documents and no more. Each rule below names the page of that documentation
 * which says it. Nothing of this is deployed: local/cloudflare/cache.ts loads it.
 *
 * Left out, since the forum asks for none of it: tiers (one machine is one place), slices of a body for `Range`, custom
 * keys and directives of the caller (`cf.cacheKey`, `cf.cacheControl`), `ctx.props` and the Worker's version in the key,
 * `private="set-cookie"`, Cache Deception Armor and the limit of 512 MB. An answer that is to be kept is sent on when it
 * is whole; Cloudflare streams it.
 */
import { WorkerEntrypoint } from "cloudflare:workers";

/** A Worker's answer as it is kept. Plain data only: one request may not wait on another's sockets. */
type Entry = {
  status: number;
  /** With `Cf-Cache-Status: HIT` and the `Age` of `age`: a hit sets nothing. */
  headers: Headers;
  body: Uint8Array<ArrayBuffer> | null;
  age: number;
  /** In milliseconds since 1970. */
  madeAt: number;
  /** Which making brought it: a later one has a greater number. */
  making: number;
  tags: string[];
  bytes: number;
} & Lifetime;

/** How long an answer may be served, in milliseconds since it was made. */
type Lifetime = {
  freshFor: number;
  /** While a new one is made in the background. */
  staleFor: number;
  /** While the Worker fails. */
  failingFor: number;
};

/** What is kept for one key: an entry for each set of values of the headers that the answer varies by. */
type Kept = { vary: string[]; variants: Map<string, Entry>; bytes: number };

/** An answer that is being made, and what was purged meanwhile. */
type Making = { number: number; path: string; purges: Purge[] };

/** What a making came to: what others may have too, or an answer for its own request alone. */
type Shared = { entry: Entry; status: CacheStatus };
type Made = Shared | { response: Response; status: CacheStatus };

/** Who waits for an answer that another request makes, each by a promise of its own request. */
type Flight = { waiting: ((shared: Shared | null) => void)[] };

type CacheStatus = "HIT" | "MISS" | "EXPIRED" | "REVALIDATED" | "UPDATING" | "STALE" | "BYPASS" | "DYNAMIC";

type Purge = { tags?: string[]; pathPrefixes?: string[]; purgeEverything?: boolean };
type PurgeResult = { success: boolean; errors: { code: number; message: string }[] };

/** The least recently used goes first (an isolate of workerd on this machine has no limit of its own). */
const MEMORY_BYTES = 256 * 1024 * 1024;

/** The plan's limits on purges are the free one's, whatever the plan (limitations, "Purge rate limits"). */
const PURGE_BURST = 25;
const PURGE_EVERY_MS = 12_000;
const OPERATIONS_MAX = 100;

/** configuration, "`Cache-Tag`". */
const TAGS_MAX = 1_000;
const TAG = /^[\x21-\x7e]{1,1024}$/;

/** Whoever has waited so long for another's answer asks for an answer of their own (what makes it ends after 30 s). */
const WAIT_MS = 20_000;

/** How many seconds an answer is fresh that says nothing about it (configuration, "Cache-Control semantics"). */
const HEURISTIC_SECONDS: Record<number, number> = {
  200: 7_200,
  203: 7_200,
  204: 7_200,
  300: 1_200,
  301: 1_200,
  404: 180,
  405: 60,
  410: 180,
  414: 60,
  501: 60,
};

/** Headers that are part of the key, against poisoning (cache-keys, "What goes into the cache key"). */
const KEY_HEADERS = [
  "x-http-method-override",
  "x-http-method",
  "x-method-override",
  "x-forwarded-host",
  "x-host",
  "x-forwarded-scheme",
  "x-original-url",
  "x-rewrite-url",
  "forwarded",
  "cloudflare-workers-version-key",
];

/** In the order of use. */
const kept = new Map<string, Kept>();
let keptBytes = 0;
/** What is being made, so that it is made once at a time. A purge empties it: who comes later joins nothing older. */
const flights = new Map<string, Flight>();
const makings = new Set<Making>();
let makingsBegun = 0;
const allowance = { calls: Number.POSITIVE_INFINITY, at: 0 };

export class Cache extends WorkerEntrypoint<{
  /** The entrypoint that this stands before. */
  APP: { fetch(request: Request): Promise<Response> };
  MEMORY_BYTES?: number;
  /** How many purges may come at once. */
  PURGE_BURST?: number;
  /** How often one more may come. */
  PURGE_EVERY_MS?: number;
}> {
  override async fetch(request: Request): Promise<Response> {
    // limitations, "WebSocket upgrades" and "HTTP methods"; debugging: "Everything else is `BYPASS`."
    if (request.headers.get("Upgrade") === "websocket") return this.env.APP.fetch(request);
    if (request.method !== "GET" && request.method !== "HEAD")
      return stamped(await this.env.APP.fetch(request), "BYPASS");
    const key = keyOf(request);
    const found = find(key, request);
    if (!found) return this.#fill(key, request);
    const age = Date.now() - found.madeAt;
    if (age < found.freshFor) return respond(request, found, "HIT");
    if (age < found.staleFor) {
      // configuration, "Use `stale-while-revalidate`": the old one at once, a new one in the background.
      if (!flights.has(key)) this.ctx.waitUntil(this.#share(key, request, found).catch(() => {}));
      return respond(request, found, "UPDATING");
    }
    return this.#fill(key, request, found);
  }

  /**
   * Custom RPC methods bypass the cache (limitations). The documentation gives errors a number, but names none.
   * What Cloudflare does with an answer that was being made while its tag was purged is not written; here nobody who
   * comes later gets it.
   */
  async purge(purge: Purge): Promise<PurgeResult> {
    const operations = (purge.tags?.length ?? 0) + (purge.pathPrefixes?.length ?? 0);
    if (operations === 0 && !purge.purgeEverything) return refused(400, "There is nothing to purge.");
    if (operations > OPERATIONS_MAX) return refused(400, `A call purges at most ${OPERATIONS_MAX} names.`);
    if (!this.#isAllowed()) return refused(429, "The limit of purges is reached.");
    // Tags are compared without case (purge, "Purge by tag").
    const folded = { ...purge, tags: purge.tags?.map((tag) => tag.toLowerCase()) };
    for (const making of makings) making.purges.push(folded);
    flights.clear();
    // Variants share one purge (configuration, "`Vary`").
    for (const [key, { variants }] of kept)
      if ([...variants.values()].some(({ tags }) => isPurged(folded, pathOf(key), tags))) drop(key);
    return { success: true, errors: [] };
  }

  /** A bucket of tokens (cache/how-to/purge-cache, "Token bucket rate limiting"). */
  #isAllowed(): boolean {
    const now = Date.now();
    const earned = (now - allowance.at) / (this.env.PURGE_EVERY_MS ?? PURGE_EVERY_MS);
    const calls = Math.min(this.env.PURGE_BURST ?? PURGE_BURST, allowance.calls + earned);
    Object.assign(allowance, { calls: calls < 1 ? calls : calls - 1, at: now });
    return calls >= 1;
  }

  /** Waits for a new answer, of which one is made at a time for one key (index, "Request collapsing"). */
  async #fill(key: string, request: Request, old?: Entry): Promise<Response> {
    const flight = flights.get(key);
    const landed = flight && (await waitFor(flight));
    if (flights.get(key) === flight) flights.delete(key);
    if (landed) {
      const found = find(key, request);
      // It may be another variant's, or was purged on its way.
      if (!found) return this.#fill(key, request, old);
      return respond(request, found, found === landed.entry ? landed.status : "HIT");
    }
    // "If the Worker's response is uncacheable, each request gets its own invocation."
    const made = await (flight ? this.#make(key, request, old) : this.#share(key, request, old));
    return "entry" in made ? respond(request, made.entry, made.status) : stamped(made.response, made.status);
  }

  /** Makes an answer for which others who ask now wait. */
  #share(key: string, request: Request, old?: Entry): Promise<Made> {
    const making = this.#make(key, request, old);
    const flight: Flight = { waiting: [] };
    flights.set(key, flight);
    const land = (shared: Shared | null) => {
      if (flights.get(key) === flight) flights.delete(key);
      for (const resolve of flight.waiting) resolve(shared);
    };
    // Others wait for it when the request that began it has gone.
    this.ctx.waitUntil(
      making.then(
        (made) => land("entry" in made ? made : null),
        () => land(null),
      ),
    );
    return making;
  }

  async #make(key: string, request: Request, old?: Entry): Promise<Made> {
    const making: Making = { number: ++makingsBegun, path: pathOf(key), purges: [] };
    makings.add(making);
    const madeAt = Date.now();
    try {
      const response = await this.env.APP.fetch(asked(request, old));
      // The Worker failed while renewing (configuration, "Serve stale on error").
      if (response.status >= 500 && mayFail(old)) return { entry: old, status: "STALE" };
      if (response.status === 304 && old) {
        // configuration, "`no-cache` is not a bypass".
        const entry = renewed(old, { madeAt, making: making.number });
        this.#keep(key, request, entry, making);
        return { entry, status: "REVALIDATED" };
      }
      const lifetime = lifetimeOf(request, response);
      // What may not be kept now drops nothing that is: only a purge does.
      if (typeof lifetime === "string") return { response, status: lifetime };
      const entry = await entryOf(response, lifetime, { madeAt, making: making.number });
      this.#keep(key, request, entry, making);
      return { entry, status: old ? "EXPIRED" : "MISS" };
    } catch (error) {
      if (!mayFail(old)) throw error;
      return { entry: old, status: "STALE" };
    } finally {
      makings.delete(making);
    }
  }

  /** Keeps an answer, unless a purge came while it was made or a newer one is there. */
  #keep(key: string, request: Request, entry: Entry, making: Making): void {
    if (making.purges.some((purge) => isPurged(purge, making.path, entry.tags))) return;
    const names = (entry.headers.get("Vary") ?? "").toLowerCase().split(",");
    const vary = names.map((name) => name.trim()).filter(Boolean);
    if (kept.get(key)?.vary.join() !== vary.join()) drop(key);
    const all = kept.get(key) ?? { vary, variants: new Map<string, Entry>(), bytes: 0 };
    const variant = variantOf(vary, request);
    const older = all.variants.get(variant);
    if (older && older.making > entry.making) return;
    const added = entry.bytes - (older?.bytes ?? 0);
    all.variants.set(variant, entry);
    all.bytes += added;
    keptBytes += added;
    kept.delete(key);
    kept.set(key, all);
    for (const oldest of kept.keys()) {
      if (keptBytes <= (this.env.MEMORY_BYTES ?? MEMORY_BYTES)) break;
      drop(oldest);
    }
  }
}

/**
 * Waits for what another request makes; null where that is nothing for others. What a request awaits must be a promise of
 * its own, or it goes on in the other's name, and workerd ends a request that has nothing of its own under way.
 */
async function waitFor(flight: Flight): Promise<Shared | null> {
  const { promise, resolve } = Promise.withResolvers<Shared | null>();
  flight.waiting.push(resolve);
  const timer = setTimeout(resolve, WAIT_MS, null);
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
  }
}

function mayFail(old: Entry | undefined): old is Entry {
  return old !== undefined && Date.now() - old.madeAt < old.failingFor;
}

/** Path and query, never the host; GET and HEAD share an entry (cache-keys, "What goes into the cache key"). */
function keyOf({ url, headers }: Request): string {
  let key = url.slice(url.indexOf("/", url.indexOf("//") + 2));
  for (const name of KEY_HEADERS) {
    const value = headers.get(name);
    if (value === null || (name === "x-forwarded-scheme" && /^https?$/.test(value))) continue;
    key += ` ${name}=${encodeURIComponent(value)}`;
  }
  return key;
}

const pathOf = (key: string) => /^[^? ]*/.exec(key)?.[0] ?? "";

function find(key: string, request: Request): Entry | undefined {
  const found = kept.get(key);
  const entry = found?.variants.get(variantOf(found.vary, request));
  if (!found || !entry) return undefined;
  kept.delete(key);
  kept.set(key, found);
  return entry;
}

/** Values are compared to the letter (configuration, "`Vary`"). */
function variantOf(vary: string[], { headers }: Request): string {
  return vary.length === 0 ? "" : JSON.stringify(vary.map((name) => headers.get(name)));
}

/** A HEAD on a cold cache asks for the whole; a `Range` is taken off (limitations; configuration, "`Range` requests"). */
function asked(request: Request, old?: Entry): Request {
  const headers = new Headers(request.headers);
  for (const name of ["Range", "If-None-Match", "If-Modified-Since"]) headers.delete(name);
  const tag = old?.headers.get("ETag");
  if (tag) headers.set("If-None-Match", tag);
  return new Request(request.url, { headers, redirect: "manual" });
}

/** How long an answer may be served, or why it isn't kept. */
function lifetimeOf(request: Request, { status, headers }: Response): Lifetime | CacheStatus {
  // limitations, "Status codes that are never cached"; debugging: "will see `MISS` on every request".
  if (status === 206 || (status >= 520 && status <= 526)) return "MISS";
  // The most specific header wins (configuration, "Header precedence").
  const text =
    headers.get("Cloudflare-CDN-Cache-Control") ??
    headers.get("CDN-Cache-Control") ??
    headers.get("Cache-Control");
  const said = directivesOf(text ?? "");
  // configuration, "Automatic bypass conditions" and "`Vary`".
  if (said.has("private") || said.has("no-store") || headers.has("Set-Cookie")) return "BYPASS";
  if (headers.get("Vary")?.includes("*")) return "BYPASS";
  const isShared = said.has("public") || said.has("must-revalidate") || said.has("s-maxage");
  if (request.headers.has("Authorization") && !isShared) return "BYPASS";
  const expires = headers.get("Expires");
  const heuristic = HEURISTIC_SECONDS[status];
  const isExplicit = isShared || said.has("max-age") || expires !== null;
  // debugging, "Check the status code".
  if (!isExplicit && heuristic === undefined) return "DYNAMIC";
  const silent = text === null && expires === null ? heuristic : undefined;
  const dated = expires === null ? undefined : (Date.parse(expires) - Date.now()) / 1000 || 0;
  const fresh = said.get("s-maxage") ?? said.get("max-age") ?? dated ?? silent ?? 0;
  const freshFor = said.has("no-cache") ? 0 : Math.max(0, fresh) * 1000;
  // These three forbid serving what is stale (configuration, the cautions to both directives).
  if (said.has("s-maxage") || said.has("must-revalidate") || said.has("proxy-revalidate"))
    return { freshFor, staleFor: 0, failingFor: 0 };
  return {
    freshFor,
    staleFor: freshFor + (said.get("stale-while-revalidate") ?? 0) * 1000,
    // "Cloudflare's default behavior is to serve stale responses on Worker error indefinitely."
    failingFor: freshFor + (said.get("stale-if-error") ?? Number.POSITIVE_INFINITY) * 1000,
  };
}

/** Each directive with its number, or 0. */
function directivesOf(text: string): Map<string, number> {
  const found = text.toLowerCase().matchAll(/([a-z-]+)(?:\s*=\s*"?(\d+))?[^,]*/g);
  return new Map([...found].map(([, name = "", seconds = "0"]) => [name, Number(seconds)]));
}

async function entryOf(
  response: Response,
  lifetime: Lifetime,
  { madeAt, making }: Pick<Entry, "madeAt" | "making">,
): Promise<Entry> {
  const body = new Uint8Array(await response.arrayBuffer());
  const tags = tagsOf(response.headers.get("Cache-Tag") ?? "");
  const headers = withoutOurs(response.headers);
  headers.set("Cf-Cache-Status", "HIT");
  headers.set("Age", "0");
  const bytes = body.byteLength + 2_048;
  const whole = body.byteLength === 0 ? null : body;
  return { status: response.status, headers, body: whole, age: 0, madeAt, making, tags, bytes, ...lifetime };
}

/** An entry of which the Worker said that it is still right. */
function renewed(old: Entry, made: Pick<Entry, "madeAt" | "making">): Entry {
  const headers = new Headers(old.headers);
  headers.set("Age", "0");
  return { ...old, ...made, headers, age: 0 };
}

/** What is no tag is dropped without a word, and so is what comes after the thousandth. */
function tagsOf(header: string): string[] {
  const tags = header.split(",").map((tag) => tag.trim().toLowerCase());
  return tags.filter((tag) => TAG.test(tag)).slice(0, TAGS_MAX);
}

/** Both are Cloudflare's to read, and nobody after it sees them (configuration, "`Cache-Tag`", "Header precedence"). */
function withoutOurs(all: Headers): Headers {
  const headers = new Headers(all);
  headers.delete("Cache-Tag");
  headers.delete("Cloudflare-CDN-Cache-Control");
  return headers;
}

function drop(key: string): void {
  keptBytes -= kept.get(key)?.bytes ?? 0;
  kept.delete(key);
}

function isPurged({ tags, pathPrefixes, purgeEverything }: Purge, path: string, own: string[]): boolean {
  if (purgeEverything || pathPrefixes?.some((prefix) => path.startsWith(prefix))) return true;
  return tags?.some((tag) => own.includes(tag)) ?? false;
}

function refused(code: number, message: string): PurgeResult {
  return { success: false, errors: [{ code, message }] };
}

/** `Age` is there only on what came out of the cache (cache/concepts/cache-responses). */
function respond({ method }: Request, entry: Entry, status: CacheStatus): Response {
  const age = Math.max(0, Math.floor((Date.now() - entry.madeAt) / 1000));
  if (age !== entry.age) {
    entry.age = age;
    entry.headers.set("Age", String(age));
  }
  const body = method === "HEAD" ? null : entry.body;
  const response = new Response(body, { status: entry.status, headers: entry.headers });
  if (status !== "HIT") response.headers.set("Cf-Cache-Status", status);
  if (status === "MISS" || status === "EXPIRED") response.headers.delete("Age");
  return response;
}

/** What was not kept, as it came. */
function stamped({ body, status, headers: all }: Response, cacheStatus: CacheStatus): Response {
  const headers = withoutOurs(all);
  headers.set("Cf-Cache-Status", cacheStatus);
  return new Response(body, { status, headers });
}

export default {};
