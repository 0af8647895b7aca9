import { sha256 } from "#app/domain/hash.ts";
import { readerPageAddress } from "#app/domain/paths.ts";
import type { Page } from "./page.ts";
import type { KeptOutcome } from "./page-cache.ts";

/** How long a kept page may still be served while a new one is made. */
const STALE_SECONDS = 60;

/** A copy from before an outage is made anew as often, so that the outage is over for readers when it is over. */
const COPY_SECONDS = 1;

/** When the copy that a page shows was made, in milliseconds since 1970: on its way to the gateway only. */
const COPY_HEADER = "Edgewise-Copy";

/** Whether an answer of the Reader shows a copy from before an outage. */
export function isCopy(response: Response): boolean {
  return response.headers.has(COPY_HEADER);
}

/**
 * The Reader's answer as caches may keep it: whole, named by what it shows, the same for everyone. What is not such a
 * page (a refusal, an error, something with a cookie) says that it may not be kept.
 */
export async function keepable(
  { response, record }: Page,
  url: URL,
  freshSeconds: number,
): Promise<Response> {
  const copyMadeAt = record.outage?.madeAt;
  if (copyMadeAt) response.headers.set(COPY_HEADER, String(copyMadeAt));
  const isPage = [200, 301, 404].includes(response.status) && record.shown.size > 0;
  const isNamed = readerPageAddress(url) === `${url.pathname}${url.search}`;
  if (!isPage || !isNamed || response.headers.has("Set-Cookie") || freshSeconds === 0) return response;
  const body = await response.arrayBuffer();
  const headers = new Headers(response.headers);
  const tags = [...record.shown].join(",");
  headers.set("Cache-Tag", tags);
  if (copyMadeAt) {
    headers.set("Cache-Control", `public, max-age=${COPY_SECONDS}`);
  } else {
    headers.set("Cache-Control", `public, max-age=${freshSeconds}, stale-while-revalidate=${STALE_SECONDS}`);
    // Weak, since Cloudflare compresses on the way.
    headers.set("ETag", `W/"${(await sha256(body)).slice(0, 16)}"`);
  }
  // One address, one page: it is the gateway that tells readers and members apart.
  headers.delete("Vary");
  return new Response(body, { status: response.status, headers });
}

/**
 * A kept page as a browser gets it: to be asked about each time, since nothing could drop the browser's own copy; 304
 * where it has that copy; without a body for HEAD; with an honest age.
 */
export function forBrowser(request: Request, response: Response, outcome: KeptOutcome): Response {
  const headers = new Headers(response.headers);
  const isKept = headers.has("Cache-Tag");
  const copyMadeAt = headers.get(COPY_HEADER);
  for (const name of ["Cache-Tag", "Cf-Cache-Status", COPY_HEADER]) headers.delete(name);
  if (isKept) {
    headers.set("Cache-Control", "public, max-age=0, must-revalidate");
    headers.set("Vary", "Cookie");
    headers.set("Cache-Status", CACHE_STATUS[outcome]);
  }
  if (copyMadeAt) headers.set("Age", ageOf(Number(copyMadeAt)));
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
