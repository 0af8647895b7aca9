/** A piece of an old post. The text of `verbatim` is Markdown's code, marks and all. */
export type Piece =
  | { kind: "text"; text: string }
  | { kind: "verbatim"; text: string }
  | { kind: "code"; text: string; language: string }
  | { kind: "element"; name: string; value: string; pieces: Piece[] };

/** BBCode that Discourse, its plugins and the phpBB forums before it knew. Any other `[word]` is text. */
const NAMES =
  "quote|b|i|u|s|strike|del|url|email|img|spoiler|blur|details|color|size|font|center|left|right|align|indent|" +
  "list|ul|ol|li|video|media|youtube|flash|poll|grid|wrap|pastebin|gist";

/** HTML that may go around code, and over paragraphs. */
const HTML = "del|s|strike";

/** phpBB's `[*]` begins an item of a list. */
const OPENING = new RegExp(`^(?:\\[(${NAMES}|\\*)(?:(?:=|[ ](?=\\w+=))([^\\]\\n]*))?\\]|<(${HTML})>)`, "i");
/** phpBB's database has marks of its own in there: `[/*:m]`, `[/list:u]`. */
const CLOSING = new RegExp(`^(?:\\[/(${NAMES}|\\*|code)(?::\\w+)*\\]|</(${HTML})>)`, "i");

/** The elements that hold items. */
export const LISTS = ["list", "ul", "ol"];
/** A longer one is no tag. Looking no further also keeps a text of many brackets cheap. */
const TAG_MAX = 300;

/** Elements inside one another; what is deeper stays text. Nobody quotes a quote of a quote twenty times. */
const DEPTH_MAX = 20;

const CODE_ELEMENT = /\[code(?:=(?<language>[^\]\n]*))?\](?<code>[\s\S]*?)\[\/code\]/;
/** Markdown's code block, closed by as many marks not indented much deeper; one that is never closed lasts until the end. */
const FENCE =
  /(?:^|(?<=\n))(?<indent>[ \t>]*)(?<fence>`{3,}(?=[^`\n]*\n)|~{3,}(?!~))[^\n]*\n[\s\S]*?(?:\n(?:\k<indent>)?[ >]{0,3}\k<fence>[`~]*[ \t]*(?=\n|$)|$)/;
/** Markdown's code by indentation, after a blank line and a paragraph: in a list it would be a paragraph of its item. */
const INDENTED =
  /(?<=^|\n)(?= {4}|\t)(?<=(?:^|\n)[^\s*+>\d-][^\n]{0,2000}\n[ \t]{0,80}\n)(?:(?: {4}|\t)[^\n]*\S[^\n]*(?:\n|$)|[ \t]*\n(?= {4}|\t))+/;
/** Markdown's code span. Its length has a bound so that a text of many backticks stays cheap. */
const SPAN = /(?<!`)(?<ticks>`+)(?!`)(?:(?!\n[ \t]*\n)[\s\S]){1,2000}?(?<!`)\k<ticks>(?!`)/;
const CODE = new RegExp([CODE_ELEMENT, FENCE, INDENTED, SPAN].map(({ source }) => source).join("|"), "gi");

/** An element that is open, with the source of its tag. */
type Open = { name: string; value: string; source: string; pieces: Piece[] };

/**
 * Takes an old post apart. In code nothing counts, and an element is only what is opened and closed: the
 * `[i]` of `pathVerts[i]` stays text. A closing tag of nothing that is open is left out.
 */
export function parseBBCode(post: string): Piece[] {
  const open: Open[] = [{ name: "", value: "", source: "", pieces: [] }];
  let at = 0;
  for (const match of post.matchAll(CODE)) {
    parseText(post.slice(at, match.index), open);
    addCode(open, post, match);
    at = match.index + match[0].length;
  }
  parseText(post.slice(at), open);
  while (open.length > 1) spill(open);
  return innermost(open);
}

function addCode(open: Open[], post: string, { 0: source, index, groups }: RegExpExecArray): void {
  const pieces = innermost(open);
  if (groups?.code !== undefined) {
    pieces.push({ kind: "code", text: groups.code, language: groups.language ?? "" });
    return;
  }
  const isLongSpan = groups?.ticks === "`" && source.includes("\n") && !source.includes("\n>");
  if (isLongSpan && isAlone(post, index, source)) {
    pieces.push({ kind: "code", text: source.slice(1, -1), language: "" });
  } else if (isLongSpan && isQuotation(post, index + source.length)) {
    parseText(source.replaceAll("`", "\\`"), open);
  } else {
    pieces.push({ kind: "verbatim", text: source });
  }
}

/** Whether a code span over several lines has these lines for itself: its author meant a block. */
function isAlone(post: string, start: number, source: string): boolean {
  const before = post.slice(post.lastIndexOf("\n", start - 1) + 1, start);
  return (
    before.trim() === "" &&
    /^[ \t]*(?:\n|$)/.test(post.slice(start + source.length, start + source.length + 80))
  );
}

/** Compilers quote `like this'. A span that ends where such a quotation begins is none. */
function isQuotation(post: string, end: number): boolean {
  return /^\s`[^\s`]$/.test(post.slice(end - 2, end + 1));
}

function parseText(text: string, open: Open[]): void {
  let at = 0;
  for (const { index: bracket } of text.matchAll(/[[<]/g)) {
    if (bracket < at) continue;
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

function openElement(open: Open[], [source, written = "", value = "", html]: RegExpExecArray): void {
  const name = written === "*" ? "li" : (html ?? written).toLowerCase();
  const list = open.findLastIndex((each) => LISTS.includes(each.name));
  const isItem = name === "li" && list !== -1;
  if (isItem) closeLast(open, (each, depth) => depth > list && each.name === "li");
  if ((written === "*" && !isItem) || open.length > DEPTH_MAX) addText(open, source);
  else open.push({ name, value: value.trim(), source, pieces: [] });
}

function closeElement(open: Open[], [source, written = "", html]: RegExpExecArray): void {
  const name = written === "*" ? "li" : (html ?? written).toLowerCase();
  if (html !== undefined && !open.some((each) => each.name === name)) addText(open, source);
  // Whatever a list was opened with, the next end of a list is its own.
  const names = LISTS.includes(name) ? LISTS : [name];
  closeLast(open, (each) => names.includes(each.name));
}

/** Closes the innermost element that `matches`, if there is one, with everything that is open in it. */
function closeLast(open: Open[], matches: (each: Open, depth: number) => boolean): void {
  const depth = open.findLastIndex(matches);
  if (depth === -1) return;
  while (open.length - 1 > depth) spill(open);
  closeInnermost(open);
}

function closeInnermost(open: Open[]): void {
  const { name, value, pieces } = open.pop() as Open;
  innermost(open).push({ kind: "element", name, value, pieces });
}

/**
 * An element that was never closed is text, and what it holds belongs to the one around it. Items and lists with items
 * are clear enough without an end.
 */
function spill(open: Open[]): void {
  const { name, source, pieces } = open.at(-1) as Open;
  const isItem = name === "li" && open.slice(0, -1).some((each) => LISTS.includes(each.name));
  if (isItem || (LISTS.includes(name) && pieces.some(isListItem))) {
    closeInnermost(open);
    return;
  }
  open.pop();
  addText(open, source);
  for (const piece of pieces) {
    if (piece.kind === "text") addText(open, piece.text);
    else innermost(open).push(piece);
  }
}

/** Whether this is `[li]` or `[*]`, which is an element `li` as well. */
export function isListItem(piece: Piece): boolean {
  return piece.kind === "element" && piece.name === "li";
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

/** Where a Markdown text holds code, from its first character to behind its last. */
export function codeRanges(markdown: string): { start: number; end: number }[] {
  return Array.from(markdown.matchAll(CODE), ({ 0: code, index }) => ({
    start: index,
    end: index + code.length,
  }));
}
