import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import fc from "fast-check";
import sharp from "sharp";
import { expect, test } from "vitest";
import { asText, joinBytes, makeAnimation, makeBomb, makePicture, pngChunk, SECRET } from "#test/pictures.ts";
import { PICTURE_BYTES_MAX, PICTURE_KINDS } from "./picture.ts";
import { type PictureFile, readPicture } from "./picture-file.ts";

type Bytes = Uint8Array<ArrayBuffer>;

function read(bytes: Bytes): PictureFile {
  const found = readPicture(bytes);
  if (!found.ok) throw new Error(JSON.stringify(found.problem));
  return found.file;
}

function problemOf(bytes: Bytes): string | null {
  const found = readPicture(bytes);
  if (found.ok) return null;
  return typeof found.problem === "string" ? found.problem : found.problem[0];
}

/** The colours of a picture as it is shown, row by row. */
async function pixelsOf(bytes: Uint8Array): Promise<Buffer> {
  return sharp(bytes, { animated: true }).autoOrient().toColourspace("srgb").raw().toBuffer();
}

test.for(PICTURE_KINDS)("of a %s only what draws it is left", async (kind) => {
  const bytes = await makePicture(kind);
  if (kind !== "gif") expect(asText(bytes)).toContain(SECRET);
  const file = read(bytes);
  expect(file).toMatchObject({ kind, width: 64, height: 48, isAnimated: false });
  expect(asText(file.bytes)).not.toContain(SECRET);
  expect(asText(file.bytes)).not.toMatch(/xmpmeta|GPS/);
  const { exif, xmp, icc } = await sharp(file.bytes).metadata();
  // In an AVIF the place of it stays, filled with zeros.
  expect([exif ?? "", xmp ?? ""].map((each) => Buffer.from(each).toString().replaceAll("\0", ""))).toEqual([
    "",
    "",
  ]);
  // Without its profile a picture has other colours.
  if (kind !== "gif") expect(icc).toBeDefined();
  expect(await pixelsOf(file.bytes)).toEqual(await pixelsOf(bytes));
});

test.for(PICTURE_KINDS)("a %s that was read is read again, and is the same", async (kind) => {
  const { bytes } = read(await makePicture(kind));
  expect(read(bytes).bytes).toEqual(bytes);
});

test.for(["gif", "webp"] as const)(
  "an animated %s keeps its frames, its times and its turns",
  async (kind) => {
    const bytes = await makeAnimation(kind, 4);
    const file = read(bytes);
    expect(file).toMatchObject({ width: 32, height: 24, isAnimated: true });
    const [before, after] = await Promise.all([bytes, file.bytes].map((each) => sharp(each).metadata()));
    expect(after).toMatchObject({ pages: 4, loop: 3, delay: before?.delay });
    expect(asText(file.bytes)).not.toContain(SECRET);
    expect(await pixelsOf(file.bytes)).toEqual(await pixelsOf(bytes));
  },
);

test.for([1, 2, 3, 4, 5, 6, 7, 8])("a JPEG that is turned (%i) is shown as it was", async (orientation) => {
  const bytes = await makePicture("jpg", { orientation });
  const file = read(bytes);
  expect([file.width, file.height]).toEqual(orientation >= 5 ? [48, 64] : [64, 48]);
  expect(file.orientation).toBe(orientation);
  expect(await pixelsOf(file.bytes)).toEqual(await pixelsOf(bytes));
  expect(asText(file.bytes)).not.toContain(SECRET);
});

/** What exiftool finds in each file, but what every picture has. One call, as each takes it a while to begin. */
function told(files: Record<string, Uint8Array>): Record<string, string[]> {
  const folder = mkdtempSync(path.join(tmpdir(), "edgewise-picture-"));
  try {
    for (const [name, bytes] of Object.entries(files)) writeFileSync(path.join(folder, name), bytes);
    const found: object[] = JSON.parse(
      execFileSync("exiftool", ["-json", "-G1", "-a", "-u", "-U", folder]).toString(),
    );
    return Object.fromEntries(
      found.map((tags) => {
        const groups = Object.keys(tags).map((name) => name.split(":")[0] ?? "");
        const telling = groups.filter((group) => /IFD|GPS|XMP|IPTC|Photoshop|MPF|Maker|JFIF/.test(group));
        return [path.basename((tags as { SourceFile: string }).SourceFile), [...new Set(telling)]];
      }),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const hasExiftool = spawnSync("exiftool", ["-ver"]).status === 0;

test.runIf(hasExiftool || process.env.REQUIRE_ALL)(
  "exiftool finds no metadata in any kind",
  { timeout: 60_000 },
  async () => {
    const files: Record<string, Uint8Array> = {};
    for (const kind of PICTURE_KINDS) {
      const bytes = await makePicture(kind);
      files[`before.${kind}`] = bytes;
      files[`after.${kind}`] = read(bytes).bytes;
    }
    files["turned.jpg"] = read(await makePicture("jpg", { orientation: 6 })).bytes;
    const found = told(files);
    for (const kind of PICTURE_KINDS) {
      if (kind !== "gif") expect(found[`before.${kind}`], kind).toContain("GPS");
      expect(found[`after.${kind}`], kind).toEqual([]);
    }
    // The one that stays says how it is turned.
    expect(found["turned.jpg"]).toEqual(["IFD0"]);
  },
);

test.for(PICTURE_KINDS)("a %s that is cut off anywhere is refused", async (kind) => {
  const { bytes } = read(await makePicture(kind));
  for (let length = 1; length < bytes.length; length += 7)
    expect(problemOf(bytes.slice(0, length)), `${length} bytes`).toMatch(/damagedPicture|unknownPicture/);
});

/** What stands after the end of a picture, so that another program takes the file for something else. */
const TAILS = ["PK\x03\x04 a zip", "<script>alert(1)</script>", "%PDF-1.7", "\xff\xd8\xff\xe0 another", "\0"];

test.for(["gif", "png", "jpg", "webp"] as const)("what follows the end of a %s is gone", async (kind) => {
  const bytes = await makePicture(kind);
  for (const tail of TAILS) expect(read(joinBytes(bytes, tail)).bytes).toEqual(read(bytes).bytes);
});

test("an AVIF that something follows is refused", async () => {
  const bytes = await makePicture("avif");
  for (const tail of TAILS) expect(problemOf(joinBytes(bytes, tail))).toBe("problem.damagedPicture");
});

test("what hides between the parts of a picture is gone", async () => {
  const script = "/*<script>alert(1)</script>*/";
  const [gif, png, jpg, webp, avif] = await Promise.all(
    PICTURE_KINDS.map((kind) => makePicture(kind, { isTold: false })),
  );
  const hidden = [
    // A comment, and an application's block of any name.
    insertBefore(
      gif,
      "\x21\xf9\x04",
      joinBytes("\x21\xfe", String.fromCharCode(script.length), script, "\0"),
    ),
    insertBefore(
      gif,
      "\x21\xf9\x04",
      joinBytes("\x21\xff\x0bXMP DataXMP", String.fromCharCode(script.length), script, "\0"),
    ),
    insertBefore(png, "IDAT", pngChunk("tEXt", joinBytes(script)), 4),
    insertBefore(png, "IDAT", pngChunk("zzZz", joinBytes(script)), 4),
    insertBefore(jpg, "\xff\xdb", joinBytes("\xff\xfe\0", String.fromCharCode(script.length + 2), script)),
    insertBefore(jpg, "\xff\xdb", joinBytes("\xff\xef\0", String.fromCharCode(script.length + 2), script)),
    webpWith(webp, "XTRA", script),
    avifWith(avif, script),
  ];
  for (const bytes of hidden) {
    expect(asText(bytes)).toContain(script);
    expect(asText(read(bytes).bytes)).not.toContain("script");
  }
});

test("a file that is a GIF and a program has nothing left of the program", () => {
  // The width spells `/*`, and the script stands in a comment of the GIF.
  const frame = "\x2c\0\0\0\0\x01\0\x01\0\0\x02\x02\x44\x01\0";
  const bytes = joinBytes("GIF89a/*\x01\0\0\0\0", "\x21\xfe\x0f*/=1;alert(1)/*", "\0", frame, "\x3b");
  expect(asText(read(bytes).bytes)).not.toContain("alert");
});

/** `bytes` with something put before the first place of a text, so many bytes earlier. */
function insertBefore(bytes: Bytes | undefined, text: string, what: Uint8Array, earlier = 0): Bytes {
  const at = asText(bytes ?? new Uint8Array()).indexOf(text) - earlier;
  if (!bytes || at < 0) throw new Error(`There is no ${text}`);
  return joinBytes(bytes.slice(0, at), what, bytes.slice(at));
}

function webpWith(bytes: Bytes | undefined, type: string, data: string): Bytes {
  const size = Buffer.alloc(4);
  size.writeUInt32LE(data.length);
  const all = joinBytes(bytes ?? "", type, size, data, data.length % 2 ? "\0" : "");
  new DataView(all.buffer).setUint32(4, all.length - 8, true);
  return all;
}

/** A box of no known type, at the end. */
function avifWith(bytes: Bytes | undefined, data: string): Bytes {
  const size = Buffer.alloc(4);
  size.writeUInt32BE(data.length + 8);
  return joinBytes(bytes ?? "", size, "mdat", data);
}

test.each([
  ["nothing", "", "problem.emptyPicture"],
  ["HTML", "<!doctype html><script>alert(1)</script>", "problem.unknownPicture"],
  ["an SVG", '<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>', "problem.svgPicture"],
  ["an SVG in UTF-16", [..."<svg onload='x'>"].join("\0"), "problem.svgPicture"],
  ["an empty SVG", "<svg/>", "problem.svgPicture"],
  ["a PDF", "%PDF-1.7", "problem.unknownPicture"],
  ["a BMP", "BM\x46\0\0\0\0\0", "problem.unknownPicture"],
  ["a HEIC", "\0\0\0\x18ftypheic\0\0\0\0mif1heic", "problem.unknownPicture"],
  ["the start of a PNG", "\x89PNG\r\n\x1a\n", "problem.damagedPicture"],
  ["a GIF of no size", "GIF89a\0\0\0\0\0\0\0\x3b", "problem.damagedPicture"],
])("%s is refused", (_, text, expected) => {
  expect(problemOf(joinBytes(text))).toBe(expected);
});

test("a file of more than 8 MB is refused, and one of 8 MB is not", async () => {
  const { bytes } = read(await makePicture("png"));
  const filled = (length: number) => joinBytes(bytes, new Uint8Array(length - bytes.length));
  expect(problemOf(filled(PICTURE_BYTES_MAX + 1))).toBe("problem.largePicture");
  expect(problemOf(filled(PICTURE_BYTES_MAX))).toBeNull();
});

test("what would be huge once decoded is refused before it is", () => {
  const bomb = makeBomb(60_000, 60_000);
  expect(bomb.length).toBeLessThan(1_000);
  expect(problemOf(bomb)).toBe("problem.manyPixels");
  expect(problemOf(makeBomb(20_000, 10))).toBe("problem.manyPixels");
  expect(problemOf(makeBomb(6_400, 6_400))).toBe("problem.manyPixels");
  expect(problemOf(makeBomb(6_324, 6_324))).toBeNull();
});

test("an animation of more pixels than a browser can draw is refused", async () => {
  const frame = "\x2c\0\0\0\0\xe8\x03\xe8\x03\0\x02\x02\x44\x01\0";
  const gif = (frames: number) => joinBytes("GIF89a\xe8\x03\xe8\x03\0\0\0", frame.repeat(frames), "\x3b");
  expect(problemOf(gif(250))).toBeNull();
  expect(problemOf(gif(251))).toBe("problem.longAnimation");
});

test("whatever bytes come, the answer is a picture or a problem", async () => {
  const pictures = await Promise.all(PICTURE_KINDS.map((kind) => makePicture(kind)));
  const change = fc.record({ at: fc.nat(), value: fc.nat(255) });
  fc.assert(
    fc.property(fc.constantFrom(...pictures), fc.array(change, { maxLength: 4 }), (bytes, changes) => {
      const changed = bytes.slice();
      for (const { at, value } of changes) changed[at % changed.length] = value;
      const found = readPicture(changed);
      expect(found.ok ? found.file.width > 0 : found.problem).toBeTruthy();
    }),
    { numRuns: 2_000 },
  );
});
