import type { StoredEvent } from "#app/domain/events.ts";
import { log, reasonOf } from "#app/log.ts";
import type { Exports } from "../snapshots/edge.ts";
import { purgerOf } from "../snapshots/purger.ts";
import { noteWithdrawn } from "../snapshots/withdrawn.ts";

/**
 * Sees to all that follows from events. Called with a request's own events before it is answered, and by the sweep with
 * those that nobody has seen to: so each comes at least once, in no certain order, and may come again. Throws where
 * something was not seen to.
 */
export async function follow(events: readonly StoredEvent[], ctx: Exports): Promise<void> {
  for (const consume of CONSUMERS) await consume(events, ctx);
}

/** Sees to a request's events before it is answered. A write stands whether or not that works: the sweep sees to the rest. */
export async function followNow(events: readonly StoredEvent[], ctx: Exports): Promise<void> {
  if (events.length === 0) return;
  try {
    await follow(events, ctx);
  } catch (error) {
    log({ level: "error", message: "Events were left to the sweep", reason: reasonOf(error) });
  }
}

/** What follows from events. Each may be called with an event any number of times, and does its work once. */
const CONSUMERS: ((events: readonly StoredEvent[], ctx: Exports) => Promise<void>)[] = [dropPages];

async function dropPages(events: readonly StoredEvent[], ctx: Exports): Promise<void> {
  noteWithdrawn(await purgerOf(ctx).drop(events));
}
