import { cleanLine } from "./text.ts";

/** The kinds of picture that the forum takes. The name is also how the picture's address ends. */
export const PICTURE_KINDS = ["gif", "png", "jpg", "webp", "avif"] as const;
export type PictureKind = (typeof PICTURE_KINDS)[number];

/**
 * What a picture's address says of it: the first 32 hexadecimal digits of the SHA-256 of its bytes, its size as it is
 * shown (pixels, at least 1 by 1), and its kind.
 */
export type PictureName = { hash: string; width: number; height: number; kind: PictureKind };

/** What one upload may weigh, in bytes. "8 MB" to people, whichever way their computer counts. */
export const PICTURE_BYTES_MAX = 8 * 1024 * 1024;

/** The width of the small version, in pixels. A phone of 375 by 2 has 686 for a post; one of 360 by 3 takes it, too. */
export const SMALL_PICTURE_WIDTH = 720;

const NAME = "([0-9a-f]{32})-([1-9][0-9]{0,4})x([1-9][0-9]{0,4})";
const PATH = new RegExp(`^/media/${NAME}(-small)?\\.(${PICTURE_KINDS.join("|")})$`);

/** The address of a picture. Its size is in it, so that whoever renders it knows its place without asking. */
export function picturePath({ hash, width, height, kind }: PictureName): string {
  return `/media/${hash}-${width}x${height}.${kind}`;
}

/**
 * The address of the picture's small version, `smallPictureSize` large; null where it has none, as it is narrow or a GIF. Where
 * none could be made (of an animated WebP, say), the address answers with the picture itself.
 */
export function smallPicturePath(picture: PictureName): string | null {
  if (picture.kind === "gif" || picture.width <= SMALL_PICTURE_WIDTH) return null;
  return picturePath(picture).replace(/\.(?=[a-z]+$)/, "-small.");
}

/** How large the small version is: as wide as small ones are, and as high as the picture's shape asks. */
export function smallPictureSize({ width, height }: PictureName): { width: number; height: number } {
  return {
    width: SMALL_PICTURE_WIDTH,
    height: Math.max(1, Math.round((height * SMALL_PICTURE_WIDTH) / width)),
  };
}

/** What a path under `/media/` names, or null where it is not one that `picturePath` or `smallPicturePath` makes. */
export function parsePicturePath(path: string): (PictureName & { isSmall: boolean }) | null {
  const parts = PATH.exec(path);
  if (!parts) return null;
  const [, hash, width, height, small, kind] = parts;
  const name = { hash, width: Number(width), height: Number(height), kind } as PictureName;
  const isSmall = small !== undefined;
  return isSmall && smallPicturePath(name) === null ? null : { ...name, isSmall };
}

/**
 * The picture as Markdown, with what it shows; on one line, whatever that is. Square brackets would end it, and a backslash
 * would hide the end.
 */
export function pictureMarkdown(alt: string, picture: PictureName): string {
  const line = cleanLine(alt).replace(/[\\[\]]/g, "\\$&");
  return `![${line}](${picturePath(picture)})`;
}

/** The text with a picture at its end, in a paragraph of its own. */
export function withPicture(text: string, markdown: string): string {
  const before = text.trimEnd();
  return before === "" ? `${markdown}\n` : `${before}\n\n${markdown}\n`;
}

/** What one member may upload: how many pictures and bytes in a day, and how many bytes may stand here in all. */
export type PictureQuota = { picturesADay: number; bytesADay: number; bytesInAll: number };

const MIB = 1024 * 1024;

/**
 * An album of a journey fits into a day. A gigabyte costs 1.5 cents a month on R2 (its pricing, November 2026); Lemmy takes 144
 * pictures a day from an address, 6 an hour.
 */
export const PICTURE_QUOTA: PictureQuota = {
  picturesADay: 40,
  bytesADay: 100 * MIB,
  bytesInAll: 1024 * MIB,
};

/** For somebody's first days here. Discourse gives newcomers one picture a post; what they bring is what spam would be. */
export const NEWCOMER_PICTURE_QUOTA: PictureQuota = {
  picturesADay: 8,
  bytesADay: 20 * MIB,
  bytesInAll: 40 * MIB,
};

/** For how many days a member is a newcomer. */
export const NEWCOMER_DAYS = 3;

/** Pictures on a page of somebody's pictures. */
export const PICTURES_PER_PAGE = 24;

/** The fields of a picture in the form of a post. */
export type PictureFields = "picture" | "pictureAlt";
