/**
 * How long what readers see is kept, and how it is dropped when it changes. docs/decisions/0009-page-cache.md weighs
 * each number. Plain rules, so that the Worker keeps to them and the benchmark can reckon with them.
 */

import type { Fact } from "./facts.ts";

/** For how many seconds something kept may be served, and for how many more once, while it is renewed. */
export type Lifetime = { freshFor: number; staleFor: number };

/** A page of readers is served without asking anew for an hour: what it shows drops it when that changes. */
export const FRESH_SECONDS = 3600;
/** For a day after that it is served once more while a new one is made, so that a page seen once a day is not waited for. */
export const STALE_SECONDS = 86_400;

/** A list ordered by score renews by age, for votes drop no list: no such list is older than five minutes. */
export const SCORED_FRESH_SECONDS = 240;
export const SCORED_STALE_SECONDS = 60;

/** What shows no fact that a change could name (an unknown handle, an address that is none) ends by age alone. */
export const UNNAMED_FRESH_SECONDS = 60;

/** Cloudflare takes so many names with an answer, and so many bytes of them with their commas (`Cache-Tag`). */
export const TAGS_MAX = 1_000;
export const TAG_BYTES_MAX = 16_000;

/**
 * How an answer that shows these facts is kept: for how long, and which of them may be named with it. An answer of which a
 * change could go by unheard, since it shows no fact or more than can be named, ends by age alone.
 */
export function keptAs(shows: Fact[], lifetime: Lifetime | null): Lifetime & { tags: Fact[] } {
  let bytes = 0;
  const tags = shows.slice(0, TAGS_MAX).filter(({ length }) => {
    bytes += length + 1;
    return bytes <= TAG_BYTES_MAX;
  });
  const isNamed = tags.length > 0 && tags.length === shows.length;
  return { ...((isNamed && lifetime) || { freshFor: UNNAMED_FRESH_SECONDS, staleFor: 0 }), tags };
}

/** Cloudflare takes 25 purges at once, gives one more every 12 seconds, and takes 100 names with each (Workers Caching, "Limitations"). */
export const PURGE_BURST = 25;
export const PURGE_EVERY_MS = 12_000;
export const PURGE_NAMES_MAX = 100;

/** Votes are gathered for so long: with the wait for a purge, readers see a score within a minute. */
export const SCORE_WAIT_MS = 45_000;

/** A page that changes all the time has a copy for outages as old as this: what is kept for readers is newer, for a day. */
export const COPY_RENEW_MS = 72 * 3_600_000;
/** A list changes with everything, and shows the way to it. */
export const LIST_COPY_RENEW_MS = 24 * 3_600_000;
/** What does not change is copied anew as often, so that its copy lives for as long as it is read. */
export const COPY_REFRESH_MS = 30 * 86_400_000;
