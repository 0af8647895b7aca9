import type { Fact } from "#app/domain/facts.ts";
import * as facts from "#app/domain/facts.ts";
import { type PictureKind, type PictureName, picturePath, smallPicturePath } from "#app/domain/picture.ts";

/** What pictures are sent as. */
export const MEDIA_TYPES: Record<PictureKind, string> = {
  gif: "image/gif",
  png: "image/png",
  jpg: "image/jpeg",
  webp: "image/webp",
  avif: "image/avif",
};

/**
 * The key of an object in R2: what follows `/media/` in its address. So an address that says another size than the picture has
 * leads to no object.
 */
export function keyOf(path: string): string {
  return path.slice("/media/".length);
}

/** The keys of a picture and of its small version, whether or not there is one. */
export function keysOf(picture: PictureName): string[] {
  const small = smallPicturePath(picture);
  return [picturePath(picture), ...(small ? [small] : [])].map(keyOf);
}

/** What an answer with a picture shows: it is dropped once the picture is removed. */
export function shownBy({ hash }: PictureName): Fact[] {
  return [facts.picture(hash)];
}
