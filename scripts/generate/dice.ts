/**
 * Draws that depend on the seed and on what they are for, never on the draws before them. So every fact about a post can
 * be worked out alone, in any order and as often as it is wanted, and nothing has to be kept.
 */
export type Dice = {
  /** A whole number from 0 to 2³² - 1. */
  bits(purpose: number, a: number, b?: number): number;
  /** A number from 0 up to, but never, 1. */
  draw(purpose: number, a: number, b?: number): number;
  /** True once in `times` draws, on average. */
  isOneIn(times: number, purpose: number, a: number, b?: number): boolean;
  /** Sixteen bytes, the same array each time. */
  bytes(purpose: number, a: number, b?: number): Uint8Array;
};

/** MurmurHash3 for 32 bits (Austin Appleby, public domain), over four whole numbers. */
function hash(seed: number, purpose: number, a: number, b: number): number {
  let h = seed;
  h = mixIn(h, purpose);
  h = mixIn(h, a);
  h = mixIn(h, b);
  h ^= 12;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

function mixIn(h: number, value: number): number {
  let k = Math.imul(value, 0xcc9e2d51);
  k = Math.imul((k << 15) | (k >>> 17), 0x1b873593);
  const mixed = h ^ k;
  return (Math.imul((mixed << 13) | (mixed >>> 19), 5) + 0xe6546b64) | 0;
}

/** Dice for a seed: the same seed gives the same draws, on every machine. */
export function createDice(seed: number): Dice {
  const words = new Uint32Array(4);
  const bytes = new Uint8Array(words.buffer);
  const bits = (purpose: number, a: number, b = 0) => hash(seed, purpose, a, b);
  const draw = (purpose: number, a: number, b = 0) => hash(seed, purpose, a, b) / 0x1_0000_0000;
  return {
    bits,
    draw,
    isOneIn: (times, purpose, a, b) => draw(purpose, a, b) * times < 1,
    bytes(purpose, a, b = 0) {
      for (let word = 0; word < 4; word += 1) words[word] = hash(seed + word * 0x9e3779b9, purpose, a, b);
      return bytes;
    },
  };
}

/** A number around 0 with deviation 1 (Box and Muller), out of two draws. */
export function normal(u: number, v: number): number {
  return Math.sqrt(-2 * Math.log(1 - u)) * Math.cos(2 * Math.PI * v);
}

/**
 * A rank from 0 to `count` - 1 after Zipf: rank r comes up in proportion to 1 / (r + `flatness`). The larger it is,
 * the less the first ranks stand out.
 */
export function zipf(u: number, count: number, flatness: number): number {
  return Math.min(count - 1, Math.floor(flatness * ((count + flatness) / flatness) ** u - flatness));
}
