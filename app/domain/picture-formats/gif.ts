import { Damaged, joined, Reader, type Stripped } from "./bytes.ts";

/** GIF89a, appendix A: what begins a block. */
const EXTENSION = 0x21;
const IMAGE = 0x2c;
const TRAILER = 0x3b;
/** Labels of extensions: how the next frame is shown, and an application's own. */
const CONTROL = 0xf9;
const APPLICATION = 0xff;

const HEAD_LENGTH = 13;
const DESCRIPTOR_LENGTH = 10;

/** A GIF with its frames, their timing and how often they repeat. Comments, texts and applications' data are gone. */
export function stripGif(bytes: Uint8Array<ArrayBuffer>): Stripped {
  const reader = new Reader(bytes);
  const width = reader.u16(6, true);
  const height = reader.u16(8, true);
  if (width === 0 || height === 0) throw new Damaged();
  let at = HEAD_LENGTH + tableLength(reader.u8(10));
  const parts: Uint8Array[] = [reader.part(0, at)];
  let frames = 0;
  let pixels = 0;
  for (;;) {
    const begins = reader.u8(at);
    if (begins === TRAILER) break;
    if (begins === IMAGE) {
      const [x, y, w, h] = [1, 3, 5, 7].map((offset) => reader.u16(at + offset, true)) as [
        number,
        number,
        number,
        number,
      ];
      if (x + w > width || y + h > height) throw new Damaged();
      frames += 1;
      pixels += w * h;
      // After the colours comes one byte, the size of the first code.
      const data = at + DESCRIPTOR_LENGTH + tableLength(reader.u8(at + 9)) + 1;
      const end = endOfBlocks(reader, data);
      parts.push(reader.part(at, end));
      at = end;
    } else if (begins === EXTENSION) {
      const label = reader.u8(at + 1);
      const end = endOfBlocks(reader, at + 2);
      if (label === CONTROL) parts.push(reader.part(at, end));
      if (label === APPLICATION) parts.push(...repetition(reader, at));
      at = end;
    } else throw new Damaged();
  }
  if (frames === 0) throw new Damaged();
  parts.push(Uint8Array.of(TRAILER));
  const all = { width, height, pixels: Math.max(pixels, width * height), orientation: 1 };
  return { ...all, isAnimated: frames > 1, bytes: joined(parts) };
}

/** How long a colour table is, as the byte before it says. */
function tableLength(packed: number): number {
  return packed & 0x80 ? 3 * 2 ** ((packed & 7) + 1) : 0;
}

/** Where a row of blocks ends, each with its length before it; the last one is empty. */
function endOfBlocks(reader: Reader, from: number): number {
  let at = from;
  for (let length = reader.u8(at); length > 0; length = reader.u8(at)) at += 1 + length;
  return at + 1;
}

/** How often the animation repeats, written anew; nothing for the data of other applications. */
function repetition(reader: Reader, at: number): Uint8Array[] {
  const isLoop = reader.u8(at + 2) === 11 && reader.text(at + 3, 11) === "NETSCAPE2.0";
  if (!isLoop || reader.u8(at + 14) !== 3 || reader.u8(at + 15) !== 1) return [];
  return [reader.part(at, at + 18), Uint8Array.of(0)];
}
