import { Damaged, Reader, type Stripped } from "./bytes.ts";

/** A box of an ISO file (ISO/IEC 14496-12): its type, and where its content stands. */
type Box = { type: string; from: number; to: number; head: number };

/** A part of a file that belongs to an item: a place in the file, or in the box `idat`. */
type Extent = { from: number; to: number; isInFile: boolean };

type Size = { width: number; height: number };

/** Items that draw something (AVIF 1.1, 2; HEIF, 6.6.2): coded pictures, and those that are put together of them. */
const DRAWN = new Set(["av01", "grid", "iden", "iovl", "tmap"]);

/** What an item may say of itself that has a part in drawing it. */
const PROPERTIES = new Set(
  "ispe pixi av1C colr irot imir pasp auxC clli mdcv cclv amve reve ndwt a1op a1lx lsel".split(" "),
);

/** Boxes of `meta` that say which items there are, what they are and where. */
const OF_META = new Set("hdlr pitm iloc iinf iprp iref idat grpl".split(" "));

/**
 * An AVIF with nothing but what draws its picture. The places of its data are said from the start of the file, so nothing is
 * taken out: what is not drawn (Exif, XMP, names, a film beside the picture, bytes between items) is filled with zeros.
 */
export function stripAvif(bytes: Uint8Array<ArrayBuffer>): Stripped {
  const written = bytes.slice();
  const reader = new Reader(written);
  const top = boxesOf(reader, 0, reader.length);
  const meta = only(top, "meta");
  const inMeta = boxesOf(reader, meta.from + 4, meta.to);
  const items = itemsOf(reader, only(inMeta, "iinf"));
  const places = placesOf(reader, only(inMeta, "iloc"));
  const properties = only(inMeta, "iprp");
  const size = sizeOfPicture(reader, properties, primaryOf(reader, only(inMeta, "pitm")));

  for (const box of top) if (!["ftyp", "meta", "mdat"].includes(box.type)) blank(written, box);
  for (const box of inMeta) if (!OF_META.has(box.type)) blank(written, box);
  const container = only(boxesOf(reader, properties.from, properties.to), "ipco");
  for (const box of boxesOf(reader, container.from, container.to))
    if (!PROPERTIES.has(box.type)) blank(written, box);
  // After six numbers a handler has a name.
  const handler = only(inMeta, "hdlr");
  written.fill(0, handler.from + 24, handler.to);
  for (const { name } of items.values()) written.fill(0, name.from, name.to);

  const drawn = [...places].flatMap(([id, extents]) => (DRAWN.has(items.get(id)?.type ?? "") ? extents : []));
  for (const box of top) if (box.type === "mdat") blankBetween(written, box, drawn, 0);
  const data = inMeta.find(({ type }) => type === "idat");
  if (data) blankBetween(written, data, drawn, data.from);
  if (!drawn.some(({ from, to }) => to > from)) throw new Damaged();
  return { ...size, isAnimated: false, orientation: 1, bytes: written };
}

/** The boxes that stand between two places, one after the other, with nothing after the last. */
function boxesOf(reader: Reader, from: number, end: number): Box[] {
  const boxes: Box[] = [];
  for (let at = from; at < end; ) {
    const short = reader.u32(at);
    const head = short === 1 ? 16 : 8;
    // 1 says that the size follows in 8 bytes, 0 that the box goes to the end.
    const to = short === 0 ? end : at + (short === 1 ? reader.sized(at + 8, 8) : short);
    if (to < at + head || to > end) throw new Damaged();
    boxes.push({ type: reader.text(at + 4, 4), from: at + head, to, head: at });
    at = to;
  }
  return boxes;
}

function only(boxes: Box[], type: string): Box {
  const [found, other] = boxes.filter((box) => box.type === type);
  if (!found || other) throw new Damaged();
  return found;
}

/** Makes a box one that is free, of the same length. */
function blank(bytes: Uint8Array, { head, from, to }: Box): void {
  bytes.set(
    Uint8Array.from("free", (character) => character.charCodeAt(0)),
    head + 4,
  );
  bytes.fill(0, from, to);
}

/** Fills what stands in a box and is of no item that is drawn. */
function blankBetween(bytes: Uint8Array, box: Box, extents: Extent[], start: number): void {
  const here = extents
    .filter(({ isInFile }) => isInFile === (start === 0))
    .map(({ from, to }) => ({ from: from + start, to: to + start }))
    .toSorted((a, b) => a.from - b.from);
  let at = box.from;
  for (const { from, to } of here) {
    if (from > at) bytes.fill(0, at, Math.min(from, box.to));
    at = Math.max(at, to);
  }
  if (at < box.to) bytes.fill(0, at, box.to);
}

/** The id of the item that is the picture. */
function primaryOf(reader: Reader, box: Box): number {
  return reader.u8(box.from) === 0 ? reader.u16(box.from + 4) : reader.u32(box.from + 4);
}

/** The items by their ids: what each is, and where its name stands, with all that follows it. */
function itemsOf(
  reader: Reader,
  box: Box,
): Map<number, { type: string; name: { from: number; to: number } }> {
  const items = new Map();
  const entries = box.from + (reader.u8(box.from) === 0 ? 6 : 8);
  for (const { type, from, to } of boxesOf(reader, entries, box.to)) {
    const version = reader.u8(from);
    if (type !== "infe" || (version !== 2 && version !== 3)) throw new Damaged();
    const id = version === 2 ? reader.u16(from + 4) : reader.u32(from + 4);
    const at = from + (version === 2 ? 8 : 10);
    items.set(id, { type: reader.text(at, 4), name: { from: at + 4, to } });
  }
  return items;
}

/** Where each item's data stands. Throws `Damaged` where that is in another file, in another item, or past the end. */
function placesOf(reader: Reader, { from, to }: Box): Map<number, Extent[]> {
  const version = reader.u8(from);
  if (version > 2) throw new Damaged();
  const [sizes, more] = [reader.u8(from + 4), reader.u8(from + 5)];
  const [offsetSize, lengthSize, baseSize] = [sizes >> 4, sizes & 15, more >> 4];
  const indexSize = version === 0 ? 0 : more & 15;
  const idSize = version < 2 ? 2 : 4;
  const number = (at: number) => (idSize === 2 ? reader.u16(at) : reader.u32(at));
  const places = new Map<number, Extent[]>();
  let at = from + 6;
  let left = number(at);
  at += idSize;
  for (; left > 0; left -= 1) {
    const id = number(at);
    at += idSize;
    const method = version === 0 ? 0 : reader.u16(at) & 15;
    if (version > 0) at += 2;
    if (method > 1 || reader.u16(at) !== 0) throw new Damaged();
    at += 2;
    const base = reader.sized(at, baseSize);
    at += baseSize;
    const extents: Extent[] = [];
    let count = reader.u16(at);
    at += 2;
    for (; count > 0; count -= 1) {
      at += indexSize;
      const begins = base + reader.sized(at, offsetSize);
      at += offsetSize;
      const length = reader.sized(at, lengthSize);
      at += lengthSize;
      if (begins + length > reader.length || at > to) throw new Damaged();
      extents.push({ from: begins, to: begins + length, isInFile: method === 0 });
    }
    places.set(id, extents);
  }
  return places;
}

/** How large the picture is, and how many pixels the largest item has. */
function sizeOfPicture(reader: Reader, box: Box, primary: number): Size & { pixels: number } {
  const inside = boxesOf(reader, box.from, box.to);
  const container = only(inside, "ipco");
  const properties = boxesOf(reader, container.from, container.to);
  const sizes = properties.filter(({ type }) => type === "ispe").map((each) => sizeOf(reader, each));
  const own = inside
    .filter(({ type }) => type === "ipma")
    .flatMap((each) => associations(reader, each).get(primary) ?? [])
    .map((index) => properties[index - 1]);
  const extents = own.find((property) => property?.type === "ispe");
  // A picture of which only a part is shown has another size than it says; nobody's camera makes such.
  if (!extents || own.some((property) => property?.type === "clap")) throw new Damaged();
  const { width, height } = sizeOf(reader, extents);
  if (width === 0 || height === 0) throw new Damaged();
  const turn = own.find((property) => property?.type === "irot");
  const isTurned = turn !== undefined && reader.u8(turn.from) % 2 === 1;
  const pixels = Math.max(...sizes.map((size) => size.width * size.height));
  return { ...(isTurned ? { width: height, height: width } : { width, height }), pixels };
}

function sizeOf(reader: Reader, { from }: Box): Size {
  return { width: reader.u32(from + 4), height: reader.u32(from + 8) };
}

/** Which properties each item has, by their places in `ipco`, from 1 on. */
function associations(reader: Reader, { from }: Box): Map<number, number[]> {
  const version = reader.u8(from);
  const isWide = (reader.u24(from + 1) & 1) === 1;
  const found = new Map<number, number[]>();
  let at = from + 8;
  for (let left = reader.u32(from + 4); left > 0; left -= 1) {
    const id = version === 0 ? reader.u16(at) : reader.u32(at);
    at += version === 0 ? 2 : 4;
    const indexes: number[] = [];
    let count = reader.u8(at);
    at += 1;
    for (; count > 0; count -= 1) {
      indexes.push(isWide ? reader.u16(at) & 0x7fff : reader.u8(at) & 0x7f);
      at += isWide ? 2 : 1;
    }
    found.set(id, indexes);
  }
  return found;
}
