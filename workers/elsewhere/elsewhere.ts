import { WorkerEntrypoint } from "cloudflare:workers";
import { LRUCache } from "lru-cache";
import { createReadLimit, waitForPlace } from "#app/db/read-limit.server.ts";
import type { PictureFile } from "#app/domain/picture-file.ts";
import { type Env, parseEnv } from "../env.ts";
import { MEDIA_TYPES } from "../pictures/objects.ts";
import { fetchPicture, type NoPicture } from "./fetch-picture.ts";
import { KEPT_SECONDS, type KeptPicture, keptPictures } from "./kept.ts";

/**
 * How many pictures an isolate fetches at a time: each may take 8 MiB twice while it is read and stripped, of the 128 MiB
 * that an isolate has.
 */
const FETCHED_AT_ONCE = 4;
const fetching = createReadLimit(() => FETCHED_AT_ONCE);

/** Whoever has waited so long for a place comes later, in milliseconds. */
const WAIT_MS = 10_000;

/** For how long what became of an address is remembered, in seconds: a host that is away may be back. */
const REMEMBERED: Record<NoPicture, number> = { none: 60 * 60, trouble: 10 * 60, silence: 10 * 60 };

/** A browser asks again after a minute, so that a page that is left open shows the picture some time. */
const BROWSER_SECONDS = 60;

/** Hosts that did not answer. Their other pictures are not asked for either, or each would wait as long. */
const silent = new LRUCache<string, true>({ max: 1_000, ttl: REMEMBERED.silence * 1000 });

/**
 * Pictures of other hosts. The cache before it (as before the Reader) asks for each once at a time, and keeps what it is told
 * to: a picture for its month, and for a while that there is none. It is asked only for addresses whose signature was right.
 */
export class Elsewhere extends WorkerEntrypoint {
  override async fetch(request: Request): Promise<Response> {
    const env = parseEnv(this.env as object);
    const address = new URL(request.url).searchParams.get("address") ?? "";
    const kept = keptPictures(env.PICTURES);
    const found = (await kept.get(address)) ?? (await fetchOnce(address, env));
    if (found === "busy")
      return new Response(null, { status: 503, headers: { "Cache-Control": "no-store" } });
    if (typeof found === "string") return noPicture(found);
    if (!("kind" in found)) return answer(found);
    // Before it is sent, so that whoever asks at another place finds it. That is once a month.
    await kept.put(address, found);
    const { bytes, kind } = found;
    return answer({ body: bytes, bytes: bytes.length, type: MEDIA_TYPES[kind], freshFor: KEPT_SECONDS });
  }
}

async function fetchOnce(address: string, env: Env): Promise<PictureFile | NoPicture | "busy"> {
  const { host } = new URL(address);
  if (silent.has(host)) return "silence";
  const place = await waitForPlace(fetching, WAIT_MS);
  if (!place) return "busy";
  try {
    // While this one waited, another may have found out.
    if (silent.has(host)) return "silence";
    const network = env.OUTSIDE ?? { fetch: (request: Request) => fetch(request) };
    const found = await fetchPicture(address, { network, origin: env.ORIGIN });
    if (found === "silence") silent.set(host, true);
    return found;
  } finally {
    fetching.leave(place);
  }
}

function answer({ body, bytes, type, freshFor }: KeptPicture): Response {
  // Past its month it is asked for again; whatever comes then is what there is.
  const headers = {
    "Content-Type": type,
    "Content-Length": String(bytes),
    "Cache-Control": `public, max-age=${freshFor}, immutable, stale-if-error=0`,
  };
  return new Response(body, { headers });
}

/** A picture that another host has not is not the forum's failure: 404, whatever the reason. */
function noPicture(why: NoPicture): Response {
  const ages = `public, max-age=${BROWSER_SECONDS}, s-maxage=${REMEMBERED[why]}`;
  return new Response(null, { status: 404, headers: { "Cache-Control": ages } });
}
