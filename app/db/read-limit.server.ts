/** A place that is still taken after this long belongs to a request that was broken off before it could give it back. */
const PLACE_MS = 30_000;

/** Whoever waits for a place looks again after this long. */
export const PLACE_STEP_MS = 100;

/** A place that a request has taken. Give it back with `leave`. */
export type Place = { readonly takenAt: number };

export type ReadLimit = ReturnType<typeof createReadLimit>;

/**
 * Bounds how many reads an isolate works on at a time, so that what it has begun ends soon and writes are not kept
 * waiting behind it. Nothing here waits: workerd lets no request wait for another's promise.
 * @param size how many places there are just now
 * @param now the time in milliseconds
 */
export function createReadLimit(size: () => number, now: () => number = Date.now) {
  const taken = new Set<Place>();
  let refusedAt = Number.NEGATIVE_INFINITY;

  const dropLost = () => {
    // Also where the clock was set back.
    for (const place of taken) if (Math.abs(now() - place.takenAt) > PLACE_MS) taken.delete(place);
  };

  return {
    /**
     * Takes a place, or answers null where there is none. Who has waited comes first: as long as one of them is refused,
     * newcomers are too, or a stream of them would take each place that is given back.
     */
    enter({ hasWaited }: { hasWaited: boolean }): Place | null {
      dropLost();
      const takenAt = now();
      if (!hasWaited && Math.abs(takenAt - refusedAt) <= PLACE_STEP_MS) return null;
      if (taken.size >= size()) {
        if (hasWaited) refusedAt = takenAt;
        return null;
      }
      const place = { takenAt };
      taken.add(place);
      return place;
    },

    leave(place: Place): void {
      taken.delete(place);
    },

    isEmpty(): boolean {
      dropLost();
      return taken.size === 0;
    },
  };
}

/** What a connection is for: what is sent, a reader's page, the rows that a member's page asks for, or a member's page. */
export type Work = "write" | "reader" | "rows" | "member";

/**
 * The requests of each kind that one isolate works on at a time; the others wait (`openDatabase`), and what the page cache
 * answers needs no place. Writes are let through whatever else goes on. A member's page is 6 to 10 ms of CPU and a reader's
 * 7 to 14 (docs/operating.md), or twice that in a new isolate. So what has been begun ends within 2.5 seconds, half of what
 * a write has for its answer. And where a page waits 0.3 s in all for a database far away, 32 at a time still keep the CPU
 * busy.
 */
const MEMBER_READS_AT_ONCE = 32;
/** Members' pages hold their place while they wait for these, so that these need places of their own. */
const ROWS_AT_ONCE = 64;
/**
 * Readers' pages that no cache has, as a scraper asks for them; fewer while a member's request is under way. Each step of
 * that waits behind every page that has been begun (docs/performance.md has what other numbers come to).
 */
const READER_READS_AT_ONCE = 8;
const READER_READS_BESIDE_MEMBERS = 1;

const write = createReadLimit(() => Number.POSITIVE_INFINITY);
const member = createReadLimit(() => MEMBER_READS_AT_ONCE);
const rows = createReadLimit(() => ROWS_AT_ONCE);
const reader = createReadLimit(() =>
  write.isEmpty() && member.isEmpty() ? READER_READS_AT_ONCE : READER_READS_BESIDE_MEMBERS,
);

/** Plain data: all requests of an isolate share it. */
export const readLimits = { write, member, rows, reader };
