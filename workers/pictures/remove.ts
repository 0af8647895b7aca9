import type { Database } from "#app/db/client.server.ts";
import { claimOwnerless, dropUnshownPictures, forgetPictures } from "#app/db/pictures.server.ts";
import type { Env } from "../env.ts";
import { follow } from "../jobs/follow.ts";
import type { Exports } from "../snapshots/edge.ts";
import { keysOf } from "./objects.ts";

/**
 * Removes what no post has shown for a day, and what nobody owns any more: first its bytes, then its row, then what caches have.
 * Whoever dies in between leaves a row, at which another sweep begins again.
 */
export async function removePictures(database: Database, { PICTURES }: Env, ctx: Exports): Promise<void> {
  if (!PICTURES) return;
  await dropUnshownPictures(database);
  const pictures = await claimOwnerless(database);
  if (pictures.length === 0) return;
  await PICTURES.delete(pictures.flatMap(keysOf));
  await follow(await forgetPictures(database, pictures), ctx);
}
