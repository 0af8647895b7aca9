import type { Fact } from "#app/domain/facts.ts";
import { log } from "#app/log.ts";
import type { Snapshot } from "#app/public-pages.ts";
import type { Env } from "../env.ts";
import type { KeptOutcome } from "../observe.ts";
import { REQUEST_ID } from "../requests.ts";
import { showsWithdrawn, type Waiting } from "./withdrawn.ts";

/** What the Reader is asked for: a page, a page made of the copy from before an outage, a page's rows, or a picture. */
export type Kind = "page" | "copy" | "rows" | "picture";

/** The facts that an answer shows, and when they were read. */
export type Shown = Pick<Snapshot, "shows" | "madeAt">;

/** Carries what an answer shows from the Reader to the gateway, and with a kept answer; it never leaves the Worker. */
export const SHOWN = "Edgewise-Shown";

/** An answer of the Reader, and where it came from. Its headers cannot be changed. */
export type Answer = { response: Response; outcome: KeptOutcome };

/** What an entrypoint of the Worker knows of the others. */
export type Exports = { exports: Cloudflare.Exports };

/** The Reader as it is seen from before it (workers/snapshots/reader.ts). */
type EdgeReader = {
  fetch(request: Request): Promise<Response>;
  /** Drops what is kept and shows one of these facts; no success where Cloudflare refuses to. */
  purge(names: { tags: Fact[] }): Promise<{ success: boolean }>;
};

/**
 * The Reader behind the cache that stands before it: Cloudflare's Workers Caching, or this machine's, which is bound as
 * READER (local/cloudflare/). Where neither is, every page is made anew.
 */
export function edgeReader({ READER }: Pick<Env, "READER">, { exports }: Exports): EdgeReader {
  return (READER ?? exports.Reader) as unknown as EdgeReader;
}

/**
 * An answer of the Reader, kept or made; made anew, past the cache, where it shows what was taken back. The address alone
 * decides; the request's name goes along for the log.
 */
export async function askEdge(
  env: Env,
  ctx: Exports & Waiting,
  { kind, address, requestId }: { kind: Kind; address: string; requestId: string },
): Promise<Answer> {
  // The kind comes first, so that nobody can ask for rows by asking for a page. A redirect is an answer for the browser.
  const request = new Request(`${env.ORIGIN}/${kind}${address}`, {
    redirect: "manual",
    headers: { [REQUEST_ID]: requestId },
  });
  const response = await edgeReader(env, ctx).fetch(request);
  const outcome = outcomeOf(response);
  if (outcome === null) noteNoCache();
  if (showsWithdrawn(() => shownBy(response), ctx))
    return { response: await ctx.exports.Reader.renew(kind, address, requestId), outcome: "none" };
  return { response, outcome: outcome ?? "none" };
}

/** Where an answer came from, by the cache's word; null where no cache stands before the entrypoint. */
export function outcomeOf({ headers }: Response): KeptOutcome | null {
  const status = headers.get("Cf-Cache-Status");
  return status === null ? null : (OUTCOMES[status] ?? "miss");
}

/** What an answer of the Reader shows; null for one that nobody may keep. */
export function shownBy({ headers }: Response): Shown | null {
  return JSON.parse(headers.get(SHOWN) ?? "null");
}

/** Cloudflare's words for where an answer came from ("Cache responses"). Every other one means that it was made just now. */
const OUTCOMES: Record<string, KeptOutcome> = {
  HIT: "hit",
  REVALIDATED: "hit",
  STALE: "stale",
  UPDATING: "stale",
  BYPASS: "none",
  DYNAMIC: "none",
};

let isNoted = false;

function noteNoCache(): void {
  if (isNoted) return;
  isNoted = true;
  log({
    level: "warning",
    message: "No cache stands before the Reader (Workers Caching), so every page is made anew",
  });
}
