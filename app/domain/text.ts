import { HANDLE_MAX, HANDLE_MIN } from "./limits.ts";

/** Longest slug, in characters. Long enough for a whole title of a dozen words. */
export const SLUG_MAX = 80;

/** What the slug of a title without letters or digits is. */
const SLUG_FALLBACK = "thread";

/** Combining marks on one letter. Real writing stacks up to five; more reaches into the lines above. */
const MARKS_MAX = 6;

/** Characters that end a line or look like a space. JavaScript counts the byte order mark (U+FEFF) in; we do not. */
const SPACES = /(?:(?!\uFEFF)[\s\u0085\u2800])+/gu;

/**
 * Characters that nobody sees: controls, everything Unicode calls ignorable (zero-width spaces and joiners,
 * direction marks and overrides, fillers, variation selectors, tags), annotation marks, and non-characters.
 * They make two names look alike, turn text round, or leave a title empty to the eye.
 */
const INVISIBLE = /[\p{Cc}\p{Default_Ignorable_Code_Point}\u{FFF9}-\u{FFFB}\p{Noncharacter_Code_Point}]/u;

/** Scripts whose words are spelled with ZWJ and ZWNJ: without it, Persian "می‌خواهم" is misspelled. */
const JOINING =
  "\\p{scx=Arab}\\p{scx=Syrc}\\p{scx=Mong}\\p{scx=Nkoo}\\p{scx=Deva}\\p{scx=Beng}\\p{scx=Guru}\\p{scx=Gujr}" +
  "\\p{scx=Orya}\\p{scx=Taml}\\p{scx=Telu}\\p{scx=Knda}\\p{scx=Mlym}\\p{scx=Sinh}\\p{scx=Khmr}\\p{scx=Mymr}";

/**
 * Invisible characters that spell something, kept where they do: ZWJ inside an emoji, ZWJ and ZWNJ after a letter
 * of a joining script, one variation selector after what it varies, and the tags of a flag such as Scotland's.
 */
const MEANINGFUL = new RegExp(
  "(?<=[\\p{Extended_Pictographic}\\u{FE0F}\\p{Emoji_Modifier}])\\u{200D}(?=\\p{Extended_Pictographic})" +
    `|(?<=[${JOINING}])(?<!\\p{Default_Ignorable_Code_Point})[\\u{200C}\\u{200D}]` +
    "|(?<=[\\p{L}\\p{N}\\p{S}\\p{Emoji}])(?<!\\p{Default_Ignorable_Code_Point})[\\u{FE0E}\\u{FE0F}\\u{E0100}-\\u{E01EF}]" +
    "|(?<=\\p{Script=Mong})(?<!\\p{Default_Ignorable_Code_Point})[\\u{180B}-\\u{180D}\\u{180F}]" +
    "|(?<=\\u{1F3F4})[\\u{E0030}-\\u{E0039}\\u{E0061}-\\u{E007A}]{1,6}\\u{E007F}",
  "u",
);

const MEANINGFUL_OR_INVISIBLE = new RegExp(`(${MEANINGFUL.source})|${INVISIBLE.source}`, "gu");
const ALL_INVISIBLE = new RegExp(INVISIBLE.source, "gu");
const STACKED_MARKS = new RegExp(`(\\p{M}{${MARKS_MAX}})\\p{M}+`, "gu");

/**
 * Text for a field of one line (titles, names): composed (NFC), line breaks and tabs made spaces, invisible
 * characters taken out, spaces collapsed and trimmed. Cleaning twice changes nothing.
 */
export function cleanLine(text: string): string {
  return text
    .toWellFormed()
    .replace(SPACES, " ")
    .normalize("NFC")
    .replace(MEANINGFUL_OR_INVISIBLE, (_, meaningful: string | undefined) => meaningful ?? "")
    .normalize("NFC")
    .replace(STACKED_MARKS, "$1")
    .replace(/ +/g, " ")
    .trim();
}

/** Other ways to write a line break: Windows and old Mac ones, next line, line and paragraph separators. */
const LINE_BREAKS = /\r\n?|[\u0085\u2028\u2029]/g;

/**
 * What a body may not hold: controls but tab and line feed (Postgres refuses NUL), byte order marks, and the
 * characters that show text in another order than it stands (CVE-2021-42574, "Trojan Source").
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: removing them is the point
const FORBIDDEN_IN_BODY = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u202A-\u202E\u2066-\u2069\uFEFF]/g;

/**
 * Text for a field of many lines (Markdown). It may be code, so it is otherwise left as typed: not composed, and
 * zero-width characters stay. Blank lines at the start and blanks at the end go.
 */
export function cleanBody(text: string): string {
  return text
    .toWellFormed()
    .replace(LINE_BREAKS, "\n")
    .replace(FORBIDDEN_IN_BODY, "")
    .replace(/^(?:[ \t]*\n)+/, "")
    .trimEnd();
}

/** Characters as the limits count them: Unicode code points, as Postgres's `char_length` does. An emoji is 1 or more. */
export function countCharacters(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}

/** Combining marks with nothing to stand on. */
const STRAY_MARKS = /(?<![\p{L}\p{N}\p{P}\p{S}\p{M}])\p{M}+/gu;

/** Characters that leave ink: no spaces, no invisible characters, no marks without a letter. */
export function visibleLength(text: string): number {
  return countCharacters(text.replace(ALL_INVISIBLE, "").replace(STRAY_MARKS, "").replace(SPACES, ""));
}

/** Latin letters that are no letter plus accent, in ASCII. */
const LATIN_TO_ASCII: Record<string, string> = {
  ß: "ss",
  æ: "ae",
  œ: "oe",
  ø: "o",
  đ: "d",
  ð: "d",
  ħ: "h",
  ı: "i",
  ł: "l",
  ŋ: "n",
  þ: "th",
  ŧ: "t",
};

/** Lower case, compatibility forms (ﬁ, Ａ, ²) made plain, apostrophes dropped, and accents taken off Latin letters. */
function fold(text: string): string {
  return text
    .toWellFormed()
    .replace(SPACES, " ")
    .replace(ALL_INVISIBLE, "")
    .replace(/['’ʼ]/g, "")
    .normalize("NFKC")
    .toLowerCase()
    .normalize("NFD")
    .replace(/(\p{Script=Latin})\p{M}+/gu, "$1")
    .replace(/\p{Script=Latin}/gu, (letter) => LATIN_TO_ASCII[letter] ?? letter)
    .normalize("NFC");
}

/**
 * The readable part of a thread's address: letters and digits of any script, lower case, with hyphens between;
 * 1 to `SLUG_MAX` characters, never empty. `slugify(slugify(title))` is `slugify(title)`.
 */
export function slugify(title: string): string {
  const words = fold(title)
    .replace(/(^|[^\p{L}\p{M}\p{N}])\p{M}+/gu, "$1")
    .replace(/[^\p{L}\p{M}\p{N}]+/gu, "-")
    .replace(/^-+|-+$/g, "");
  return cutAtHyphen(words, SLUG_MAX) || SLUG_FALLBACK;
}

function cutAtHyphen(words: string, max: number): string {
  const characters = [...words];
  if (characters.length <= max) return words;
  const cut = characters.slice(0, max).join("");
  const end = characters[max] === "-" ? cut.length : cut.lastIndexOf("-");
  return (end > cut.length / 2 ? cut.slice(0, end) : cut).replace(/-+$/, "");
}

/**
 * A handle made of a Clerk username or of a name: `HANDLE_MIN` to `HANDLE_MAX` of a to z, digits and single
 * hyphens. Null when too little is left, when it is reserved, and for an email address, which no handle may reveal.
 */
export function handleFromName(name: string | null | undefined): string | null {
  if (!name || /\S@\S/.test(name)) return null;
  const handle = fold(name)
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+/, "")
    .slice(0, HANDLE_MAX)
    .replace(/-+$/, "");
  return handle.length < HANDLE_MIN || isReservedHandle(handle) ? null : handle;
}

/** Words that speak for the forum. Also refused with digits after them or hyphens between: `admin-2`. */
const ROLES = new Set(
  (
    "abuse admin administrator admins edgewise everyone forum here help mod moderator moderators mods " +
    "official owner root security sitemod staff superuser support sysadmin system team webmaster"
  ).split(" "),
);

/** Words that are, or may become, addresses or that a page says in a person's place. */
const WORDS = new Set(
  (
    "about account all anonymous api assets bookmarks category continue delete deleted edit everybody feed guest " +
    "healthz login logout me member members moderation new nobody none notifications null privacy register robots " +
    "rss search settings sign-in sign-out sign-up signin signout signup sitemap static tag tags terms thread " +
    "threads undefined unknown user users webhooks you"
  ).split(" "),
);

/** Whether the forum keeps a handle for itself. Upper and lower case are the same. */
export function isReservedHandle(handle: string): boolean {
  const lower = handle.toLowerCase();
  const bare = lower.replaceAll("-", "").replace(/\d+$/, "");
  return WORDS.has(lower) || ROLES.has(bare) || ROLES.has(lower.replaceAll("-", ""));
}
