import { StrictMode, startTransition } from "react";
import { hydrateRoot } from "react-dom/client";
import { HydratedRouter } from "react-router/dom";
import type { Catalogue } from "./messages/catalogue.ts";
import type { PageLanguage } from "./messages/languages.ts";
import { wordsOf } from "./messages/words.ts";
import { WordsContext } from "./ui/words.ts";

/** A browser downloads the texts of the one language that its page is in. */
const CATALOGUES: Record<PageLanguage, () => Promise<Catalogue>> = {
  en: async () => (await import("./messages/en.ts")).en,
  de: async () => (await import("./messages/de.ts")).de,
  "en-XA": disguised,
  "en-XB": disguised,
};

async function disguised(): Promise<Catalogue> {
  const [{ en }, { disguise }] = await Promise.all([
    import("./messages/en.ts"),
    import("./messages/pseudo.ts"),
  ]);
  return disguise(en);
}

const language = document.documentElement.lang as PageLanguage;
const words = wordsOf(language, await CATALOGUES[language]());

startTransition(() => {
  hydrateRoot(
    document,
    <StrictMode>
      <WordsContext value={words}>
        <HydratedRouter />
      </WordsContext>
    </StrictMode>,
  );
});
