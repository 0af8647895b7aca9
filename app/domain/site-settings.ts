import { z } from "zod";
import { ACCENTS, type AccentName, DEFAULT_ACCENT, type FooterLink } from "./site.ts";

/* What an operator's variables may say of the forum. Apart from site.ts, so that no browser loads it. */

/** The name of a colour. */
const Accent = z.enum(Object.keys(ACCENTS) as [AccentName, ...AccentName[]], {
  error: `must be one of ${Object.keys(ACCENTS).join(", ")}`,
});

/** So many links fit a footer, and so many characters each of them. */
const LINKS_MAX = 12;
const LABEL_MAX = 40;

/** `Imprint=https://example.com/imprint Terms of use=/t/1/terms`: each link ends where its address does. */
const FooterLinks = z.string().transform((text, context): FooterLink[] => {
  const fail = (message: string) => {
    context.addIssue({ code: "custom", message });
    return z.NEVER;
  };
  const links: FooterLink[] = [];
  for (const [, given = "", address = ""] of text.matchAll(/([^=]*)=?(\S*)/g)) {
    const [label, href] = [given.trim(), linkAddress(address)];
    if (label === "" && address === "") continue;
    if (label === "") return fail(`"=${address}" has no name before it, as in Rules=/t/1/rules`);
    if (label.length > LABEL_MAX)
      return fail(`"${label.slice(0, LABEL_MAX)}…" is too long for a link of the footer`);
    if (href === null)
      return fail(
        `"${label}=${address}" is no link: NAME=https://…, NAME=mailto:… or NAME=/path, one after the other`,
      );
    links.push({ label, href });
  }
  return links.length > LINKS_MAX
    ? fail(`has ${links.length} links, and a footer holds ${LINKS_MAX}`)
    : links;
});

/** The address as a link may have it; null for what is none, or leads to a script. */
function linkAddress(address: string): string | null {
  if (address.startsWith("/"))
    return URL.parse(address, "http://here.invalid")?.host === "here.invalid" ? address : null;
  const url = URL.parse(address);
  return url && ["https:", "http:", "mailto:"].includes(url.protocol) ? address : null;
}

/** One or two letters, or an emoji, in place of the turned page. */
const Mark = z
  .string()
  .trim()
  .refine(
    (text) => [...new Intl.Segmenter().segment(text)].length <= 2,
    "is one or two letters, or an emoji",
  );

/** The variables by which an operator lets the forum look: all of them may be left out. */
export const SITE_VARIABLES = {
  FORUM_DESCRIPTION: z.string().trim().default(""),
  FORUM_ACCENT: Accent.default(DEFAULT_ACCENT),
  FORUM_MARK: Mark.default(""),
  FORUM_FOOTER_LINKS: FooterLinks.default([]),
};

/** What is wrong with them, a sentence each; none where the forum can run with these variables. */
export function siteProblems(variables: Readonly<Record<string, unknown>>): string[] {
  const { error } = z.object(SITE_VARIABLES).safeParse(variables);
  return (error?.issues ?? []).map(({ path, message }) => `${path.join(".")}: ${message}`);
}
