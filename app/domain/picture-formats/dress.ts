import type { PictureKind } from "../picture.ts";
import { joined, Reader } from "./bytes.ts";

type Dressed = { kind: PictureKind; bytes: Uint8Array<ArrayBuffer> };

/**
 * `bare`, a picture of the same kind that was made of a stripped one, with what says how its colours are meant and how it is
 * turned: an encoder leaves both out.
 */
export function dressedLike(
  { kind, bytes }: Dressed,
  bare: Uint8Array<ArrayBuffer>,
): Uint8Array<ArrayBuffer> {
  if (kind === "jpg") return joined([bare.subarray(0, 2), ...segmentsOf(bytes), bare.subarray(2)]);
  if (kind === "png") {
    const at = SIGNATURE_AND_HEADER;
    return joined([bare.subarray(0, at), ...profileOf(bytes), bare.subarray(at)]);
  }
  return bare;
}

const APP1 = 0xe1;
const APP2 = 0xe2;

/** Before a scan of a stripped JPEG: its Exif, and its profile unless that is of another colour space than RGB. */
function segmentsOf(bytes: Uint8Array<ArrayBuffer>): Uint8Array[] {
  const reader = new Reader(bytes);
  const found: Uint8Array[] = [];
  // `ICC_PROFILE`, zero and two numbers stand before the profile, and its colour space 16 bytes into it.
  const isProfile = (at: number) => reader.u8(at + 1) === APP2;
  let isRgb = true;
  for (let at = 2; reader.u8(at + 1) !== 0xda; at += 2 + reader.u16(at + 2)) {
    if (reader.u8(at + 1) !== APP1 && !isProfile(at)) continue;
    if (isProfile(at) && reader.u8(at + 16) === 1) isRgb = reader.text(at + 18 + 16, 4) === "RGB ";
    found.push(reader.part(at, at + 2 + reader.u16(at + 2)));
  }
  return found.filter((segment) => segment[1] !== APP2 || isRgb);
}

const SIGNATURE_AND_HEADER = 33;
/** Bit of a PNG's colour type that says colours, and not greys. */
const COLOURED = 2;

/** The colour profile of a stripped PNG, where it is one of colours. */
function profileOf(bytes: Uint8Array<ArrayBuffer>): Uint8Array[] {
  const reader = new Reader(bytes);
  if ((reader.u8(25) & COLOURED) === 0) return [];
  for (let at = SIGNATURE_AND_HEADER; reader.text(at + 4, 4) !== "IDAT"; at += 12 + reader.u32(at))
    if (reader.text(at + 4, 4) === "iCCP") return [reader.part(at, at + 12 + reader.u32(at))];
  return [];
}
