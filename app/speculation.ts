import { PUBLIC_PAGES } from "./public-pages.ts";

/**
 * The pages that readers may see, in the syntax of URL patterns, of which speculation rules take all but regular
 * expressions. What may be left out is asked for, so that a path of two words, as the form of a new thread has, never matches.
 */
const SPECULATED_PAGES = PUBLIC_PAGES.map(({ pattern }) => pattern.replace("?", ""));

/** A link says that it wants none of it by `rel="nofollow"`, as every link in a post does; nor does the page one is on. */
const OPTED_OUT = "[rel~=nofollow],[aria-current]";

const RULE = {
  where: {
    and: [
      {
        href_matches: SPECULATED_PAGES.map((pathname) => ({ pathname })),
        relative_to: "document",
      },
      { not: { selector_matches: OPTED_OUT } },
    ],
  },
};

/** Fetched when the pointer rests on a link, drawn when it is pressed (HTML, "Speculation rules"). */
const RULES = {
  prefetch: [{ ...RULE, eagerness: "moderate" }],
  prerender: [{ ...RULE, eagerness: "conservative" }],
};

/**
 * The value of `Speculation-Rules` for readers' pages. The rules travel in the header itself, as a `data:` address: a
 * file of their own would be a third request of a page that has two (docs/decisions/0012-feel.md).
 */
export const SPECULATION_RULES = `"data:application/speculationrules+json,${JSON.stringify(RULES).replaceAll('"', "%22")}"`;
