import type { Catalogue, Key, Message, TextKey, ValuesOf } from "./catalogue.ts";
import { languageFacts, type PageLanguage } from "./languages.ts";

/** How one language says everything. It knows no request and never changes, so all requests share it. */
export type Words = ReturnType<typeof wordsOf>;

type Given = Readonly<Record<string, string | number>>;

/** The words of a language, out of its catalogue. Its formats are made once: one costs more than a hundred uses of it. */
export function wordsOf(language: PageLanguage, catalogue: Catalogue) {
  const { direction, locale } = languageFacts(language);
  const plurals = new Intl.PluralRules(locale);
  const number = new Intl.NumberFormat(locale);
  const date = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat(locale, { ...options, timeZone: "UTC" });

  /** The text as the catalogue has it, in the form that goes with `count`. */
  function textOf(key: Key, given: { count?: unknown } | undefined): string {
    // A page that is open while newer code is deployed gets messages that it has no text for.
    const text = catalogue[key] ?? catalogue["error.other"];
    if (typeof text === "string") return text;
    return text[plurals.select(Number(given?.count))] ?? text.other;
  }

  function write(key: Key, given?: Given): string {
    const text = textOf(key, given);
    if (!given) return text;
    return text.replace(/\{(\w+)\}/g, (_, name: string) => written(given[name] ?? ""));
  }

  function written(value: string | number): string {
    return typeof value === "number" ? number.format(value) : value;
  }

  return {
    language,
    direction,
    /** A text by its key. */
    t: <K extends TextKey>(key: K, ...[values]: ValuesOf<K>): string => write(key, values),
    /** A message that came from elsewhere. */
    say: (message: Message): string =>
      typeof message === "string" ? write(message) : write(message[0], message[1]),
    textOf,
    written,
    /** "3 hours ago". */
    relative: new Intl.RelativeTimeFormat(locale, { numeric: "always" }),
    /** "3h ago". */
    relativeShort: new Intl.RelativeTimeFormat(locale, { numeric: "always", style: "narrow" }),
    /** "22 Nov 2026". */
    day: date({ dateStyle: "medium" }),
    /** "22 Nov". */
    dayOfYear: date({ day: "numeric", month: "short" }),
    /** "Nov 2026". */
    month: date({ month: "short", year: "numeric" }),
    /** "22 Nov 2026, 14:05". */
    exact: date({ dateStyle: "medium", timeStyle: "short" }),
    /** "22 Nov, 14:05". */
    recent: date({ day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" }),
  };
}
