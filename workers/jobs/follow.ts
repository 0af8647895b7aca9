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

/** For so long a writer waits for what follows (milliseconds): as long as for a statement. */
const FOLLOW_MS = 5_000;

/**
 * Sees to a request's events before it is answered. A write stands whether or not that works, or takes too long: the sweep
 * sees to the rest.
 */
export async function followNow(events: readonly StoredEvent[], ctx: Exports): Promise<void> {
  if (events.length === 0) return;
  const late = Promise.withResolvers<never>();
  const reason = new Error(`Nothing came of them in ${FOLLOW_MS} ms`);
  const timer = setTimeout(late.reject, FOLLOW_MS, reason);
  try {
    await Promise.race([follow(events, ctx), late.promise]);
  } catch (error) {
    log({ level: "error", message: "Events were left to the sweep", reason: reasonOf(error) });
  } finally {
    clearTimeout(timer);
  }
}

/** What follows from events. Each may be called with an event any number of times, and does its work once. */
const CONSUMERS: ((events: readonly StoredEvent[], ctx: Exports) => Promise<void>)[] = [dropPages];

async function dropPages(events: readonly StoredEvent[], ctx: Exports): Promise<void> {
  noteWithdrawn(await purgerOf(ctx).drop(events));
}
