import { gfm } from "@joplin/turndown-plugin-gfm";
import TurndownService from "turndown";
import { replaceShortcodes } from "#app/domain/emoji.ts";
import { namedLink, newAddress, type OldForum } from "./links.ts";
import { codeBlock, linkTo } from "./markdown-text.ts";
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
  service.addRule("quote", {
    filter: (node) => node.nodeName === "ASIDE" && node.classList.contains("quote"),
    replacement: (_, node) => `\n\n${quote(node, service, forum)}\n\n`,
  });
  service.addRule("onebox", {
    filter: (node) => node.nodeName === "ASIDE" && node.classList.contains("onebox"),
    replacement: (_, node) => `\n\n${onebox(node, forum)}\n\n`,
  });
  return service;
}

function image(node: HTMLElement | Element, address: string | null, forum: OldForum): string {
  const isPortrait = node.classList.contains("avatar");
  if (isPortrait || !address) return "";
  return `![${node.getAttribute("alt") ?? ""}](${newAddress(forum, address)})`;
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

/** The preview of a page elsewhere: its address is what was typed. */
function onebox(node: HTMLElement, forum: OldForum): string {
  const address = node.getAttribute("data-onebox-src") ?? node.querySelector("a")?.getAttribute("href") ?? "";
  return namedLink(forum, address) ?? `<${newAddress(forum, address)}>`;
}
