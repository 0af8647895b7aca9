import { deflateSync } from "node:zlib";
import sharp from "sharp";
import type { PictureKind } from "#app/domain/picture.ts";

/** Words that stand in a picture's metadata, and in nothing that draws it. */
export const SECRET = "SECRET-PLACE";

const EXIF = {
  IFD0: { Copyright: SECRET, ImageDescription: SECRET, Make: SECRET },
  IFD3: { GPSLatitudeRef: "N", GPSLatitude: "51/1 30/1 3230/100", GPSLongitudeRef: "W" },
};
const XMP = `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/" dc:source="${SECRET}"/></rdf:RDF></x:xmpmeta>`;

type Options = { width?: number; height?: number; seed?: number; orientation?: number; isTold?: boolean };

/** A picture of coloured stripes; with Exif, a place, XMP and a colour profile, unless it is not told. */
export async function makePicture(
  kind: PictureKind,
  { width = 64, height = 48, seed = 1, orientation, isTold = true }: Options = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const pixels = stripes(width, height, seed);
  let image = sharp(pixels, { raw: { width, height, channels: 3 } });
  if (isTold) image = image.withIccProfile("p3").withExif(EXIF).withXmp(XMP);
  if (orientation) image = image.withMetadata({ orientation });
  const format = kind === "jpg" ? "jpeg" : kind;
  return new Uint8Array(await image.toFormat(format).toBuffer());
}

/** An animation of so many frames. */
export async function makeAnimation(kind: "gif" | "webp", frames = 3): Promise<Uint8Array<ArrayBuffer>> {
  const [width, height] = [32, 24];
  const pixels = Buffer.concat(Array.from({ length: frames }, (_, at) => stripes(width, height, at)));
  const image = sharp(pixels, { raw: { width, height: height * frames, channels: 3, pageHeight: height } });
  return new Uint8Array(await image.withExif(EXIF)[kind]({ loop: 3, delay: 40 }).toBuffer());
}

function stripes(width: number, height: number, seed: number): Buffer {
  const pixels = Buffer.alloc(width * height * 3);
  for (let at = 0; at < width * height; at += 1) {
    const [x, y] = [at % width, Math.floor(at / width)];
    pixels.set([(x * 7 + seed * 40) & 255, (y * 5 + seed * 90) & 255, (x + y + seed) & 255], at * 3);
  }
  return pixels;
}

/** A PNG whose header says this size, whatever it holds: a few bytes that would be gigabytes. */
export function makeBomb(width: number, height: number): Uint8Array<ArrayBuffer> {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const data = deflateSync(Buffer.alloc(100_000), { level: 9 });
  return joinBytes("\x89PNG\r\n\x1a\n", pngChunk("IHDR", header), pngChunk("IDAT", data), pngChunk("IEND"));
}

/** A chunk of a PNG, without its right checksum. */
export function pngChunk(type: string, data: Uint8Array = new Uint8Array()): Uint8Array<ArrayBuffer> {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  return joinBytes(length, type, data, new Uint8Array(4));
}

/** Parts one after the other; a text is one byte a character. */
export function joinBytes(...parts: (string | Uint8Array)[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array(
    Buffer.concat(parts.map((part) => (typeof part === "string" ? Buffer.from(part, "latin1") : part))),
  );
}

/** Bytes as text, one character each. */
export function asText(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("latin1");
}
