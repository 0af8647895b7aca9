import type { Shrink } from "./keep.ts";
import { MEDIA_TYPES } from "./objects.ts";

/** Quality of JPEG, WebP and AVIF, of 100: Cloudflare's own default. */
const QUALITY = 85;

/** Cloudflare's Images: they turn a picture as its Exif says, and leave its metadata out. */
export function shrinkByImages(images: ImagesBinding): Shrink {
  return async ({ bytes, kind }, { width }) => {
    const result = await images
      .input(new Blob([bytes]).stream())
      .transform({ width, fit: "scale-down" })
      .output({ format: MEDIA_TYPES[kind] as ImageOutputOptions["format"], quality: QUALITY });
    return new Uint8Array(await result.response().arrayBuffer());
  };
}
