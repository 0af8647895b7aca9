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
  return compose(words.textOf(key, parts), parts, words);
}

const PIECES = /<(\w+)>(.*?)<\/\1>|\{(\w+)\}/g;

/** The text with its parts put in. */
function compose(text: string, parts: Parts, words: Words): ReactNode {
  const nodes: ReactNode[] = [];
  let end = 0;
  for (const { 0: whole, 1: tag, 2: content = "", 3: name = "", index } of text.matchAll(PIECES)) {
    if (index > end) nodes.push(text.slice(end, index));
    end = index + whole.length;
    const part = parts[tag ?? name];
    if (typeof part === "function") nodes.push(part(compose(content, parts, words)));
    else nodes.push(typeof part === "number" ? words.written(part) : part);
  }
  if (nodes.length === 0) return text;
  if (end < text.length) nodes.push(text.slice(end));
  return createElement(Fragment, null, ...nodes);
}
