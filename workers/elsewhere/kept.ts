import { sha256 } from "#app/domain/hash.ts";
import type { PictureFile } from "#app/domain/picture-file.ts";
import { log, reasonOf } from "#app/log.ts";
import { MEDIA_TYPES } from "../pictures/objects.ts";

/** A picture of another host is asked for again after a month, in seconds. docs/deploying.md has the bucket forget it then. */
export const KEPT_SECONDS = 30 * 24 * 60 * 60;

/** A picture that is kept: what is sent of it, and for how long it may be kept elsewhere (seconds). */
export type KeptPicture = {
  body: BodyInit;
  bytes: number;
  type: string;
  freshFor: number;
};

/** Pictures of other hosts in the bucket, by their addresses. Where there is no bucket, or it fails, nothing is kept. */
export function keptPictures(bucket: R2Bucket | undefined) {
  return {
    async get(address: string): Promise<KeptPicture | null> {
      try {
        const found = await bucket?.get(await nameOf(address));
        if (!found) return null;
        const freshFor = KEPT_SECONDS - Math.floor((Date.now() - found.uploaded.getTime()) / 1000);
        if (freshFor > 0)
          return {
            body: found.body,
            bytes: found.size,
            type: found.httpMetadata?.contentType ?? "",
            freshFor,
          };
        await found.body.cancel();
        return null;
      } catch (error) {
        log({ level: "warning", message: "The bucket of pictures does not answer", reason: reasonOf(error) });
        return null;
      }
    },

    async put(address: string, { bytes, kind }: PictureFile): Promise<void> {
      try {
        const options = { httpMetadata: { contentType: MEDIA_TYPES[kind] }, customMetadata: { address } };
        await bucket?.put(await nameOf(address), bytes, options);
      } catch (error) {
        log({ level: "warning", message: "The bucket of pictures takes nothing", reason: reasonOf(error) });
      }
    },
  };
}

async function nameOf(address: string): Promise<string> {
  return `elsewhere/${await sha256(address)}`;
}
