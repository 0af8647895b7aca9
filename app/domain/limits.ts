/** Lengths are counted in characters (Unicode code points), as people count them. */

export const TITLE_MIN = 3;
/** Lemmy's and the reference's bound; longer titles wrap over four lines on a telephone. */
export const TITLE_MAX = 200;

/** UTF-16 units. A longer line is refused uncleaned: cleaning takes more time a character the more accents pile up. */
export const LINE_UNITS_MAX = 2_000;

export const BODY_MIN = 1;
/** Rendering any text of this length stays under 100 ms, and in a new process at it (docs/decisions/0004-markdown.md). */
export const BODY_MAX = 30_000;

/** Why a moderator locked or pinned: a sentence or two, which stand under the title. */
export const REASON_MAX = 200;

export const HANDLE_MIN = 3;
export const HANDLE_MAX = 30;

/** Replies on a page. A reply's page follows from its number alone, so permalinks never shift. */
export const REPLIES_PER_PAGE = 20;
/** Threads on a page of a list. */
export const THREADS_PER_PAGE = 25;
/** Pinned threads on top of the home page: of a forum's many pins, those that were pinned last. */
export const PINNED_AT_HOME = 3;

/** A form of `BODY_MAX` four-byte characters, percent-encoded, is 360 KB; this leaves room for the rest. */
export const FORM_BYTES_MAX = 1_048_576;
/**
 * Fields in a form. Ours have four at most; reading a megabyte of empty ones takes seconds, and showing them again more.
 * What a browser's extension or a form of an older version adds is ignored, so it has room.
 */
export const FORM_FIELDS_MAX = 40;
/** Clerk's user events are a few KB; nothing honest comes near this. */
export const WEBHOOK_BYTES_MAX = 262_144;

/** How long the text of someone whose session ended is kept for them. */
export const HELD_FORM_SECONDS = 3600;
/** Forms kept for one browser; the oldest gives way. */
export const HELD_FORMS_MAX = 5;
