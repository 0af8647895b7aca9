/** A piece of an old post. The text of `verbatim` is Markdown's code, marks and all. */
export type Piece =
  | { kind: "text"; text: string }
  | { kind: "verbatim"; text: string }
  | { kind: "code"; text: string; language: string }
  | { kind: "element"; name: string; value: string; pieces: Piece[] };

/** BBCode that Discourse, its plugins and the phpBB forums before it knew. Any other `[word]` is text. */
const NAMES =
  "quote|b|i|u|s|strike|del|url|email|img|spoiler|blur|details|color|size|font|center|left|right|align|indent|" +
  "list|ul|ol|li|video|media|youtube|flash|poll|grid|wrap";

const OPENING = new RegExp(`^\\[(${NAMES})(?:(?:=|[ ](?=\\w+=))([^\\]\\n]*))?\\]`, "i");
const CLOSING = new RegExp(`^\\[/(${NAMES})\\]`, "i");
/** A longer one is no tag. Looking no further also keeps a text of many brackets cheap. */
const TAG_MAX = 300;

/** Elements inside one another; what is deeper stays text. Nobody quotes a quote of a quote twenty times. */
const DEPTH_MAX = 20;

const CODE_ELEMENT = /\[code(?:=(?<language>[^\]\n]*))?\](?<code>[\s\S]*?)\[\/code\]/;
/** Markdown's code block, closed by as many marks not indented much deeper; one that is never closed lasts until the end. */
const FENCE =
  /(?:^|(?<=\n))(?<indent>[ \t>]*)(?<fence>`{3,}(?=[^`\n]*\n)|~{3,})[^\n]*\n[\s\S]*?(?:\n(?:\k<indent>)?[ >]{0,3}\k<fence>[`~]*[ \t]*(?=\n|$)|$)/;
/** Markdown's code span. Its length has a bound so that a text of many backticks stays cheap. */
const SPAN = /(?<!`)(?<ticks>`+)(?!`)(?:(?!\n[ \t]*\n)[\s\S]){1,2000}?(?<!`)\k<ticks>(?!`)/;
const CODE = new RegExp(`${CODE_ELEMENT.source}|${FENCE.source}|${SPAN.source}`, "gi");

/** An element that is open, with the source of its tag. */
type Open = { name: string; value: string; source: string; pieces: Piece[] };

/**
 * Takes an old post apart. In code nothing counts, and an element is only what is opened and closed: the
 * `[i]` of `pathVerts[i]` stays text.
 */
export function parseBBCode(post: string): Piece[] {
  const open: Open[] = [{ name: "", value: "", source: "", pieces: [] }];
  let at = 0;
  for (const { index, 0: source, groups } of post.matchAll(CODE)) {
    parseText(post.slice(at, index), open);
    innermost(open).push(
      groups?.code === undefined
        ? { kind: "verbatim", text: source }
        : { kind: "code", text: groups.code, language: groups.language ?? "" },
    );
    at = index + source.length;
  }
  parseText(post.slice(at), open);
  while (open.length > 1) spill(open);
  return innermost(open);
}

function parseText(text: string, open: Open[]): void {
  let at = 0;
  for (let bracket = text.indexOf("["); bracket !== -1; bracket = text.indexOf("[", bracket + 1)) {
    const rest = text.slice(bracket, bracket + TAG_MAX);
    const opening = OPENING.exec(rest);
    const tag = opening ?? CLOSING.exec(rest);
    if (!tag) continue;
    addText(open, text.slice(at, bracket));
    if (opening) openElement(open, opening);
    else closeElement(open, tag);
    at = bracket + tag[0].length;
  }
  addText(open, text.slice(at));
}

function openElement(open: Open[], [source, name = "", value = ""]: RegExpExecArray): void {
  if (open.length > DEPTH_MAX) addText(open, source);
  else open.push({ name: name.toLowerCase(), value: value.trim(), source, pieces: [] });
}

function closeElement(open: Open[], [source, name = ""]: RegExpExecArray): void {
  const depth = open.findLastIndex((each) => each.name === name.toLowerCase());
  if (depth === -1) {
    addText(open, source);
    return;
  }
  while (open.length - 1 > depth) spill(open);
  const { value, pieces } = open.pop() as Open;
  innermost(open).push({ kind: "element", name: name.toLowerCase(), value, pieces });
}

/** An element that was never closed is text, and what it holds belongs to the one around it. */
function spill(open: Open[]): void {
  const { source, pieces } = open.pop() as Open;
  addText(open, source);
  for (const piece of pieces) {
    if (piece.kind === "text") addText(open, piece.text);
    else innermost(open).push(piece);
  }
}

function addText(open: Open[], text: string): void {
  if (text === "") return;
  const pieces = innermost(open);
  const last = pieces.at(-1);
  if (last?.kind === "text") last.text += text;
  else pieces.push({ kind: "text", text });
}

function innermost(open: Open[]): Piece[] {
  return (open.at(-1) as Open).pieces;
}
