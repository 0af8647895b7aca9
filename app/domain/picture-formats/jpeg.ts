import { Damaged, joined, Reader, type Stripped } from "./bytes.ts";

/** ITU T.81, table B.1. Baseline, extended and progressive: no browser shows the others. */
const FRAMES = new Set([0xc0, 0xc1, 0xc2]);
const END = 0xd9;
const SCAN = 0xda;
/** Tables of the decoder: Huffman, quantization, restart interval. */
const TABLES = new Set([0xc4, 0xdb, 0xdd]);
const APP1 = 0xe1;
const APP2 = 0xe2;
const APP14 = 0xee;

/** A picture has ten at most; thousands keep a browser busy for minutes ("Two issues with the JPEG standard", libjpeg-turbo). */
const SCANS_MAX = 100;

/**
 * A JPEG with nothing but what draws it: tables, frame, scans, colour profile, and the orientation alone of its Exif. Comments,
 * thumbnails, places, makers' notes, further pictures and whatever stands after its end are gone.
 */
export function stripJpeg(bytes: Uint8Array<ArrayBuffer>): Stripped {
  const reader = new Reader(bytes);
  const parts: Uint8Array[] = [];
  let frame: { width: number; height: number } | null = null;
  let orientation = 1;
  let scans = 0;
  let at = 2;
  for (;;) {
    const marker = reader.u8(at + 1);
    if (reader.u8(at) !== 0xff) throw new Damaged();
    // Any number of these may stand before a marker.
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    if (marker === END) break;
    const end = at + 2 + reader.u16(at + 2);
    const segment = reader.part(at + 4, end);
    const whole = reader.part(at, end);
    if (marker === SCAN) {
      if (!frame || ++scans > SCANS_MAX) throw new Damaged();
      const scanned = endOfScan(bytes, end);
      parts.push(reader.part(at, scanned));
      at = scanned;
      continue;
    }
    if (FRAMES.has(marker)) {
      if (frame) throw new Damaged();
      frame = { height: reader.u16(at + 5), width: reader.u16(at + 7) };
      parts.push(whole);
    } else if (isOtherFrame(marker)) throw new Damaged();
    else if (TABLES.has(marker) || isColour(marker, segment)) parts.push(whole);
    else if (marker === APP1 && startsWith(segment, "Exif\0\0"))
      orientation = orientationOf(segment.subarray(6));
    at = end;
  }
  if (!frame || scans === 0 || frame.width === 0 || frame.height === 0) throw new Damaged();
  const isTurned = orientation >= 5;
  return {
    width: isTurned ? frame.height : frame.width,
    height: isTurned ? frame.width : frame.height,
    pixels: frame.width * frame.height,
    isAnimated: false,
    orientation,
    bytes: joined([
      Uint8Array.of(0xff, 0xd8),
      ...(orientation > 1 ? [exifOf(orientation)] : []),
      ...parts,
      Uint8Array.of(0xff, END),
    ]),
  };
}

/** Lossless, hierarchical and arithmetic frames; 0xc4, 0xc8 and 0xcc are none. */
function isOtherFrame(marker: number): boolean {
  return marker >= 0xc3 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
}

/** What says how numbers become colours: an ICC profile, and Adobe's note of the colour space. */
function isColour(marker: number, segment: Uint8Array): boolean {
  return (
    (marker === APP2 && startsWith(segment, "ICC_PROFILE\0")) ||
    (marker === APP14 && startsWith(segment, "Adobe"))
  );
}

function startsWith(bytes: Uint8Array, text: string): boolean {
  return [...text].every((character, at) => bytes[at] === character.charCodeAt(0));
}

/** Where the data of a scan ends: at the next marker that is neither a stuffed zero nor a restart. */
function endOfScan(bytes: Uint8Array, from: number): number {
  let at = from;
  for (;;) {
    at = bytes.indexOf(0xff, at);
    const next = bytes[at + 1];
    if (at < 0 || next === undefined) throw new Damaged();
    if (next === 0xff) at += 1;
    else if (next === 0 || (next >= 0xd0 && next <= 0xd7)) at += 2;
    else return at;
  }
}

const ORIENTATION_TAG = 0x0112;
const SHORT = 3;

/** The orientation in a TIFF block (Exif 2.32, 4.6.4), 1 where it names none that there is. */
function orientationOf(tiff: Uint8Array<ArrayBuffer>): number {
  const reader = new Reader(tiff);
  try {
    const isLittle = reader.text(0, 2) === "II";
    const directory = reader.u32(4, isLittle);
    const entries = reader.u16(directory, isLittle);
    for (let entry = 0; entry < entries; entry += 1) {
      const at = directory + 2 + entry * 12;
      if (reader.u16(at, isLittle) !== ORIENTATION_TAG || reader.u16(at + 2, isLittle) !== SHORT) continue;
      const value = reader.u16(at + 8, isLittle);
      return value >= 1 && value <= 8 ? value : 1;
    }
  } catch (error) {
    if (!(error instanceof Damaged)) throw error;
  }
  return 1;
}

/** An Exif segment that says the orientation and nothing else. */
function exifOf(orientation: number): Uint8Array {
  const head = [0xff, APP1, 0, 34, ...[..."Exif\0\0MM"].map((character) => character.charCodeAt(0))];
  return Uint8Array.from([
    ...head,
    ...[0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, SHORT, 0, 0, 0, 1, 0, orientation, 0, 0, 0, 0, 0, 0],
  ]);
}
