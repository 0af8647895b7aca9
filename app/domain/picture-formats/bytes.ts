/** Thrown where a file is not what it says it is: cut off, contradictory, or of a variant that nobody's browser shows. */
export class Damaged extends Error {}

/** What is known of a picture once its container has been read to its end and written anew without what nobody sees. */
export type Stripped = {
  /** As it is shown: after a rotation that the file asks for. */
  width: number;
  height: number;
  /** Pixels of all its frames together. */
  pixels: number;
  isAnimated: boolean;
  /** How it must be turned to be shown, as Exif counts it (1 to 8); 1 where its format turns by itself. */
  orientation: number;
  bytes: Uint8Array<ArrayBuffer>;
};

/** Reads numbers and parts out of bytes; throws `Damaged` where they end too soon. */
export class Reader {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly #view: DataView;

  constructor(bytes: Uint8Array<ArrayBuffer>) {
    this.bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get length(): number {
    return this.bytes.length;
  }

  u8(at: number): number {
    this.#require(at, 1);
    return this.#view.getUint8(at);
  }

  u16(at: number, isLittle = false): number {
    this.#require(at, 2);
    return this.#view.getUint16(at, isLittle);
  }

  u24(at: number, isLittle = false): number {
    const [a, b, c] = [this.u8(at), this.u8(at + 1), this.u8(at + 2)];
    return isLittle ? a | (b << 8) | (c << 16) : (a << 16) | (b << 8) | c;
  }

  u32(at: number, isLittle = false): number {
    this.#require(at, 4);
    return this.#view.getUint32(at, isLittle);
  }

  /** A number of 0, 4 or 8 bytes, as boxes of ISO files have them; none is 0. */
  sized(at: number, size: number): number {
    if (size === 0) return 0;
    if (size === 4) return this.u32(at);
    if (size !== 8) throw new Damaged();
    return this.u32(at) * 2 ** 32 + this.u32(at + 4);
  }

  /** `length` bytes, each as a character. */
  text(at: number, length: number): string {
    return String.fromCharCode(...this.part(at, at + length));
  }

  part(from: number, to: number): Uint8Array<ArrayBuffer> {
    if (to < from) throw new Damaged();
    this.#require(from, to - from);
    return this.bytes.subarray(from, to);
  }

  #require(at: number, length: number): void {
    if (!(at >= 0 && at + length <= this.bytes.length)) throw new Damaged();
  }
}

/** Parts one after the other. */
export function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
