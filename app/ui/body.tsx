import { createContext, use } from "react";
import { picturesAsLinks } from "#app/domain/pictures-as-links.ts";
import type { Words } from "#app/messages/words.ts";
import { useWords } from "./words.ts";

/** Whether the page shows pictures, or links in their place. */
export const PicturesContext = createContext(true);

/** A post's HTML: rendered and sanitized by app/domain/markdown.ts when it was written, and trusted only for that. */
export function Body({ html }: { html: string }) {
  const words = useWords();
  const shown = use(PicturesContext) ? html : picturesAsLinks(html, words.t("body.picture"));
  const named = nameParts(shown, words);
  // biome-ignore lint/security/noDangerouslySetInnerHtml: the one place where stored HTML reaches a page
  return <div className="body" dir="auto" dangerouslySetInnerHTML={{ __html: named }} />;
}

/** The tags of what has no text of its own: boxes of task lists, tables that scroll, and pictures that nobody described. */
const NAMELESS = /<(?:input|div class="table-scroll"|img (?=[^>]* alt=""))[^>]*>/g;

/**
 * Says what the nameless parts are, in the page's language: what is stored is for all languages. (The renderer wrote names
 * in English before its version 3.) None of these texts needs escaping, as a test of the catalogue makes sure.
 */
function nameParts(html: string, { t }: Words): string {
  return html.replace(NAMELESS, (tag) => {
    // Each picture leads somewhere, and a link needs a name.
    if (tag.startsWith("<img")) return tag.replace(' alt=""', ` alt="${t("body.picture")}"`);
    const isDone = / checked\b/.test(tag);
    const name = tag.startsWith("<div") ? t("body.table") : t(isDone ? "task.done" : "task.open");
    return tag.replace(/ aria-label="[^"]*"/, "").replace(/^<\w+/, `$& aria-label="${name}"`);
  });
}
