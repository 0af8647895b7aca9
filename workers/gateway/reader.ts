import { readerAddress } from "#app/public-pages.ts";
import type { Call } from "../env.ts";
import type { KeptOutcome } from "../observe.ts";
import { askEdge, SHOWN, shownBy } from "../snapshots/edge.ts";

/** What everyone who is signed out gets: kept where it is, and made where it is not. */
export async function answerReader(request: Request, call: Call): Promise<Response> {
  const { env, ctx, watched } = call;
  watched.side = "reader";
  const { requestId } = watched;
  const address = readerAddress(new URL(request.url));
  const { response, outcome } = await askEdge(env, ctx, { kind: "page", address, requestId });
  if (response.status === 503) return answerCopy(request, address, call, response);
  watched.cache = outcome;
  return forBrowser(request, response, outcome);
}

/** The page as it was before the outage, or, where there is no copy, the answer that there is none. */
async function answerCopy(
  request: Request,
  address: string,
  { env, ctx, watched }: Call,
  unavailable: Response,
): Promise<Response> {
  const { requestId } = watched;
  const { response, outcome } = await askEdge(env, ctx, { kind: "copy", address, requestId });
  if (response.status === 503) return forBrowser(request, unavailable, "none");
  watched.cache = "last-good";
  const copy = forBrowser(request, response, outcome);
  const shown = shownBy(response);
  if (shown) copy.headers.set("Age", ageOf(shown.madeAt));
  return copy;
}

/**
 * A kept page as a browser gets it: to be asked about each time, since nothing could drop the browser's own copy; 304
 * where it has that copy; without a body for HEAD.
 */
function forBrowser(request: Request, response: Response, outcome: KeptOutcome): Response {
  const headers = new Headers(response.headers);
  const isKept = headers.has(SHOWN);
  for (const name of ["Cache-Tag", "Cf-Cache-Status", SHOWN]) headers.delete(name);
  if (isKept) {
    headers.set("Cache-Control", "public, max-age=0, must-revalidate");
    headers.set("Vary", "Cookie");
    headers.set("Cache-Status", CACHE_STATUS[outcome]);
  }
  const tag = headers.get("ETag");
  const { status } = response;
  const isSame = status === 200 && tag !== null && isNamedIn(request.headers.get("If-None-Match"), tag);
  if (isSame) {
    headers.delete("Content-Type");
    return new Response(null, { status: 304, headers });
  }
  return new Response(request.method === "HEAD" ? null : response.body, { status, headers });
}

/** The `Age` of what was made at this time (milliseconds since 1970), in seconds. */
export function ageOf(madeAt: number): string {
  return String(Math.max(0, Math.floor((Date.now() - madeAt) / 1000)));
}

/** RFC 9211. */
const CACHE_STATUS: Record<KeptOutcome, string> = {
  hit: "edgewise; hit",
  stale: "edgewise; hit; detail=stale",
  miss: "edgewise; fwd=miss; stored",
  none: "edgewise; fwd=bypass",
};

/** `If-None-Match` is a list, and compares weakly (RFC 9110, 13.1.2). */
function isNamedIn(list: string | null, tag: string): boolean {
  if (list === null) return false;
  const opaque = (value: string) => value.trim().replace(/^W\//, "");
  return list.trim() === "*" || list.split(",").some((each) => opaque(each) === opaque(tag));
}
