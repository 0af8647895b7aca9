import { parseElsewherePath } from "./elsewhere.ts";
import { ELSEWHERE_REL } from "./markdown-pictures.ts";
import { parsePicturePath } from "./picture.ts";

/** A link that holds at least one picture. Links do not nest, and pictures stand in links alone (markdown-tokens.ts). */
const LINK = /<a href="(?<href>[^"]*)"(?:[^>]*)>(?<inner>(?:(?!<\/a>).)*?<img (?:(?!<\/a>).)*)<\/a>/gs;
const PICTURE = /<img [^>]*>/g;

/**
 * Stored HTML (from `renderMarkdown`) with a link in place of each picture, for those who want none loaded. A picture that
 * led to a page is named in the link to that page, and gets a link of its own behind it.
 * @param name what a picture is called that nobody has described, and the second link: plain words, which need no escaping
 */
export function picturesAsLinks(html: string, name: string): string {
  if (!html.includes("<img ")) return html;
  const links = html.replace(LINK, (link: string, ...rest: unknown[]) => {
    const { href = "" } = rest.at(-1) as Record<string, string>;
    const named = link.replace(PICTURE, (picture) => textOf(picture) || name);
    const others = (link.match(PICTURE) ?? []).map(addressOf).filter((address) => address !== href);
    return named + others.map((address) => ` (${linkTo(address, name)})`).join("");
  });
  return links.replace(PICTURE, (picture) => linkTo(addressOf(picture), textOf(picture) || name));
}

function linkTo(address: string, text: string): string {
  return `<a href="${address}" rel="${ELSEWHERE_REL}">${text}</a>`;
}

/** What stands there for who does not see it, escaped as it is. */
function textOf(picture: string): string {
  return / alt="([^"]*)"/.exec(picture)?.[1] ?? "";
}

/** Where the whole picture is, escaped. */
function addressOf(picture: string): string {
  const src = / src="([^"]*)"/.exec(picture)?.[1] ?? "";
  const address = parsePicturePath(src) ? src : (parseElsewherePath(src)?.address ?? src);
  return address
    .replaceAll("&", "&amp;")
    .replaceAll('"', "&quot;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;");
}
