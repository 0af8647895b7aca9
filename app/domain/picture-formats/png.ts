import { Damaged, joined, Reader, type Stripped } from "./bytes.ts";

/** PNG, third edition, 5.2: the signature. */
const SIGNATURE_LENGTH = 8;

/** What draws the picture, its colours and its frames. Texts, times, Exif and all that is unknown go. */
const KEPT = /^(IHDR|PLTE|IDAT|IEND|tRNS|cHRM|gAMA|iCCP|sBIT|sRGB|cICP|mDCV|cLLI|acTL|fcTL|fdAT)$/;

/** A PNG with nothing but what draws it, and nothing after its end. */
export function stripPng(bytes: Uint8Array<ArrayBuffer>): Stripped {
  const reader = new Reader(bytes);
  const parts: Uint8Array[] = [reader.part(0, SIGNATURE_LENGTH)];
  let size: { width: number; height: number } | null = null;
  let framePixels = 0;
  let hasData = false;
  let isAnimated = false;
  for (let at = SIGNATURE_LENGTH, isEnd = false; !isEnd; ) {
    const length = reader.u32(at);
    const type = reader.text(at + 4, 4);
    const end = at + 12 + length;
    const whole = reader.part(at, end);
    if ((type === "IHDR") !== (size === null)) throw new Damaged();
    if (type === "IHDR") size = { width: reader.u32(at + 8), height: reader.u32(at + 12) };
    if (type === "IDAT") hasData = true;
    // An animation says so before its first picture, or it is none.
    if (type === "acTL" && !hasData) isAnimated = true;
    if (type === "fcTL") framePixels += frameOf(reader, at + 8, size);
    if (KEPT.test(type)) parts.push(whole);
    isEnd = type === "IEND";
    at = end;
  }
  if (!size || !hasData || size.width === 0 || size.height === 0) throw new Damaged();
  const pixels = Math.max(framePixels, size.width * size.height);
  return { ...size, pixels, isAnimated, orientation: 1, bytes: joined(parts) };
}

/** The pixels of a frame, which must lie within the picture. */
function frameOf(reader: Reader, at: number, size: { width: number; height: number } | null): number {
  const [width, height, x, y] = [4, 8, 12, 16].map((offset) => reader.u32(at + offset)) as [
    number,
    number,
    number,
    number,
  ];
  if (!size || x + width > size.width || y + height > size.height) throw new Damaged();
  return width * height;
}
