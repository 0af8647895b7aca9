/** A place that is still taken after this long belongs to a request that was broken off before it could give it back. */
const PLACE_MS = 30_000;

/** Whoever waits for a place looks again after so long: soon where few wait, and all of them together 500 times a second. */
const STEP_MS_EACH = 2;
const STEP_MS_MIN = 10;
const STEP_MS_MAX = 100;

/** Members read on: while one of them was answered this recently, the next request of theirs is near. */
const QUIET_MS = 500;

/** A place that a request has taken. Give it back with `leave`. */
export type Place = { readonly takenAt: number };

/** Who looks for a place: the same object each time. */
export type Seeker = object;

export type ReadLimit = ReturnType<typeof createReadLimit>;

/**
 * Bounds how many reads an isolate works on at a time, so that what it has begun ends soon and writes are not kept
 * waiting behind it. Whoever finds no place waits by `waitForPlace`.
 * @param size how many places there are just now
 * @param now the time in milliseconds
 */
export function createReadLimit(size: () => number, now: () => number = Date.now) {
  const taken = new Set<Place>();
  /** When each of those who wait looked last. One who has stopped looking, since their request was broken off, is dropped. */
  const waiting = new Map<Seeker, number>();

  let leftAt = Number.NEGATIVE_INFINITY;

  // The distance, so that a clock that is set back keeps nobody either.
  const isOver = (since: number, milliseconds: number) => Math.abs(now() - since) > milliseconds;

  const dropLost = () => {
    for (const place of taken) if (isOver(place.takenAt, PLACE_MS)) taken.delete(place);
    for (const [seeker, at] of waiting) if (isOver(at, 2 * STEP_MS_MAX)) waiting.delete(seeker);
  };

  return {
    /**
     * Takes a place, or answers null where there is none. Who has waited comes first: as long as somebody waits, newcomers
     * do too, or a stream of them would take each place that is given back.
     */
    enter(seeker: Seeker): Place | null {
      dropLost();
      const isNew = !waiting.has(seeker);
      if (taken.size >= size() || (isNew && waiting.size > 0)) {
        waiting.set(seeker, now());
        return null;
      }
      waiting.delete(seeker);
      const place = { takenAt: now() };
      taken.add(place);
      return place;
    },

    /** How long to wait before looking again, in milliseconds. */
    step(): number {
      return Math.min(Math.max(STEP_MS_EACH * waiting.size, STEP_MS_MIN), STEP_MS_MAX);
    },

    leave(place: Place): void {
      if (taken.delete(place)) leftAt = now();
    },

    /** Whether no place is taken, nor was a moment ago. */
    isQuiet(): boolean {
      dropLost();
      return taken.size === 0 && isOver(leftAt, QUIET_MS);
    },
  };
}

/**
 * Waits for a place, for so many milliseconds at most; null where none was given back. Each who waits looks by a timer of
 * their own: no request may wait for another's promise.
 */
export async function waitForPlace(limit: ReadLimit, milliseconds: number): Promise<Place | null> {
  const seeker = {};
  for (let left = milliseconds; left >= 0; ) {
    const place = limit.enter(seeker);
    if (place) return place;
    const step = limit.step();
    left -= step;
    await new Promise((resolve) => setTimeout(resolve, step));
  }
  return null;
}

/** What a connection is for: what is sent, a reader's page, the rows that a member's page asks for, or a member's page. */
export type Work = "write" | "reader" | "rows" | "member";

/**
 * The requests of each kind that one isolate works on at a time; the others wait (`openDatabase`), and what the page cache
 * answers needs no place. Writes are let through whatever else goes on. A member's page is 4 to 7 ms of CPU and a reader's
 * 5 to 12 (docs/operating.md), or twice that in a new isolate. So what has been begun ends within 2.5 seconds, half of what
 * a write has for its answer. And where a page waits 0.3 s in all for a database far away, 32 at a time still keep the CPU
 * busy.
 */
const MEMBER_READS_AT_ONCE = 32;
/** Members' pages hold their place while they wait for these, so that these need places of their own. */
const ROWS_AT_ONCE = 64;
/**
 * Readers' pages that no cache has, as a scraper asks for them; fewer while members are about. Each step of
 * a member's request waits behind every page that has been begun (docs/performance.md has what other numbers come to).
 */
const READER_READS_AT_ONCE = 8;
const READER_READS_BESIDE_MEMBERS = 1;

/** The limits of an isolate, by what a connection is for. */
export function createReadLimits(now: () => number = Date.now): Record<Work, ReadLimit> {
  const write = createReadLimit(() => Number.POSITIVE_INFINITY, now);
  const member = createReadLimit(() => MEMBER_READS_AT_ONCE, now);
  const rows = createReadLimit(() => ROWS_AT_ONCE, now);
  const isQuiet = () => write.isQuiet() && member.isQuiet();
  const reader = createReadLimit(() => (isQuiet() ? READER_READS_AT_ONCE : READER_READS_BESIDE_MEMBERS), now);
  return { write, member, rows, reader };
}

/** Plain data: all requests of an isolate share it. */
export const readLimits = createReadLimits();
