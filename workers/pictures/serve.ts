import { parsePicturePath, picturePath } from "#app/domain/picture.ts";
import { log, reasonOf } from "#app/log.ts";
import type { Env } from "../env.ts";
import { SHOWN } from "../snapshots/edge.ts";
import { keyOf, MEDIA_TYPES, shownBy } from "./objects.ts";

/** An address leads to one content for ever, or to none: that is asked for again soon. */
const KEPT = "public, max-age=31536000, immutable";
const NOT_THERE = "public, max-age=10";

/** The picture at an address, out of R2, as the cache before the Reader may keep it until it is removed. */
export async function readPictureAt(path: string, { PICTURES }: Env): Promise<Response> {
  const picture = parsePicturePath(path);
  if (!picture || !PICTURES) return nothing(404, NOT_THERE);
  const madeAt = Date.now();
  try {
    const object =
      (await PICTURES.get(keyOf(path))) ??
      // Not every picture has a small version.
      (picture.isSmall ? await PICTURES.get(keyOf(picturePath(picture))) : null);
    if (!object) return nothing(404, NOT_THERE);
    const shows = shownBy(picture);
    return new Response(object.body, {
      headers: {
        "Content-Type": MEDIA_TYPES[picture.kind],
        "Content-Length": String(object.size),
        "Cache-Control": KEPT,
        "Cache-Tag": shows.join(","),
        ETag: `"${picture.hash}${picture.isSmall ? "-small" : ""}"`,
        [SHOWN]: JSON.stringify({ shows, madeAt }),
      },
    });
  } catch (error) {
    log({ level: "error", message: "R2 did not answer", reason: reasonOf(error) });
    return nothing(503, "no-store");
  }
}

function nothing(status: number, cacheControl: string): Response {
  return new Response(null, { status, headers: { "Cache-Control": cacheControl } });
}
