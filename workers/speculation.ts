/**
 * The pages that readers may see, in the syntax of URL patterns, of which speculation rules take all but regular
 * expressions. A name stands for one part of a path, so that `/t/new` and what lies deeper than a page never match.
 */
const SPECULATED_PAGES = ["/", "/c/:category", "/t/:number/:slug", "/u/:handle"];

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
