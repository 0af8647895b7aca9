import fc from "fast-check";
import { expect, test } from "vitest";
import {
  PICTURE_KINDS,
  type PictureName,
  parsePicturePath,
  pictureMarkdown,
  picturePath,
  SMALL_PICTURE_WIDTH,
  smallPicturePath,
  smallPictureSize,
  withPicture,
} from "./picture.ts";

const HASH = "0123456789abcdef0123456789abcdef";
const WIDE: PictureName = { hash: HASH, width: 1600, height: 900, kind: "jpg" };

const names: fc.Arbitrary<PictureName> = fc.record({
  hash: fc.stringMatching(/^[0-9a-f]{32}$/),
  width: fc.integer({ min: 1, max: 99_999 }),
  height: fc.integer({ min: 1, max: 99_999 }),
  kind: fc.constantFrom(...PICTURE_KINDS),
});

test("an address says the picture's hash, size and kind", () => {
  expect(picturePath(WIDE)).toBe(`/media/${HASH}-1600x900.jpg`);
  expect(smallPicturePath(WIDE)).toBe(`/media/${HASH}-1600x900-small.jpg`);
});

test("what was made an address is read from it again", () => {
  fc.assert(
    fc.property(names, (name) => {
      expect(parsePicturePath(picturePath(name))).toEqual({ ...name, isSmall: false });
      const small = smallPicturePath(name);
      if (small) expect(parsePicturePath(small)).toEqual({ ...name, isSmall: true });
    }),
  );
});

test("narrow pictures and GIFs have no small version, and no address of one", () => {
  expect(smallPicturePath({ ...WIDE, width: SMALL_PICTURE_WIDTH })).toBeNull();
  expect(smallPicturePath({ ...WIDE, kind: "gif" })).toBeNull();
  expect(parsePicturePath(`/media/${HASH}-${SMALL_PICTURE_WIDTH}x900-small.jpg`)).toBeNull();
  expect(parsePicturePath(`/media/${HASH}-1600x900-small.gif`)).toBeNull();
});

test("the small version keeps the picture's shape", () => {
  expect(smallPictureSize(WIDE)).toEqual({ width: 720, height: 405 });
  expect(smallPictureSize({ ...WIDE, width: 9_000, height: 1 })).toEqual({ width: 720, height: 1 });
});

test.each([
  "/media/",
  `/media/${HASH}`,
  `/media/${HASH}.jpg`,
  `/media/${HASH}-0x900.jpg`,
  `/media/${HASH}-0900x900.jpg`,
  `/media/${HASH}-1600x100000.jpg`,
  `/media/${HASH}-1600x900.jpeg`,
  `/media/${HASH}-1600x900.svg`,
  `/media/${HASH}-1600x900.jpg.html`,
  `/media/${HASH}-1600x900.jpg\n`,
  `/media/${HASH}-1600x900-large.jpg`,
  `/media/${HASH.toUpperCase()}-1600x900.jpg`,
  `/media/../${HASH}-1600x900.jpg`,
  `media/${HASH}-1600x900.jpg`,
  `https://forum.example/media/${HASH}-1600x900.jpg`,
])("%j is no address of a picture", (path) => {
  expect(parsePicturePath(path)).toBeNull();
});

test.each([
  ["A cat", "![A cat]"],
  ["  A\ncat ", "![A cat]"],
  ["a](javascript:x) [b\\", "![a\\](javascript:x) \\[b\\\\]"],
  ["", "![]"],
])("a picture that shows %j is one line of Markdown", (alt, expected) => {
  expect(pictureMarkdown(alt, WIDE)).toBe(`${expected}(/media/${HASH}-1600x900.jpg)`);
});

test("a picture stands at the end of a text in a paragraph of its own", () => {
  expect(withPicture("", "![x](/y)")).toBe("![x](/y)\n");
  expect(withPicture("Text. \r\n\n", "![x](/y)")).toBe("Text.\n\n![x](/y)\n");
});
