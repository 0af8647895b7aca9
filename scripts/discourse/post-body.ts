import { cleanBody } from "#app/domain/text.ts";
import { type Piece, parseBBCode } from "./bbcode.ts";
import { cookedToMarkdown } from "./cooked.ts";
import { newAddress, type OldForum } from "./links.ts";
import { appendBlock, codeBlock, escapeMarkdown, inlineCode, linkTo, list } from "./markdown-text.ts";
import { convertText, emphasize, type Uploads } from "./old-markdown.ts";
import { quoteOf } from "./quote.ts";
import { uploadsIn } from "./uploads.ts";

type Context = { forum: OldForum; uploads: Uploads; inLink: boolean };

/**
 * The Markdown of an old post: what its author typed, with BBCode, HTML, emoji names and links of the old forum brought
 * into ours; or, where the export has only the HTML that was made of it, that HTML converted back.
 */
export function markdownOfPost(post: { raw: string; cooked: string }, forum: OldForum): string {
  if (post.raw.trim() === "") return cleanBody(cookedToMarkdown(post.cooked, forum));
  const context = { forum, uploads: uploadsIn(post.cooked), inLink: false };
  return cleanBody(convertPieces(parseBBCode(post.raw.replaceAll(/\r\n?/g, "\n")), context));
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
  if (piece.kind === "code") return isInline(piece, around) ? null : codeBlock(piece.text, piece.language);
  if (piece.kind !== "element") return null;
  const { name, value, pieces } = piece;
  if (name === "quote") return quote(value, convertPieces(pieces, context), context.forum);
  if (name === "list" || name === "ul" || name === "ol")
    return list(listItems(pieces, context), name === "ol" || value === "1");
  if (name === "poll") return convertPieces(pieces, context).trim();
  if (name === "details" || (name === "spoiler" && value !== "")) return titled(value, pieces, context);
  return null;
}

/** `[code]` in the middle of a line is a word of it. */
function isInline(code: Piece & { kind: "code" }, { before, after }: Neighbours): boolean {
  if (code.text.includes("\n") || code.text.trim() === "") return false;
  const startsLine = /(?:^|\n)[ \t]*$/.test(before);
  const endsLine = after === undefined || (after.kind === "text" && /^[ \t]*(?:\n|$)/.test(after.text));
  return !(startsLine && endsLine);
}

function asInline(piece: Piece, context: Context): string {
  if (piece.kind === "text")
    return convertText(piece.text, context.forum, context.uploads, { inLink: context.inLink });
  if (piece.kind === "verbatim") return piece.text;
  if (piece.kind === "code") return inlineCode(piece.text.trim());
  const { name, value, pieces } = piece;
  const mark = EMPHASIS[name];
  if (mark) {
    const inner = convertPieces(pieces, context);
    return /\n\s*\n|`{3}/.test(inner) ? inner : emphasize(mark, inner);
  }
  if (name === "img") return image(plainText(pieces), context.forum);
  if (name === "url" || name === "email") return link(name, value, pieces, context);
  if (name === "video" || name === "media" || name === "youtube" || name === "flash")
    return link("url", "", pieces, context);
  return convertPieces(pieces, context);
}

function image(address: string, forum: OldForum): string {
  const target = newAddress(forum, address.trim());
  return /^(?:https?:\/\/|\/)\S+$/i.test(target) ? `![](${target})` : address;
}

function link(name: string, value: string, pieces: Piece[], context: Context): string {
  const address = (value.replace(/^["']|["']$/g, "") || plainText(pieces)).trim();
  const whole = name === "email" ? `mailto:${address}` : address.replace(/^www\./i, "http://www.");
  const text = convertPieces(pieces, { ...context, inLink: true }).trim();
  if (!/^(?:https?:\/\/|mailto:|\/)\S+$/i.test(whole)) return text;
  const isBare = value === "" || text === address || text === "";
  if (isBare && !context.inLink) return convertText(`<${whole}>`, context.forum, context.uploads);
  return context.inLink ? text : linkTo(text, newAddress(context.forum, whole));
}

/** The text of an element that holds an address. */
function plainText(pieces: Piece[]): string {
  return pieces.map((piece) => (piece.kind === "element" ? plainText(piece.pieces) : piece.text)).join("");
}

function titled(title: string, pieces: Piece[], context: Context): string {
  const name = title.replace(/^["']|["']$/g, "").trim();
  const body = convertPieces(pieces, context).trim();
  return name === "" ? body : `**${escapeMarkdown(name)}**\n\n${body}`;
}

/** The items of a list: its `[li]` or phpBB's `[*]`, or else its lines. */
function listItems(pieces: Piece[], context: Context): string[] {
  const items = pieces.filter((piece) => piece.kind === "element" && piece.name === "li");
  if (items.length > 0) return items.map((item) => convertPieces([item], context));
  const text = convertPieces(pieces, context).trim();
  const parts = text.includes("[*]") ? text.split("[*]") : text.split(/\n+/);
  return parts.map((part) => part.replace(/^\s*[-*+][ \t]+/, "").trim()).filter((part) => part !== "");
}

/** `"name, post:3, topic:12, username:user"`, as Discourse writes it, or a phpBB forum's `"name"`. */
function quote(value: string, text: string, forum: OldForum): string {
  const [name = "", ...rest] = value.replace(/^["']|["']$/g, "").split(",");
  const told = new Map(rest.map((part) => part.trim().split(":", 2) as [string, string]));
  const [post, topic] = [Number(told.get("post")), Number(told.get("topic"))];
  return quoteOf({ name: told.get("username") ?? name, post, topic }, text, forum);
}
