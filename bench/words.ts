import { Parser } from "htmlparser2";

/** Elements within a word: every other one ends it. */
const INLINE = new Set(
  "a abbr b big code del em font i ins kbd mark s small span strike strong sub sup u".split(" "),
);

/** What Discourse adds to the words of a post: the size below a picture, the category of a topic, the state of a poll. */
const ADDED = /(?:^| )(?:meta|badge-wrapper|quote-controls|poll-info)(?: |$)/;

/** BBCode that Discourse showed as it stood: marks, not words. */
const MARKS =
  /\[\/?(?:quote|code|b|i|u|s|url|img|color|size|center|list|ul|ol|li|\*|video|pastebin|gist|details|spoiler)(?::\w+)*(?:=[^\]\n]{0,200})?\]/gi;

type Part = "words" | "preview" | "topic" | "head" | "added";

/**
 * The words that HTML of Discourse shows, in order, in lower case. Of its previews of pages elsewhere and of other topics, which
 * nobody typed, the title counts.
 */
export function wordsOf(html: string): string[] {
  let text = "";
  /** For every element that is open: what stands in it? */
  const open: Part[] = ["words"];
  const parser = new Parser({
    onopentag(name, attributes) {
      if (!INLINE.has(name)) text += " ";
      open.push(partWithin(open.at(-1) ?? "words", name, attributes));
    },
    ontext(data) {
      if (open.at(-1) === "words") text += data;
    },
    onclosetag(name) {
      open.pop();
      if (!INLINE.has(name)) text += " ";
    },
  });
  parser.end(html);
  return (
    text
      .replace(MARKS, " ")
      .toLowerCase()
      .match(/[\p{L}\p{M}\p{N}]+/gu) ?? []
  );
}

function partWithin(around: Part, name: string, attributes: Record<string, string>): Part {
  const classes = attributes.class ?? "";
  if (ADDED.test(classes)) return "added";
  if (around === "preview") return /^h[34]$/.test(name) ? "words" : "preview";
  if (around === "topic") return /(?:^| )title(?: |$)/.test(classes) ? "head" : "topic";
  if (around === "head") return name === "a" ? "words" : "head";
  if (around !== "words" || name !== "aside") return around;
  if (/(?:^| )onebox(?: |$)/.test(classes)) return "preview";
  const isQuote = attributes["data-username"] !== undefined || attributes["data-full"] !== undefined;
  return attributes["data-topic"] !== undefined && !isQuote ? "topic" : "words";
}

/** The words of `source`, each as often as it stands there, that `other` does not have so often. */
export function missingWords(source: string[], other: string[]): string[] {
  const left = new Map<string, number>();
  for (const word of other) left.set(word, (left.get(word) ?? 0) + 1);
  return source.filter((word) => {
    const count = left.get(word) ?? 0;
    left.set(word, count - 1);
    return count <= 0;
  });
}
