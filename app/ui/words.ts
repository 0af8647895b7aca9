import { createContext, createElement, Fragment, type ReactNode, use } from "react";
import type { Key, PartsOf } from "#app/messages/catalogue.ts";
import type { Words } from "#app/messages/words.ts";

/** The words of the page. Both entries provide them (app/entry.server.tsx, app/entry.client.tsx). */
export const WordsContext = createContext<Words | null>(null);

/** The words of the page that is drawn. */
export function useWords(): Words {
  const words = use(WordsContext);
  if (!words) throw new Error("A page is drawn without words");
  return words;
}

type Parts = Readonly<Record<string, ReactNode | ((content: ReactNode) => ReactNode)>>;

/**
 * A text with links or other elements in it. `parts` has what to put in for each `{name}`, and for each `<name>…</name>` a
 * function that makes the element around its content: `rich(words, "home.empty", { start: (text) => <a>{text}</a> })`.
 */
export function rich<K extends Key>(words: Words, key: K, parts: PartsOf<K, ReactNode>): ReactNode {
  return compose(piecesOf(words.textOf(key, parts)), parts, words);
}

/** What a text is made of: plain text, a name in braces, or an element around pieces of its own. */
type Piece = string | { name: string; content: Piece[] | null };

function compose(pieces: Piece[], parts: Parts, words: Words): ReactNode {
  const nodes = pieces.map((piece) => {
    if (typeof piece === "string") return piece;
    const part = parts[piece.name];
    if (typeof part === "function") return part(compose(piece.content ?? [], parts, words));
    return typeof part === "number" ? words.written(part) : part;
  });
  return nodes.length === 1 ? nodes[0] : createElement(Fragment, null, ...nodes);
}

/** Each text is taken apart once: a page shows the same ones again and again. */
const known = new Map<string, Piece[]>();

function piecesOf(text: string): Piece[] {
  const pieces = known.get(text) ?? takeApart(text);
  known.set(text, pieces);
  return pieces;
}

const PIECE = /<(\w+)>(.*?)<\/\1>|\{(\w+)\}/g;

function takeApart(text: string): Piece[] {
  const pieces: Piece[] = [];
  let end = 0;
  for (const { 0: whole, 1: tag, 2: content = "", 3: name = "", index } of text.matchAll(PIECE)) {
    if (index > end) pieces.push(text.slice(end, index));
    pieces.push({ name: tag ?? name, content: tag ? takeApart(content) : null });
    end = index + whole.length;
  }
  if (end < text.length) pieces.push(text.slice(end));
  return pieces;
}
