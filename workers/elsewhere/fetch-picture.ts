import { publicAddress } from "#app/domain/elsewhere.ts";
import { PICTURE_BYTES_MAX } from "#app/domain/picture.ts";
import { type PictureFile, readPicture } from "#app/domain/picture-file.ts";
import { readBytes } from "../requests.ts";

/** Why there is no picture: what is there is none, its host has trouble, or its host says nothing at all. */
export type NoPicture = "none" | "trouble" | "silence";

/** Asks for a picture elsewhere. */
export type Network = { fetch(request: Request): Promise<Response> };

/** A host that has not begun to answer after this long is away, in milliseconds; */
const HEADERS_MS = 5_000;
/** and so is one whose picture is not whole after this long, redirects included. */
const WHOLE_MS = 10_000;

/** How often a host may send on to another address. */
const REDIRECTS_MAX = 3;

/**
 * The picture at a public address, without what nobody sees in it. Nothing of whoever looks at it goes along. Each
 * address that a host sends on to must be public as well, and another than the forum's own; what comes must be a picture
 * by its content, whatever its headers say, and no larger than an upload may be.
 */
export async function fetchPicture(
  address: string,
  { network, origin }: { network: Network; origin: string },
): Promise<PictureFile | NoPicture> {
  const deadline = new AbortController();
  const whole = setTimeout(() => deadline.abort(), WHOLE_MS);
  try {
    const response = await follow(address, { network, origin, signal: deadline.signal });
    return typeof response === "string" ? response : await readAnswer(response);
  } catch {
    return "trouble";
  } finally {
    clearTimeout(whole);
    // Whatever is still coming is not wanted.
    deadline.abort();
  }
}

const REDIRECTS = [301, 302, 303, 307, 308];

type Asking = { network: Network; origin: string; signal: AbortSignal };

/** The answer at the end of the redirects; none where one leads where the forum does not go, or there are too many. */
async function follow(first: string, asking: Asking): Promise<Response | NoPicture> {
  let next: string | null = first;
  for (let redirects = 0; redirects <= REDIRECTS_MAX; redirects += 1) {
    const url: URL | null = next === null ? null : publicAddress(next);
    if (!url || url.origin === asking.origin) return "none";
    // Where a host sends on to one that says nothing, it is not that host's silence.
    const why = redirects === 0 ? "silence" : "trouble";
    const response: Response | NoPicture = await ask(url, asking).catch((): NoPicture => why);
    if (typeof response === "string") return response;
    if (!REDIRECTS.includes(response.status)) return response;
    await response.body?.cancel();
    const location = response.headers.get("Location");
    next = location && (URL.parse(location, url)?.href ?? null);
  }
  return "none";
}

async function ask(url: URL, { network, origin, signal }: Asking): Promise<Response> {
  const silence = new AbortController();
  const timer = setTimeout(() => silence.abort(), HEADERS_MS);
  try {
    return await network.fetch(
      new Request(url, {
        headers: {
          Accept: "image/avif, image/webp, image/png, image/jpeg, image/gif",
          "User-Agent": `Edgewise (pictures for ${origin})`,
        },
        redirect: "manual",
        signal: AbortSignal.any([signal, silence.signal]),
      }),
    );
  } finally {
    clearTimeout(timer);
  }
}

async function readAnswer(response: Response): Promise<PictureFile | NoPicture> {
  if (response.status !== 200) {
    await response.body?.cancel();
    return response.status >= 500 || response.status === 429 ? "trouble" : "none";
  }
  const bytes = await readBytes(response, PICTURE_BYTES_MAX);
  if (!bytes) return "none";
  const picture = readPicture(bytes);
  return picture.ok ? picture.file : "none";
}
