import type { Token } from "markdown-it";
import type { ShowElsewhere } from "./elsewhere.ts";
import { SOURCE_MAX } from "./markdown-limits.ts";
import { asTyped, parser, type TextEnv } from "./markdown-parser.ts";
import { sanitize } from "./markdown-sanitizer.ts";
import { cleanLine, countCharacters } from "./text.ts";

/** Stored beside rendered HTML. Raise it when the same source would come out different. */
export const RENDERER_VERSION = 4;

/** Characters of a reply that its quote keeps: enough to say what is answered. */
export const QUOTE_MAX = 1_000;

/** Lines of a reply that its quote keeps. */
export const QUOTE_LINES_MAX = 30;

/**
 * The HTML of a post: parsed, then sanitized. It never throws, and takes under 100 ms of CPU and at most 40 times
 * the characters for any source of `BODY_MAX` characters (markdown-limits.ts). A source longer than `SOURCE_MAX`
 * is shown as typed.
 * @param show where pictures of other hosts are shown; without it they are links
 */
export function renderMarkdown(source: string, show: ShowElsewhere | null = null): string {
  const env: TextEnv = { show };
  return sanitize(source.length > SOURCE_MAX ? asTyped(source) : parser.render(source, env));
}

/**
 * The Markdown that quotes a reply, ready to be answered below: at most `QUOTE_MAX` characters and
 * `QUOTE_LINES_MAX` lines of it. What the reply itself quotes is left out, unless it is nothing else. `introduce` says in
 * the forum's language who wrote it.
 */
export function quoteMarkdown(author: string, source: string, introduce: (author: string) => string): string {
  const text = source.replace(/\r\n?/g, "\n");
  const own = withoutQuotes(text).trim() || text.trim();
  const lines = own.replace(/\n{3,}/g, "\n\n").split("\n");
  const kept = shorten(lines.slice(0, QUOTE_LINES_MAX).join("\n"), QUOTE_MAX);
  const cut = lines.length > QUOTE_LINES_MAX && !kept.endsWith("…") ? `${kept}\n…` : kept;
  const quoted = [introduce(`**${escapeMarkdown(cleanLine(author))}**`), "", ...cut.split("\n")];
  return `${quoted.map((line) => (line ? `> ${line}` : ">")).join("\n")}\n\n`;
}

/**
 * The first words of rendered HTML (from `renderMarkdown`) as plain text of at most `length` characters, on one
 * line, for a page's description. It is text: whoever writes it into HTML escapes it.
 */
export function excerpt(html: string, length: number): string {
  let text = "";
  for (const [piece] of html.matchAll(/<[^>]*>|[^<]+/g)) {
    const words = piece.startsWith("<") ? spaceFor(piece) : decodeEntities(piece).replace(/\s+/g, " ");
    text += text === "" || text.endsWith(" ") ? words.trimStart() : words;
    // A character is at most two units, and one more tells that there was more.
    if (text.length > 2 * length + 2) break;
  }
  return shorten(text.trim(), length);
}

function withoutQuotes(text: string): string {
  const tokens: Token[] = [];
  parser.block.parse(text.slice(0, SOURCE_MAX), parser, {}, tokens);
  const lines = text.split("\n");
  for (const token of tokens) {
    if (token.type !== "blockquote_open" || token.level > 0 || !token.map) continue;
    lines.fill("", token.map[0], token.map[1]);
  }
  return lines.join("\n");
}

/** At most `max` characters, cut after a whole word where there is one, with an ellipsis for what is missing. */
function shorten(text: string, max: number): string {
  if (countCharacters(text) <= max) return text;
  const head = [...text.slice(0, 2 * max)].slice(0, max - 1).join("");
  const wordEnd = head.search(/\s\S*$/);
  return `${(wordEnd > head.length / 2 ? head.slice(0, wordEnd) : head).trimEnd()}…`;
}

/** Escapes what means something inside a line: marks of emphasis, code, links and entities, and what makes bare links. */
function escapeMarkdown(text: string): string {
  return text.replace(/[\\`*_~[\]<>&!|:.@]/g, "\\$&");
}

/** Between blocks, cells and lines there is a space; within a line, tags leave none. */
function spaceFor(tag: string): string {
  return /^<\/?(?:a|em|strong|s|code|span)\b/.test(tag) ? "" : " ";
}

/** The four entities that `sanitize` writes. */
function decodeEntities(text: string): string {
  return text
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&amp;", "&");
}
