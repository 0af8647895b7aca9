import type { Message } from "#app/messages/catalogue.ts";
import { PICTURE_BYTES_MAX, type PictureKind } from "./picture.ts";
import { stripAvif } from "./picture-formats/avif.ts";
import { Damaged, type Stripped } from "./picture-formats/bytes.ts";
import { stripGif } from "./picture-formats/gif.ts";
import { stripJpeg } from "./picture-formats/jpeg.ts";
import { stripPng } from "./picture-formats/png.ts";
import { stripWebp } from "./picture-formats/webp.ts";

/** Pixels of one picture. A telephone's full resolution is 12 to 50 million; Cloudflare's Images take 100 million. */
export const PICTURE_PIXELS_MAX = 40_000_000;

/** Pixels on one side: what WebP can say (RFC 9649), and what graphics hardware takes as one texture. */
export const PICTURE_SIDE_MAX = 16_383;

/** Pixels of all frames of an animation: 500 frames of 800 by 600, each of which a reader's browser must draw. */
export const ANIMATION_PIXELS_MAX = 250_000_000;

/** A picture that the forum takes, without what nobody sees in it. */
export type PictureFile = Stripped & { kind: PictureKind };

export type ReadPicture = { ok: true; file: PictureFile } | { ok: false; problem: Message };

/**
 * What an uploaded file is, by its content alone, and its bytes without metadata: no Exif but the orientation, no place,
 * no comment, nothing after its end. Nothing is decoded, so that a file of a few bytes that says it is huge costs nothing.
 */
export function readPicture(bytes: Uint8Array<ArrayBuffer>): ReadPicture {
  const problem = (message: Message): ReadPicture => ({ ok: false, problem: message });
  if (bytes.length === 0) return problem("problem.emptyPicture");
  if (bytes.length > PICTURE_BYTES_MAX) return problem(LARGE_PICTURE);
  const kind = kindOf(bytes);
  if (kind === null) return problem(isSvg(bytes) ? "problem.svgPicture" : "problem.unknownPicture");
  try {
    const stripped = STRIP[kind](bytes);
    if (isTooLarge(stripped)) return problem(MANY_PIXELS);
    if (stripped.pixels > ANIMATION_PIXELS_MAX) return problem("problem.longAnimation");
    return { ok: true, file: { ...stripped, kind } };
  } catch (error) {
    if (error instanceof Damaged) return problem("problem.damagedPicture");
    throw error;
  }
}

/** What is said of a file that weighs too much. */
export const LARGE_PICTURE: Message = ["problem.largePicture", { max: PICTURE_BYTES_MAX / 1024 / 1024 }];

const MANY_PIXELS: Message = [
  "problem.manyPixels",
  { max: PICTURE_PIXELS_MAX / 1_000_000, side: PICTURE_SIDE_MAX },
];

const STRIP: Record<PictureKind, (bytes: Uint8Array<ArrayBuffer>) => Stripped> = {
  gif: stripGif,
  png: stripPng,
  jpg: stripJpeg,
  webp: stripWebp,
  avif: stripAvif,
};

function isTooLarge({ width, height, pixels, isAnimated }: Stripped): boolean {
  const ofOne = isAnimated ? width * height : pixels;
  return Math.max(width, height) > PICTURE_SIDE_MAX || ofOne > PICTURE_PIXELS_MAX;
}

/** What a file begins with (WHATWG MIME Sniffing, 6.1; AVIF 1.1, 6). */
function kindOf(bytes: Uint8Array): PictureKind | null {
  const start = latin1(bytes.subarray(0, 64));
  if (start.startsWith("\x89PNG\r\n\x1a\n")) return "png";
  if (start.startsWith("\xff\xd8\xff")) return "jpg";
  if (/^GIF8[79]a/.test(start)) return "gif";
  if (start.startsWith("RIFF") && start.startsWith("WEBP", 8)) return "webp";
  if (start.startsWith("ftyp", 4) && /avi[fs]/.test(brandsOf(bytes, start))) return "avif";
  return null;
}

/** The brands that the first box of an ISO file names. */
function brandsOf(bytes: Uint8Array, start: string): string {
  const length = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(0);
  return start.slice(8, length);
}

function isSvg(bytes: Uint8Array): boolean {
  return /<svg[\s/>]/i.test(latin1(bytes.subarray(0, 4096)).replaceAll("\0", ""));
}

function latin1(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}
