import { gfm } from "@joplin/turndown-plugin-gfm";
import TurndownService from "turndown";
import { replaceShortcodes } from "#app/domain/emoji.ts";
import { namedLink, newAddress, type OldForum } from "./links.ts";
import { codeBlock, linkTo } from "./markdown-text.ts";
import { sizeMark } from "./old-markdown.ts";
import { previewsIn } from "./previews.ts";
import { quoteOf } from "./quote.ts";

/** Markdown of the HTML that Discourse made of a post, for posts whose source is lost. */
export function cookedToMarkdown(cooked: string, forum: OldForum): string {
  return converterFor(forum).turndown(cooked);
}

const converters = new WeakMap<OldForum, TurndownService>();

function converterFor(forum: OldForum): TurndownService {
  const made = converters.get(forum) ?? makeConverter(forum);
  converters.set(forum, made);
  return made;
}

function makeConverter(forum: OldForum): TurndownService {
  const service = new TurndownService({
    headingStyle: "atx",
    codeBlockStyle: "fenced",
    bulletListMarker: "-",
    emDelimiter: "*",
    hr: "---",
    // The forum keeps line breaks as they are typed.
    br: "",
    // Without a script a film is an empty element.
    blankReplacement: (_, node) => {
      const { isBlock } = node as HTMLElement & { isBlock: boolean };
      return isFilm(node as HTMLElement) ? film(node as HTMLElement, forum) : isBlock ? "\n\n" : "";
    },
  });
  service.use(gfm);
  service.remove((node) => /^(?:svg|script|style)$/i.test(node.nodeName) || node.classList.contains("meta"));
  service.addRule("emoji", {
    filter: (node) => node.nodeName === "IMG" && node.classList.contains("emoji"),
    replacement: (_, node) => replaceShortcodes(node.getAttribute("alt") ?? ""),
  });
  service.addRule("image", {
    filter: (node) => node.nodeName === "IMG" && !node.classList.contains("emoji"),
    replacement: (_, node) => image(node, node.getAttribute("src"), forum),
  });
  service.addRule("lightbox", {
    filter: (node) => node.nodeName === "A" && node.classList.contains("lightbox"),
    replacement: (_, node) => image(node.querySelector("img") ?? node, node.getAttribute("href"), forum),
  });
  service.addRule("link", {
    filter: (node) => node.nodeName === "A" && !node.classList.contains("lightbox"),
    replacement: (text, node) => link(text, node, forum),
  });
  service.addRule("code", {
    filter: (node) => node.nodeName === "PRE",
    replacement: (_, node) => `\n\n${codeBlock(node.textContent ?? "", languageOf(node))}\n\n`,
  });
  service.addRule("film", { filter: isFilm, replacement: (_, node) => film(node, forum) });
  service.addRule("quote", {
    filter: (node) => node.nodeName === "ASIDE" && node.classList.contains("quote"),
    replacement: (_, node) => `\n\n${quote(node, service, forum)}\n\n`,
  });
  service.addRule("topic", {
    filter: (node) => node.nodeName === "ASIDE" && isTopic(node),
    replacement: (_, node) => preview(addressIn(node.querySelector(".title")), node, forum),
  });
  service.addRule("onebox", {
    filter: (node) => node.nodeName === "ASIDE" && node.classList.contains("onebox"),
    replacement: (_, node) => preview(node.getAttribute("data-onebox-src") ?? addressIn(node), node, forum),
  });
  return service;
}

function image(node: HTMLElement | Element, address: string | null, forum: OldForum): string {
  const isPortrait = node.classList.contains("avatar");
  if (isPortrait || !address) return "";
  // In a row of a table "|" would begin a cell.
  const size = node.closest("td, th")
    ? ""
    : sizeMark(node.getAttribute("width"), node.getAttribute("height"));
  return `![${node.getAttribute("alt") ?? ""}${size}](${newAddress(forum, address)})`;
}

function link(text: string, node: HTMLElement, forum: OldForum): string {
  const address = node.getAttribute("href") ?? "";
  const name = text.trim();
  if (address === "" || name === "" || node.classList.contains("mention")) return name;
  if (node.textContent?.trim() === address) return namedLink(forum, address) ?? `<${address}>`;
  return linkTo(name, newAddress(forum, address));
}

/** Discourse writes `lang-cpp hljs` on the `code`; `lang-auto` says nothing. */
function languageOf(node: HTMLElement): string {
  const language = /\blang-([\w+#-]+)/.exec(node.querySelector("code")?.className ?? "")?.[1] ?? "";
  return language === "auto" || language === "nohighlight" ? "" : language;
}

function quote(node: HTMLElement, service: TurndownService, forum: OldForum): string {
  const said = {
    name: node.getAttribute("data-username") ?? "",
    post: Number(node.getAttribute("data-post")),
    topic: Number(node.getAttribute("data-topic")),
  };
  const text = node.querySelector("blockquote")?.innerHTML ?? "";
  return quoteOf(said, service.turndown(text), forum);
}

/** The box that stands for a whole topic looks like a quote of nobody. */
function isTopic(node: HTMLElement): boolean {
  const isQuote = node.hasAttribute("data-username") || node.hasAttribute("data-full");
  return node.hasAttribute("data-topic") && !isQuote && addressIn(node.querySelector(".title")) !== "";
}

function isFilm(node: HTMLElement): boolean {
  return node.classList.contains("lazyYT");
}

function film(node: HTMLElement, forum: OldForum): string {
  return preview(`https://youtu.be/${node.getAttribute("data-youtube-id")}`, node, forum);
}

function addressIn(node: Element | null): string {
  return node?.querySelector("a:not(.badge-wrapper)")?.getAttribute("href") ?? "";
}

/** On lines of their own, what stands for a page elsewhere: its address is what was typed. */
function preview(address: string, node: HTMLElement, forum: OldForum): string {
  const here = newAddress(forum, address);
  const link = namedLink(forum, address) ?? previewsIn(node.outerHTML)(here) ?? `<${here}>`;
  return `\n\n${link}\n\n`;
}
