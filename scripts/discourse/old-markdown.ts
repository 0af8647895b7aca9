import { replaceShortcodes } from "#app/domain/emoji.ts";
import { namedLink, newAddress, type OldForum } from "./links.ts";
import { inlineCode, linkTo } from "./markdown-text.ts";
import type { Previews } from "./previews.ts";
import type { Uploads } from "./uploads.ts";

/** What a post's text is read with. */
export type Context = {
  forum: OldForum;
  uploads: Uploads;
  previews: Previews;
  /** Within a link's text no other link may stand. */
  inLink: boolean;
};

/** Brings text of an old post, without its BBCode and its code, into our Markdown. */
export function convertText(text: string, context: Context): string {
  const withoutHtml = convertHtml(text).replace(KIND, "$1]").replace(LINK_IN_ADDRESS, "[$1]($2)");
  const linked = convertLinks(withoutHtml, context).replaceAll(STRAY_ITEM, "[\\*]");
  return convertMentions(replaceShortcodes(linked), context.forum);
}

/**
 * Discourse writes kinds into the text of files: `[plan.zip|attachment](…)`. The size of a picture, `![cat|690x388](…)`, stays:
 * our Markdown knows it too (app/domain/markdown-pictures.ts).
 */
const KIND = /(!?\[[^\]|\n]{0,300})\|(?:attachment|video|audio|thumbnail)\](?=\()/g;

/** `[name]([text](address))`, which an import from phpBB into Discourse left behind. */
const LINK_IN_ADDRESS = /\[([^[\]\n]{1,300})\]\(\[[^[\]\n]{0,300}\]\(([^\s()]{1,1000})\)\)/g;

/** `[*]` outside of a list would read as emphasis. */
const STRAY_ITEM = "[*]";

/**
 * The HTML that Discourse let through, as Markdown. Posts are full of `<T>` and XML, so only what is unmistakable is
 * touched: images and links with their addresses, line breaks, and plain formatting that is opened and closed.
 * Every length has a bound, so that a text of many `<` stays cheap.
 */
function convertHtml(text: string): string {
  if (!text.includes("<")) return text;
  return HTML.reduce((markdown, [pattern, replacement]) => markdown.replace(pattern, replacement), text);
}

const HTML: [RegExp, (match: string, first: string, second: string) => string][] = [
  [/<!--[\s\S]{0,5000}?-->/g, () => ""],
  [/<br\s*\/?>\n?/gi, () => "\n"],
  [/<img\s([^<>]{0,2000}?)\/?>/gi, (tag, attributes) => imageOf(attributes) ?? tag],
  [
    /<a\s([^<>]{1,2000})>([\s\S]{0,2000}?)<\/a>/gi,
    (tag, attributes, inner) => anchorOf(attributes, inner) ?? tag,
  ],
  [/<iframe\s([^<>]{1,2000})>\s*<\/iframe>/gi, (tag, attributes) => frameOf(attributes) ?? tag],
  [/<kbd>([^<>`\n]{1,100})<\/kbd>/gi, (_, key) => inlineCode(key)],
  [/<(b|strong)>([^<>\n]{1,500})<\/\1>/gi, (_, _name, inner) => emphasize("**", inner)],
  [/<(i|em)>([^<>\n]{1,500})<\/\1>/gi, (_, _name, inner) => emphasize("*", inner)],
  [/<summary>([^<>\n]{1,500})<\/summary>/gi, (_, title) => `\n\n${emphasize("**", title.trim())}\n\n`],
  [/<details(?:\s[^<>]{0,100})?>|<\/details>/gi, () => "\n\n"],
  [
    /<(p|div|center|span|font|u|ins|mark|small|big|sub|sup)(?:\s[^<>]{0,500})?>([\s\S]{0,5000}?)<\/\1>/gi,
    (_, _name, inner) => inner,
  ],
];

function imageOf(attributes: string): string | null {
  const source = attribute(attributes, "src");
  if (!source) return null;
  const size = sizeMark(attribute(attributes, "width"), attribute(attributes, "height"));
  return `![${attribute(attributes, "alt") ?? ""}${size}](${source})`;
}

/** How our Markdown says a picture's size, behind its text; nothing where it is not known in pixels. */
export function sizeMark(width: string | null, height: string | null): string {
  const isKnown = [width, height].every((pixels) => pixels !== null && /^[1-9]\d{0,3}$/.test(pixels));
  return isKnown ? `|${width}x${height}` : "";
}

/** A link, or the text of an anchor that only named a place of the page. */
function anchorOf(attributes: string, inner: string): string | null {
  const address = attribute(attributes, "href");
  if (address === null) return attribute(attributes, "name") === null ? null : inner;
  const name = inner.replace(/<\/?\w[^<>]*>/g, "").trim();
  return name === "" || name === address ? `<${address}>` : linkTo(name, address);
}

function frameOf(attributes: string): string | null {
  const address = attribute(attributes, "src");
  return address && `<${address}>`;
}

function attribute(attributes: string, name: string): string | null {
  const value = new RegExp(`(?:^|\\s)${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)'|([^\\s"'>]+))`, "i").exec(
    attributes,
  );
  return value?.[1] ?? value?.[2] ?? value?.[3] ?? null;
}

/** Marks of headings, quotes and lists at the beginning of a line. */
const MARKS = /^\s*(?:(?:[-*+]|\d{1,9}[.)]|>|#{1,6})\s+)*/;

/**
 * Markdown's emphasis must touch its text, and ends with its paragraph. So each line has its own, and behind the marks
 * at its beginning; those of the first line came after the tag, so that they mark nothing.
 */
export function emphasize(mark: string, text: string): string {
  return text
    .split("\n")
    .map((line, index) => {
      const [marks = ""] = (index === 0 ? /^\s*/ : MARKS).exec(line) ?? [];
      const words = line.slice(marks.length).trimEnd();
      return words === "" ? line : marks + mark + words + mark + line.slice(marks.length + words.length);
    })
    .join("\n");
}

/**
 * An address: of a Markdown link, of a definition, in angle brackets, or bare, with what stands before the first two. Or
 * a tilde alone: a pair of them strikes through here, and did not there.
 */
const ADDRESS = new RegExp(
  [
    /(?<link>\]\(\s*<?)(?<target>[^\s<>)]+)/,
    /(?<definition>^[ \t>]*\[[^\]\n]{1,200}\]:\s*<?)(?<defined>[^\s<>]+)/,
    /<(?<bracketed>https?:\/\/[^\s<>]+)>/,
    /(?<![\w["'=/])(?<bare>(?:https?:\/\/|www\.)[^\s<>"'`\\]+)/,
    /(?<![~\\])(?<tilde>~)(?!~)/,
  ]
    .map(({ source }) => source)
    .join("|"),
  "gim",
);

type Address = Partial<
  Record<"link" | "target" | "definition" | "defined" | "bracketed" | "bare" | "tilde", string>
>;

function convertLinks(text: string, context: Context): string {
  const shown = (address: string) => namedLink(context.forum, address) ?? context.previews(address);
  return text.replace(ADDRESS, (whole: string, ...rest: unknown[]) => {
    const found = rest.at(-1) as Address;
    const { link, target = "", definition, defined = "", bracketed, bare = "" } = found;
    if (found.tilde !== undefined) return "\\~";
    if (link !== undefined) return link + convertTarget(target, context);
    if (definition !== undefined) return definition + convertTarget(defined, context);
    if (context.inLink) return whole;
    if (bracketed !== undefined) return shown(bracketed) ?? whole;
    const address = bare.replace(/[.,;:!?)\]*_~]+$/, "");
    return (shown(address) ?? address) + bare.slice(address.length);
  });
}

/** Where a link or a picture leads now. */
export function convertTarget(target: string, { forum, uploads }: Context): string {
  const upload = /^upload:\/\/([A-Za-z0-9]+(?:\.\w+)?)/.exec(target);
  return upload ? uploads(upload[1] ?? "") : newAddress(forum, target);
}

/** `@Some_Name`, where that is not the handle that Some_Name has here. */
function convertMentions(text: string, forum: OldForum): string {
  return text.replace(/(?<![\w/@.`[])@([\p{L}\p{N}_][\p{L}\p{N}_.-]{0,59})/gu, (mention, written: string) => {
    const name = written.replace(/[.-]+$/, "");
    const handle = forum.handles.get(name.toLowerCase());
    if (handle === undefined || handle === name) return mention;
    return `@${handle}${written.slice(name.length)}`;
  });
}
