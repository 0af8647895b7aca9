import { type PictureName, picturePath, smallPicturePath, smallPictureSize } from "#app/domain/picture.ts";
import type { PictureFile } from "#app/domain/picture-file.ts";
import { log, reasonOf } from "#app/log.ts";
import type { KeepPicture } from "#app/request/context.server.ts";
import type { Env } from "../env.ts";
import { shrinkByImages } from "./images.ts";
import { keyOf, MEDIA_TYPES } from "./objects.ts";

/** Makes a picture smaller, or answers null where it cannot. What it answers carries no more metadata than the picture does. */
export type Shrink = (
  file: PictureFile,
  size: { width: number; height: number },
) => Promise<Uint8Array | null>;

/** Stores pictures with their small versions in R2; null where no bucket is bound. Throws where R2 does. */
export function keepPictureIn({ PICTURES, IMAGES }: Env): KeepPicture | null {
  if (!PICTURES) return null;
  const shrink = IMAGES ? shrinkByImages(IMAGES) : shrinkInMemory;
  return async (picture, file) => {
    const httpMetadata = { contentType: MEDIA_TYPES[picture.kind] };
    // The small one first: it is asked for only with the picture.
    const path = smallPicturePath(picture);
    const small = path && !file.isAnimated ? await smallVersion(picture, file, shrink) : null;
    if (path && small) await PICTURES.put(keyOf(path), small, { httpMetadata });
    await PICTURES.put(keyOf(picturePath(picture)), file.bytes, { httpMetadata });
  };
}

/** The small version; null where none could be made, or where it would be larger: the picture is sent in its place. */
async function smallVersion(
  picture: PictureName,
  file: PictureFile,
  shrink: Shrink,
): Promise<Uint8Array | null> {
  try {
    const small = await shrink(file, smallPictureSize(picture));
    return small && small.length < file.bytes.length ? small : null;
  } catch (error) {
    const { kind, width, height } = file;
    const reason = reasonOf(error);
    log({ level: "warning", message: "A picture got no small version", kind, width, height, reason });
    return null;
  }
}

/** The encoder is a megabyte and a half, and is loaded by the first picture that an isolate has to make smaller. */
const shrinkInMemory: Shrink = async (file, size) => {
  const { shrink } = await import("./photon.ts");
  return shrink(file, size);
};
