import { DomUtils, parseDocument } from "htmlparser2";
import { cleanLine } from "#app/domain/text.ts";
import { escapeMarkdown, linkTo } from "./markdown-text.ts";

/** The Markdown of what the old forum showed in place of a bare address; null where it showed no more than that. */
export type Previews = (address: string) => string | null;

/** Characters of a title: enough for a headline, not for a page's description of itself. */
const TITLE_MAX = 160;

/**
 * Finds what a post's bare addresses were shown as, in the HTML that was made of it: Discourse had fetched the titles
 * of pages and films, and had found out which addresses are pictures.
 */
export function previewsIn(cooked: string): Previews {
  if (!/onebox|lazyYT|class="title/.test(cooked)) return () => null;
  const previews = new Map<string, Preview>();
  const page = parseDocument(cooked).children;
  for (const element of DomUtils.findAll(({ attribs }) => "class" in attribs, page)) {
    const preview = previewOf(element);
    if (preview) previews.set(keyOf(preview.address), preview);
  }
  return (address) => {
    const preview = previews.get(keyOf(address));
    if (!preview) return null;
    if ("picture" in preview) return pictureAt(preview.picture, address);
    const title = tidyTitle(preview.title, address);
    return title === null ? null : card(title, address);
  };
}

type Preview = { address: string } & ({ title: string } | { picture: string });

type Element = ReturnType<typeof DomUtils.findAll>[number];

/** What this element shows in place of an address. */
function previewOf(element: Element): Preview | null {
  const { name, attribs } = element;
  const classes = (attribs.class ?? "").split(/\s+/);
  if (classes.includes("lazyYT"))
    return {
      address: `https://youtu.be/${attribs["data-youtube-id"]}`,
      title: attribs["data-youtube-title"] ?? "",
    };
  if (name === "a" && classes.includes("inline-onebox"))
    return { address: attribs.href ?? "", title: DomUtils.textContent(element) };
  if (name === "a" && classes.includes("onebox")) {
    const picture = first(element, ({ name }) => name === "img")?.attribs.src;
    return picture && attribs.href ? { address: attribs.href, picture } : null;
  }
  if (name === "aside" && classes.includes("onebox")) {
    const title = first(element, ({ name }) => name === "h3" || name === "h4");
    const link = first(element, ({ name }) => name === "a");
    return (
      title && {
        address: attribs["data-onebox-src"] ?? link?.attribs.href ?? "",
        title: DomUtils.textContent(title),
      }
    );
  }
  // The head of a quote from another topic, or the box that stands for a whole one.
  if (name === "div" && classes.includes("title")) {
    const link = first(element, ({ name, attribs }) => name === "a" && !/badge/.test(attribs.class ?? ""));
    return link && { address: link.attribs.href ?? "", title: DomUtils.textContent(link) };
  }
  return null;
}

function first(within: Element, test: (element: Element) => boolean): Element | null {
  return DomUtils.findOne(test, within.children);
}

/** The same for the same page, however its address is written. A film of YouTube has several. */
function keyOf(address: string): string {
  const url = URL.parse(address, "https://example.org");
  if (!url) return address;
  const host = hostOf(url);
  const film = /^(?:youtu\.be\/|(?:m\.)?youtube\.com\/(?:embed\/|shorts\/|watch.*[?&]v=))([\w-]+)/.exec(
    host + url.pathname + url.search,
  );
  if (film) return `film ${film[1]}`;
  return host + url.pathname.replace(/\/$/, "") + url.search + url.hash;
}

function hostOf(url: URL): string {
  return url.host.replace(/^www\./, "");
}

/** A title on one line without the site's own name, which its host tells; null where it says no more than the address. */
function tidyTitle(title: string, address: string): string | null {
  const host = hostOf(URL.parse(address, "https://example.org") ?? new URL("https://example.org"));
  const site = host.split(".").at(-2) ?? "";
  const parts = cleanLine(title).split(/( [-|·–—] )/);
  if (parts.length > 1 && parts.at(-1)?.toLowerCase() === site) parts.splice(-2);
  if (parts.length > 1 && parts[0]?.toLowerCase() === site) parts.splice(0, 2);
  const tidy = parts.join("");
  const isAddress = /^(?:https?:\/\/|www\.)/i.test(tidy) || tidy === host;
  if (tidy === "" || isAddress) return null;
  return tidy.length > TITLE_MAX ? `${tidy.slice(0, TITLE_MAX).replace(/\s+\S*$/, "")}…` : tidy;
}

/** The picture; one that stands for a page leads there. */
function pictureAt(picture: string, address: string): string {
  if (/\.(?:avif|gif|jpe?g|png|webp)$/i.test(URL.parse(address)?.pathname ?? ""))
    return `!${linkTo("", address)}`;
  return linkTo(`!${linkTo("", picture.replace(/^\/\//, "https://"))}`, address);
}

/**
 * A page elsewhere as a card: its title as a link, then its host. It is plain Markdown, so that it reads the same in
 * a line, in a box of its own and in an editor.
 */
function card(title: string, address: string): string {
  const url = URL.parse(address);
  const link = linkTo(escapeMarkdown(title), address);
  return url ? `${link} (${hostOf(url)})` : link;
}
