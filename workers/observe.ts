import { log } from "#app/log.ts";
import { REQUEST_ID } from "./requests.ts";

/** Who answered: a page for everyone, a page of one person, or the gateway itself (a redirect to the forum's origin). */
export type Side = "reader" | "member" | "webhook" | "health" | "gateway";

/** Where an answer came from: kept and fresh, kept and being renewed, made just now; `none` where nothing is kept. */
export type KeptOutcome = "hit" | "stale" | "miss" | "none";

/** Where a page for readers came from; "last-good" for a copy that is shown because the database is away. */
export type CacheOutcome = KeptOutcome | "last-good";

/** Statements sent, and the milliseconds spent waiting for them. */
export type Usage = { readonly statements: number; readonly milliseconds: number };

/** What is found out about a request on its way, to be filled in by whoever answers it. */
export type Watched = {
  readonly requestId: string;
  side: Side;
  cache: CacheOutcome;
  /** The pattern of the address, such as `/t/:number/:slug?`; a page brings its own (`notePage`). */
  route: string;
  usage: Usage;
};

/** What is logged of a request that was answered. Nothing of whoever asked, and nothing that they typed. */
export type RequestFacts = Omit<Watched, "usage"> & {
  method: string;
  status: number;
  statements: number;
  databaseMs: number;
  /** Until the headers were ready. In production the clock stands still while code runs: this is time spent waiting. */
  totalMs: number;
  /** Null where the length of the answer is not known before it is sent. */
  bytes: number | null;
  /** The deployed version of the Worker, or null where the platform tells none. */
  version: string | null;
};

/** What of the Worker's configuration has a part in this. */
type Recorder = { LOG_REQUESTS: number; REQUESTS?: Dataset; VERSION?: { id: string } };

type Dataset = { writeDataPoint(point: { indexes?: string[]; blobs?: string[]; doubles: number[] }): void };

/** What the page's own side of the Worker knows of it, and the gateway does not. */
type PageFacts = { route: string; usage: Usage; isStaff: boolean };

/** Carries `PageFacts` from the page to the gateway, and with a cached page; it never leaves the Worker. */
const PAGE_FACTS = "Edgewise-Page-Facts";

/** Notes what the gateway is to log of a page. */
export function notePage(headers: Headers, { route, usage, isStaff }: PageFacts): void {
  const { statements, milliseconds } = usage;
  headers.set(PAGE_FACTS, JSON.stringify({ route, usage: { statements, milliseconds }, isStaff }));
}

/**
 * Answers a request, names the answer (`X-Request-Id`) and records it: one line in the log and one data point, also
 * for a request whose answer failed. Members of staff get `Server-Timing`. Headers are put on the answer itself.
 */
export async function observe(
  request: Request,
  env: Recorder | null,
  answer: (watched: Watched) => Promise<Response>,
): Promise<Response> {
  const started = performance.now();
  const requestId = crypto.randomUUID();
  const watched: Watched = { requestId, side: "gateway", cache: "none", route: "/*", usage: NO_USAGE };
  let response: Response | null = null;
  const facts = (): RequestFacts => {
    const { usage, ...known } = watched;
    const length = response?.headers.get("Content-Length") ?? null;
    return {
      ...known,
      method: request.method,
      // What an answer that throws becomes.
      status: response?.status ?? 500,
      statements: usage.statements,
      databaseMs: rounded(usage.milliseconds),
      totalMs: rounded(performance.now() - started),
      bytes: length === null ? null : Number(length),
      version: env?.VERSION?.id ?? null,
    };
  };
  try {
    response = await answer(watched);
    const { headers } = response;
    const page = pageFactsOf(headers);
    if (page) {
      headers.delete(PAGE_FACTS);
      watched.route = page.route;
      // A copy tells what it cost when it was made.
      if (watched.cache === "none" || watched.cache === "miss") watched.usage = page.usage;
    }
    headers.set(REQUEST_ID, requestId);
    if (page?.isStaff) headers.set("Server-Timing", serverTiming(facts()));
    return response;
  } finally {
    record(facts(), env);
  }
}

const NO_USAGE: Usage = { statements: 0, milliseconds: 0 };

/** What a part of a page cost, as `notePage` noted it; nothing where it was kept. */
export function usageOf(headers: Headers): Usage {
  return pageFactsOf(headers)?.usage ?? NO_USAGE;
}

function pageFactsOf(headers: Headers): PageFacts | null {
  return JSON.parse(headers.get(PAGE_FACTS) ?? "null");
}

/** W3C Server Timing: the browser's developer tools show it beside the request. */
function serverTiming({ databaseMs, statements, cache, totalMs }: RequestFacts): string {
  return `db;dur=${databaseMs};desc="statements: ${statements}", cache;desc="${cache}", total;dur=${totalMs}`;
}

function rounded(milliseconds: number): number {
  return Math.round(milliseconds * 10) / 10;
}

/**
 * Records a request as one data point and one line in the log: failures always, of the rest the share that LOG_REQUESTS
 * names. Each point says for how many requests it stands. docs/operating.md says what stands where, and how to ask for it.
 */
export function record(facts: RequestFacts, env: Recorder | null): void {
  const { method, route, side, cache, status, statements, databaseMs, totalMs, bytes, version } = facts;
  const isFailure = status >= 500;
  const share = isFailure ? 1 : (env?.LOG_REQUESTS ?? 1);
  if (Math.random() >= share) return;
  env?.REQUESTS?.writeDataPoint({
    indexes: [route],
    blobs: [method, side, cache, String(status), version ?? ""],
    doubles: [totalMs, databaseMs, statements, bytes ?? 0, 1 / share],
  });
  log({ level: isFailure ? "error" : "info", event: "request", ...facts });
}

/** Purges later than this are an alarm: a minute is what readers wait for a score (milliseconds). */
const LATE_MS = 60_000;

/** How many names should have been dropped by now, and for how long (milliseconds) the oldest has been waiting. */
export type Lateness = { names: number; milliseconds: number };

/** Records how late purges are: one data point, and a line in the log where any is late. */
export function recordLateness({ names, milliseconds }: Lateness, env: { PURGES?: Dataset }): void {
  env.PURGES?.writeDataPoint({ doubles: [milliseconds, names] });
  if (names === 0) return;
  log({ level: milliseconds > LATE_MS ? "warning" : "info", event: "purges", names, milliseconds });
}
