/**
 * The languages of the forum. `name` is the language's own, `locale` says how it writes dates and numbers, and
 * `direction` which way it runs.
 */
export const LANGUAGES = {
  en: { name: "English", locale: "en-GB", direction: "ltr" },
  de: { name: "Deutsch", locale: "de", direction: "ltr" },
} as const;

/** A language that a forum can be in and a member can choose. */
export type Language = keyof typeof LANGUAGES;

/**
 * English in disguise, for whoever works on the pages: accents and 40 % more length (`en-XA`), and the same from right
 * to left (`en-XB`). What stands in plain letters is not in the catalogue; what does not fit would not fit elsewhere.
 */
export const PSEUDO_LANGUAGES = {
  "en-XA": { name: "[Éñĝļîšħ]", locale: "en-GB", direction: "ltr" },
  "en-XB": { name: "[Éñĝļîšħ ←]", locale: "en-GB", direction: "rtl" },
} as const;

export type PseudoLanguage = keyof typeof PSEUDO_LANGUAGES;

/** The language of a page. */
export type PageLanguage = Language | PseudoLanguage;

/** What is known of the language of a page. */
export function languageFacts(language: PageLanguage): {
  name: string;
  locale: string;
  direction: "ltr" | "rtl";
} {
  return { ...LANGUAGES, ...PSEUDO_LANGUAGES }[language];
}

/** What a forum is in whose operator has chosen no language. */
export const DEFAULT_LANGUAGE: Language = "en";

/** Whether a word names a language of the forum. */
export function isLanguage(word: string | null | undefined): word is Language {
  return word != null && Object.hasOwn(LANGUAGES, word);
}

/** Whether a word names one of the languages for trying out pages. */
export function isPseudoLanguage(word: string): word is PseudoLanguage {
  return Object.hasOwn(PSEUDO_LANGUAGES, word);
}
