import { openDatabase } from "#app/db/client.server.ts";
import { listUnhandled, markHandled } from "#app/db/events.server.ts";
import { log, reasonOf } from "#app/log.ts";
import type { Env } from "../env.ts";
import { recordLateness } from "../observe.ts";
import { removePictures } from "../pictures/remove.ts";
import type { Exports } from "../snapshots/edge.ts";
import { purgerOf } from "../snapshots/purger.ts";
import { follow } from "./follow.ts";

/** What one statement reads, and how many of them one sweep takes: more than happens in many minutes. */
const EVENTS_AT_ONCE = 500;
const ROUNDS_MAX = 20;

/**
 * Sees to the events that nobody has seen to: those of a request that died after its commit, of the operator's commands, and
 * all that a consumer refused. Every minute (wrangler.toml, `triggers`). An event that was seen to by its request comes here
 * once more, to be noted as handled: so no write waits for that. Then removes the pictures that nobody has or shows.
 */
export async function sweep(env: Env, ctx: Exports): Promise<void> {
  await noteLateness(env, ctx);
  const database = openDatabase(env.DATABASE_URL);
  try {
    for (let round = 0; round < ROUNDS_MAX; round += 1) {
      const events = await listUnhandled(database, EVENTS_AT_ONCE);
      if (events.length === 0) break;
      await follow(events, ctx);
      const ids = events.map(({ id }) => id);
      await markHandled(database, ids);
      if (events.length < EVENTS_AT_ONCE) break;
    }
    await removePictures(database, env, ctx);
  } finally {
    await database.close();
  }
}

/** Each minute, so that whoever watches sees it grow. Events are seen to whether or not the Purger can say. */
async function noteLateness(env: Env, ctx: Exports): Promise<void> {
  try {
    recordLateness(await purgerOf(ctx).lateness(), env);
  } catch (error) {
    log({ level: "warning", message: "Nobody can say how late purges are", reason: reasonOf(error) });
  }
}
