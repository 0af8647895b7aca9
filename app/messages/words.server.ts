import type { Catalogue } from "./catalogue.ts";
import { de } from "./de.ts";
import { en } from "./en.ts";
import type { PageLanguage } from "./languages.ts";
import { disguise } from "./pseudo.ts";
import { type Words, wordsOf } from "./words.ts";

const CATALOGUES: Record<PageLanguage, () => Catalogue> = {
  en: () => en,
  de: () => de,
  "en-XA": () => disguise(en),
  "en-XB": () => disguise(en),
};

const made = new Map<PageLanguage, Words>();

/** The words of a language. A browser has those of one, and loads them before it draws (app/entry.client.tsx). */
export function wordsIn(language: PageLanguage): Words {
  const known = made.get(language);
  if (known) return known;
  const words = wordsOf(language, CATALOGUES[language]());
  made.set(language, words);
  return words;
}
