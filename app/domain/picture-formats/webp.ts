import { Damaged, joined, Reader, type Stripped } from "./bytes.ts";

type Size = { width: number; height: number };
type Chunk = { type: string; from: number; to: number };

const HEAD_LENGTH = 12;

/** Flags of the extended header (RFC 9649, 2.7). Exif and XMP are not among what is kept. */
const HAS_PROFILE = 0x20;
const HAS_ALPHA = 0x10;
const HAS_ANIMATION = 0x02;

/** A WebP with its pictures, its frames and its colour profile. Exif, XMP and all that is unknown are gone. */
export function stripWebp(bytes: Uint8Array<ArrayBuffer>): Stripped {
  const reader = new Reader(bytes);
  const end = 8 + reader.u32(4, true);
  const chunks = chunksOf(reader, HEAD_LENGTH, end);
  const [first] = chunks;
  if (!first) throw new Damaged();
  if (first.type !== "VP8X") {
    const size = sizeOfData(reader, first);
    return { ...still(size), bytes: riff([whole(reader, first)]) };
  }
  const canvas = {
    width: reader.u24(first.from + 4, true) + 1,
    height: reader.u24(first.from + 7, true) + 1,
  };
  const flags = reader.u8(first.from);
  const isAnimated = (flags & HAS_ANIMATION) !== 0;
  const rest = chunks.slice(1);
  const profile = rest.filter(({ type }) => type === "ICCP").slice(0, 1);
  const head = reader.part(first.from, first.from + 10).slice();
  head[0] = (flags & (HAS_ALPHA | HAS_ANIMATION)) | (profile.length > 0 ? HAS_PROFILE : 0);
  const parts = [chunk("VP8X", head), ...profile.map((each) => whole(reader, each))];
  if (!isAnimated) {
    parts.push(...dataOf(reader, rest, canvas));
    return { ...still(canvas), bytes: riff(parts) };
  }
  let pixels = 0;
  for (const each of rest) {
    if (each.type === "ANIM") parts.push(whole(reader, each));
    if (each.type !== "ANMF") continue;
    const frame = frameOf(reader, each, canvas);
    pixels += frame.pixels;
    parts.push(frame.chunk);
  }
  if (pixels === 0) throw new Damaged();
  const all = { ...still(canvas), pixels: Math.max(pixels, canvas.width * canvas.height) };
  return { ...all, isAnimated: true, bytes: riff(parts) };
}

function still({ width, height }: Size) {
  return { width, height, pixels: width * height, isAnimated: false, orientation: 1 };
}

/** The chunks between two places; a place that is no multiple of two is filled up. */
function chunksOf(reader: Reader, from: number, end: number): Chunk[] {
  const chunks: Chunk[] = [];
  let at = from;
  while (at + 8 <= end) {
    const to = at + 8 + reader.u32(at + 4, true);
    // Cut off, or longer than what it stands in.
    if (to > end || to > reader.length) throw new Damaged();
    chunks.push({ type: reader.text(at, 4), from: at + 8, to });
    at = to + (to % 2);
  }
  return chunks;
}

/** The picture's data out of these chunks, with its transparency; it must be as large as said. */
function dataOf(reader: Reader, chunks: Chunk[], size: Size): Uint8Array[] {
  const data = chunks.find(({ type }) => type === "VP8 " || type === "VP8L");
  if (!data) throw new Damaged();
  const own = sizeOfData(reader, data);
  if (own.width !== size.width || own.height !== size.height) throw new Damaged();
  const alpha = data.type === "VP8 " ? chunks.filter(({ type }) => type === "ALPH").slice(0, 1) : [];
  return [...alpha, data].map((each) => whole(reader, each));
}

/** How large the data itself says that it is (RFC 6386, 9.1; RFC 9649, 3.4). */
function sizeOfData(reader: Reader, { type, from }: Chunk): Size {
  if (type === "VP8 ") {
    if (reader.u24(from + 3) !== 0x9d012a) throw new Damaged();
    const size = {
      width: reader.u16(from + 6, true) & 0x3fff,
      height: reader.u16(from + 8, true) & 0x3fff,
    };
    if (size.width === 0 || size.height === 0) throw new Damaged();
    return size;
  }
  if (type !== "VP8L" || reader.u8(from) !== 0x2f) throw new Damaged();
  const bits = reader.u32(from + 1, true);
  return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
}

/** A frame of an animation, which must lie within the picture, with its data alone. */
function frameOf(reader: Reader, { from, to }: Chunk, canvas: Size): { chunk: Uint8Array; pixels: number } {
  const [x, y] = [reader.u24(from, true) * 2, reader.u24(from + 3, true) * 2];
  const size = { width: reader.u24(from + 6, true) + 1, height: reader.u24(from + 9, true) + 1 };
  if (x + size.width > canvas.width || y + size.height > canvas.height) throw new Damaged();
  const data = dataOf(reader, chunksOf(reader, from + 16, to), size);
  return {
    chunk: chunk("ANMF", joined([reader.part(from, from + 16), ...data])),
    pixels: size.width * size.height,
  };
}

function whole(reader: Reader, { type, from, to }: Chunk): Uint8Array {
  return chunk(type, reader.part(from, to));
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const padding = new Uint8Array(data.length % 2);
  return joined([named(type, data.length), data, padding]);
}

function riff(parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const body = joined([Uint8Array.from("WEBP", (character) => character.charCodeAt(0)), ...parts]);
  return joined([named("RIFF", body.length), body]);
}

function named(type: string, length: number): Uint8Array {
  const head = new Uint8Array(8);
  head.set(Uint8Array.from(type, (character) => character.charCodeAt(0)));
  new DataView(head.buffer).setUint32(4, length, true);
  return head;
}
