import { cleanBody } from "#app/domain/text.ts";
import { codeRanges, isListItem, LISTS, type Piece, parseBBCode } from "./bbcode.ts";
import { cookedToMarkdown } from "./cooked.ts";
import type { OldForum } from "./links.ts";
import { appendBlock, codeBlock, escapeMarkdown, inlineCode, linkTo, list } from "./markdown-text.ts";
import { type Context, convertTarget, convertText, emphasize } from "./old-markdown.ts";
import { setPicturesApart } from "./pictures.ts";
import { previewsIn } from "./previews.ts";
import { quoteOf } from "./quote.ts";
import { uploadsIn } from "./uploads.ts";

/**
 * The Markdown of an old post: what its author typed, with BBCode, HTML, emoji names and links of the old forum brought
 * into ours; or, where the export has only the HTML that was made of it, that HTML converted back.
 */
export function markdownOfPost(post: { raw: string; cooked: string }, forum: OldForum): string {
  return cleanBody(setPicturesApart(closeGaps(convertPost(post, forum))));
}

/** One blank line does what several do, but in code. */
function closeGaps(markdown: string): string {
  const code = codeRanges(markdown);
  return markdown.replace(/\n{3,}/g, (gap, at: number) =>
    code.some(({ start, end }) => start <= at && at < end) ? gap : "\n\n",
  );
}

function convertPost({ raw, cooked }: { raw: string; cooked: string }, forum: OldForum): string {
  if (raw.trim() === "") return cookedToMarkdown(cooked, forum);
  const uploads = uploadsIn(cooked, forum.host);
  const context = { forum, uploads, previews: previewsIn(cooked), inLink: false };
  return convertPieces(parseBBCode(raw.replaceAll(/\r\n?/g, "\n")), context);
}

function convertPieces(pieces: Piece[], context: Context): string {
  let markdown = "";
  let isAfterBlock = false;
  pieces.forEach((piece, index) => {
    const block = asBlock(piece, { before: markdown, after: pieces[index + 1] }, context);
    if (block !== null) {
      markdown = appendBlock(markdown, block);
    } else {
      const inline = asInline(piece, context);
      const text = isAfterBlock ? inline.replace(/^[ \t]*\n+/, "") : inline;
      markdown = join(markdown, text, piece, pieces[index - 1]);
    }
    isAfterBlock = block !== null;
  });
  return markdown;
}

/** Emphasis between a sign and a letter is none in Markdown, so a space is put there. */
function join(before: string, text: string, piece: Piece, previous: Piece | undefined): string {
  const opens = isEmphasis(piece) && /[\p{L}\p{N}]$/u.test(before) && /^[*~]+[^\s\p{L}\p{N}*~]/u.test(text);
  const closed =
    isEmphasis(previous) && /[^\s\p{L}\p{N}*~][*~]+$/u.test(before) && /^[\p{L}\p{N}]/u.test(text);
  return before + (opens || closed ? " " : "") + text;
}

const EMPHASIS: Record<string, string> = { b: "**", i: "*", s: "~~", strike: "~~", del: "~~" };

function isEmphasis(piece: Piece | undefined): boolean {
  return piece?.kind === "element" && Object.hasOwn(EMPHASIS, piece.name);
}

type Neighbours = { before: string; after: Piece | undefined };

/** The piece as lines of its own, or null where it is part of a line. */
function asBlock(piece: Piece, around: Neighbours, context: Context): string | null {
  if (!isBlock(piece, around)) return null;
  if (piece.kind === "code") return codeBlock(piece.text, piece.language);
  if (piece.kind !== "element") return null;
  const { name, value, pieces } = piece;
  if (name === "quote") return quote(value, convertPieces(pieces, context), context.forum);
  if (LISTS.includes(name)) return list(listItems(pieces, context), name === "ol" || value === "1");
  const title = FOLDS.includes(name) ? value.replace(/^["']|["']$/g, "").trim() : "";
  const body = convertPieces(pieces, context).trim();
  return title === "" ? body : `**${escapeMarkdown(title)}**\n\n${body}`;
}

const FOLDS = ["details", "spoiler", "blur"];

/** Whether the piece has lines of its own: what can have nothing else, and what stands around such a piece. */
function isBlock(piece: Piece, around: Neighbours): boolean {
  if (piece.kind === "code") return !isInline(piece, around);
  if (piece.kind !== "element" || Object.hasOwn(LINKS, piece.name)) return false;
  const { name, value, pieces } = piece;
  if (name === "quote" || name === "poll" || name === "details" || LISTS.includes(name)) return true;
  return (FOLDS.includes(name) && value !== "") || pieces.some((_, index) => isBlockWithin(pieces, index));
}

function isBlockWithin(pieces: Piece[], index: number): boolean {
  const piece = pieces[index] as Piece;
  if (piece.kind === "verbatim") return piece.text.includes("\n");
  return isBlock(piece, { before: plainText(pieces.slice(0, index)), after: pieces[index + 1] });
}

/** `[code]` in the middle of a line is a word of it. */
function isInline(code: Piece & { kind: "code" }, { before, after }: Neighbours): boolean {
  if (code.text.includes("\n") || code.text.trim() === "") return false;
  const startsLine = /(?:^|\n)[ \t]*$/.test(before);
  const endsLine = after === undefined || (after.kind === "text" && /^[ \t]*(?:\n|$)/.test(after.text));
  return !(startsLine && endsLine);
}

/** The elements that hold an address, by what makes one of the `[pastebin]` or `[gist]` that names only a page. */
const LINKS: Record<string, (text: string) => string> = {
  img: (text) => text,
  url: (text) => text,
  email: (text) => text,
  video: (text) => text,
  media: (text) => text,
  youtube: (text) => (/^[\w-]{11}$/.test(text) ? `https://youtu.be/${text}` : text),
  flash: (text) => text,
  pastebin: (text) => (/^\w+$/.test(text) ? `https://pastebin.com/${text}` : text),
  gist: (text) => (/^[\w-]+(?:\/\w+)?$/.test(text) ? `https://gist.github.com/${text}` : text),
};

function asInline(piece: Piece, context: Context): string {
  if (piece.kind === "text") return convertText(piece.text, context);
  if (piece.kind === "verbatim") return piece.text;
  if (piece.kind === "code") return inlineCode(piece.text.trim());
  const { name, value, pieces } = piece;
  const mark = EMPHASIS[name];
  // Indented lines would be code.
  if (mark) return emphasize(mark, convertPieces(pieces, context).replace(/\n[ \t]+/g, "\n"));
  if (name === "img") return image(plainText(pieces), context);
  if (!Object.hasOwn(LINKS, name)) return convertPieces(pieces, context);
  return link(name, value, pieces, context);
}

function image(address: string, context: Context): string {
  const target = convertTarget(address.trim(), context);
  return /^(?:https?:\/\/|\/)\S+$/i.test(target) ? `![](${target})` : address;
}

function link(name: string, value: string, pieces: Piece[], context: Context): string {
  const written = (value.replace(/^["']|["']$/g, "") || plainText(pieces)).trim();
  const address = LINKS[name]?.(written) ?? written;
  const whole = name === "email" ? `mailto:${address}` : address.replace(/^www\./i, "http://www.");
  const text = convertPieces(pieces, { ...context, inLink: true }).trim();
  if (!/^(?:https?:\/\/|mailto:|\/|upload:\/\/)\S+$/i.test(whole)) return text;
  const isBare = value === "" || text === written || text === "";
  if (isBare && !context.inLink) return convertText(`<${whole}>`, context);
  return context.inLink ? text : linkTo(text, convertTarget(whole, context));
}

/** The text of an element that holds an address. */
function plainText(pieces: Piece[]): string {
  return pieces.map((piece) => (piece.kind === "element" ? plainText(piece.pieces) : piece.text)).join("");
}

/** The items of a list: its `[li]` or phpBB's `[*]`, with what stands between them, or else its lines. */
function listItems(pieces: Piece[], context: Context): string[] {
  if (!pieces.some(isListItem)) return linesOf(convertPieces(pieces, context));
  const items: Piece[][] = [];
  for (const piece of pieces) {
    const isBlank = piece.kind === "text" && piece.text.trim() === "";
    if (isListItem(piece) || items.length === 0) items.push(isBlank ? [] : [piece]);
    else items.at(-1)?.push(piece);
  }
  return items.map((item) => convertPieces(item, context).trim()).filter((item) => item !== "");
}

function linesOf(text: string): string[] {
  return text
    .split(/\n+/)
    .map((line) => line.replace(/^\s*[-*+][ \t]+/, "").trim())
    .filter((line) => line !== "");
}

/** `"name, post:3, topic:12, username:user"`, as Discourse writes it, or a phpBB forum's `"name"`. */
function quote(value: string, text: string, forum: OldForum): string {
  const [name = "", ...rest] = value.replace(/^["']|["']$/g, "").split(",");
  const told = new Map(rest.map((part) => part.trim().split(":", 2) as [string, string]));
  const [post, topic] = [Number(told.get("post")), Number(told.get("topic"))];
  return quoteOf({ name: told.get("username") ?? name, post, topic }, text, forum);
}
