import type { Fact } from "#app/domain/facts.ts";
import type { Exports, Shown } from "./edge.ts";
import { type Pending, purgerOf } from "./purger.ts";

/** How often an isolate asks what was taken back and is still kept. */
const ASK_EVERY_MS = 30_000;

/** What was taken back while Cloudflare takes no purge, as this isolate last heard; mostly nothing. */
let pending = new Map<Fact, number>();
let askedAt = 0;

/** Takes over what the Purger says of it. */
export function noteWithdrawn(owed: Pending): void {
  pending = new Map(owed.map(({ fact, at }) => [fact, at]));
}

export type Waiting = Pick<ExecutionContext, "waitUntil">;

/**
 * Whether something kept shows what was taken back since it was made. A purge that Cloudflare refuses comes seconds later;
 * until then this holds, here at once and in every other isolate once it has asked.
 */
export function showsWithdrawn(read: () => Shown | null, ctx: Exports & Waiting): boolean {
  const now = Date.now();
  if (now - askedAt > ASK_EVERY_MS) {
    askedAt = now;
    const asked = purgerOf(ctx).pending();
    ctx.waitUntil(asked.then(noteWithdrawn, () => {}));
  }
  // Mostly so, and then nothing has to be read.
  if (pending.size === 0) return false;
  const { shows, madeAt } = read() ?? { shows: [], madeAt: now };
  return shows.some((fact) => (pending.get(fact) ?? 0) >= madeAt);
}
