import { PhotonImage, resize, SamplingFilter } from "@cf-wasm/photon";
import type { PictureFile } from "#app/domain/picture-file.ts";
import { dressedLike } from "#app/domain/picture-formats/dress.ts";

/**
 * What is decoded here, in pixels: about 100 MB, with the encoder itself (docs/decisions/0020-pictures.md has the measurement),
 * and an isolate has 128 MB for all that it does.
 */
const DECODED_PIXELS_MAX = 4_000_000;

/** Quality of JPEG, of 100. */
const QUALITY = 82;

/** Makes a picture smaller in memory; null for what is too large for that, and for kinds that are not known here. */
export function shrink(
  file: PictureFile,
  size: { width: number; height: number },
): Uint8Array<ArrayBuffer> | null {
  if (file.kind === "avif" || file.kind === "gif" || file.pixels > DECODED_PIXELS_MAX) return null;
  const image = PhotonImage.new_from_byteslice(file.bytes);
  // What its Exif says about turning is said again of the small version.
  const isTurned = file.orientation >= 5;
  const [width, height] = isTurned ? [size.height, size.width] : [size.width, size.height];
  const small = resize(image, width, height, SamplingFilter.Lanczos3);
  image.free();
  const encoded =
    file.kind === "jpg"
      ? small.get_bytes_jpeg(QUALITY)
      : file.kind === "png"
        ? small.get_bytes()
        : small.get_bytes_webp();
  small.free();
  return dressedLike(file, new Uint8Array(encoded));
}
