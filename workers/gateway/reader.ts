import { readerAddress } from "#app/public-pages.ts";
import type { Call } from "../env.ts";
import type { KeptOutcome } from "../observe.ts";
import { type Answer, askEdge, SHOWN, shownBy } from "../snapshots/edge.ts";

/**
 * What everyone who is signed out gets: kept where it is, and made where it is not. While the database is away, the page as
 * it was before, or, where there is no copy, the answer that there is none.
 */
export async function answerReader(
  request: Request,
  url: URL,
  { env, ctx, watched }: Call,
): Promise<Response> {
  watched.side = "reader";
  const { requestId } = watched;
  const address = readerAddress(url);
  const page = await askEdge(env, ctx, { kind: "page", address, requestId });
  if (page.response.status !== 503) {
    watched.cache = page.outcome;
    return forBrowser(request, page);
  }
  const copy = await askEdge(env, ctx, { kind: "copy", address, requestId });
  const shown = shownBy(copy.response);
  if (copy.response.status === 503 || !shown) return forBrowser(request, page);
  watched.cache = "last-good";
  const response = forBrowser(request, copy);
  response.headers.set("Age", ageOf(shown.madeAt));
  return response;
}

/**
 * A kept page as a browser gets it: to be asked about each time, since nothing could drop the browser's own copy; 304
 * where it has that copy; without a body for HEAD.
 */
export function forBrowser(request: Request, { response: kept, outcome }: Answer): Response {
  const tag = kept.headers.get("ETag");
  const isSame = kept.status === 200 && tag !== null && isNamedIn(request.headers.get("If-None-Match"), tag);
  const body = isSame || request.method === "HEAD" ? null : kept.body;
  const response = new Response(body, { status: isSame ? 304 : kept.status, headers: kept.headers });
  const { headers } = response;
  if (headers.has(SHOWN)) {
    headers.set("Cache-Control", "public, max-age=0, must-revalidate");
    headers.set("Vary", "Cookie");
    headers.set("Cache-Status", CACHE_STATUS[outcome]);
  }
  for (const name of ["Cache-Tag", "Cf-Cache-Status", SHOWN]) headers.delete(name);
  if (isSame) headers.delete("Content-Type");
  return response;
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
