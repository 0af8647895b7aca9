/** How pictures stand in a post: their markup, and their places between the paragraphs. */
import type { Token } from "markdown-it";
import type { ShowElsewhere } from "./elsewhere.ts";
import { parseElsewherePath } from "./elsewhere.ts";
import { parsePicturePath, picturePath, SMALL_PICTURE_WIDTH, smallPicturePath } from "./picture.ts";

export type MakeToken = new (type: string, tag: string, nesting: -1 | 0 | 1) => Token;

/** A picture as a post shows it: the path of this forum it comes from, and the whole picture that it leads to. */
export type Picture = { src: string; whole: string; isOwn: boolean };

/** Width and height in pixels. */
export type PictureSize = { width: number; height: number };

/** Of a link to a picture at its own host: which page led there is nobody's business. */
export const ELSEWHERE_REL = "nofollow ugc noopener noreferrer";

/** How wide a post's column is, for browsers that choose between the small version and the whole one. */
const SIZES = "(min-width: 48em) 44em, 100vw";

/** What an address in a post shows; null where it shows no picture. Uploads show themselves, all others what `show` says. */
export function pictureAt(address: string, show: ShowElsewhere | null): Picture | null {
  const own = parsePicturePath(address);
  if (own) return { src: picturePath(own), whole: picturePath(own), isOwn: true };
  const src = show?.(address) ?? null;
  if (src === null) return null;
  return parsePicturePath(src) ? pictureAt(src, null) : { src, whole: address, isOwn: false };
}

/**
 * The attributes of the picture at a path of this forum, but for its texts; null where the path is none of a picture's. An
 * upload's size is the one in its address, whatever is said of it.
 */
export function pictureAttributes(src: string, size: PictureSize | null): Record<string, string> | null {
  const own = parsePicturePath(src);
  if (!own) return parseElsewherePath(src) && { src, ...(size && sized(size)), ...LAZY };
  const small = smallPicturePath(own);
  const choice = small && { srcset: `${small} ${SMALL_PICTURE_WIDTH}w, ${src} ${own.width}w`, sizes: SIZES };
  return { src, ...choice, ...sized(own), ...LAZY };
}

/** Loaded when it comes near, and decoded beside the page. */
const LAZY = { loading: "lazy", decoding: "async" };

function sized({ width, height }: PictureSize): Record<string, string> {
  return { width: String(width), height: String(height) };
}

/** Discourse's way to say a size, as imported posts do: `![A cat|690x388](…)`, `![A cat|690x388, 50%](…)`. */
const SIZE = /\|\s*(?<width>[1-9]\d{0,3})x(?<height>[1-9]\d{0,3})(?:,\s*(?<percent>[1-9]\d{0,2})%)?\s*$/;

/** The alternative text, and the size that it may say at its end. */
export function readAlternative(text: string): { text: string; size: PictureSize | null } {
  const { width, height, percent = "100" } = SIZE.exec(text)?.groups ?? {};
  if (width === undefined || height === undefined) return { text: text.trim(), size: null };
  const scaled = (pixels: string) => Math.max(1, Math.round((Number(pixels) * Number(percent)) / 100));
  return { text: text.replace(SIZE, "").trim(), size: { width: scaled(width), height: scaled(height) } };
}

/**
 * Takes the lines that hold nothing but pictures out of their paragraphs: each picture becomes a figure, with its title as
 * the caption, and several in a row a gallery. Pictures among words stay there.
 */
export function setPicturesApart(tokens: Token[], Make: MakeToken): Token[] {
  if (!tokens.some(({ children }) => children?.some(isPicture))) return tokens;
  return tokens.flatMap((token, index) => {
    const [before, after] = [tokens[index - 1], tokens[index + 1]];
    if (token.type === "paragraph_open" && tokens[index + 1]?.children?.some(isPicture)) return [];
    if (token.type === "paragraph_close" && before?.children?.some(isPicture)) return [];
    if (token.type !== "inline" || before?.type !== "paragraph_open" || !after) return [token];
    if (!token.children?.some(isPicture)) return [token];
    return groupLines(token.children).flatMap((group) =>
      group.isPictures
        ? figures(group.tokens, Make)
        : paragraph(group.tokens, { before, token, after }, Make),
    );
  });
}

const isPicture = ({ type }: Token) => type === "picture";
const isBreak = ({ type }: Token) => type === "softbreak" || type === "hardbreak";

type Lines = { tokens: Token[]; isPictures: boolean };

/** The lines of a paragraph, neighbours of one kind together; breaks stand between lines of words alone. */
function groupLines(children: Token[]): Lines[] {
  const groups: Lines[] = [];
  for (const line of splitLines(children)) {
    const isPictures = holdsPicturesAlone(line.tokens);
    const last = groups.at(-1);
    if (last?.isPictures !== isPictures) groups.push({ tokens: line.tokens, isPictures });
    else last.tokens.push(...(isPictures || !line.break ? [] : [line.break]), ...line.tokens);
  }
  return groups;
}

/** What stands between the line breaks that are in no other tag, and the break before each. */
function splitLines(children: Token[]): { tokens: Token[]; break: Token | null }[] {
  const lines: { tokens: Token[]; break: Token | null }[] = [{ tokens: [], break: null }];
  let depth = 0;
  for (const token of children) {
    depth += token.nesting;
    if (depth === 0 && isBreak(token)) lines.push({ tokens: [], break: token });
    else lines.at(-1)?.tokens.push(token);
  }
  return lines;
}

/** Whether there are pictures, in links, and nothing else but blanks. */
function holdsPicturesAlone(tokens: Token[]): boolean {
  return (
    tokens.some(isPicture) &&
    tokens.every(
      (token) =>
        isPicture(token) ||
        /^link_(?:open|close)$/.test(token.type) ||
        (token.type === "text" && token.content.trim() === ""),
    )
  );
}

type Paragraph = { before: Token; token: Token; after: Token };

/** A paragraph like the one that the lines come from; none for blanks. */
function paragraph(children: Token[], { before, token, after }: Paragraph, Make: MakeToken): Token[] {
  if (children.every(({ type, content }) => type === "text" && content.trim() === "")) return [];
  const open = Object.assign(new Make("paragraph_open", "p", 1), { hidden: before.hidden });
  const close = Object.assign(new Make("paragraph_close", "p", -1), { hidden: after.hidden });
  return [open, Object.assign(new Make("inline", "", 0), { content: token.content, children }), close];
}

function figures(line: Token[], Make: MakeToken): Token[] {
  const links = linksOf(line);
  const all = links.flatMap((children) => figure(children, Make));
  if (links.length === 1) return all;
  const gallery = new Make("gallery_open", "div", 1);
  gallery.attrs = [["class", "gallery"]];
  return [gallery, ...all, new Make("gallery_close", "div", -1)];
}

/** Each link with the pictures in it. */
function linksOf(line: Token[]): Token[][] {
  const links: Token[][] = [];
  for (const token of line) {
    if (token.type === "link_open") links.push([token]);
    else if (token.type !== "text" || links.at(-1)?.at(-1)?.type === "link_open") links.at(-1)?.push(token);
  }
  return links;
}

function figure(children: Token[], Make: MakeToken): Token[] {
  const captions = children.filter(isPicture).flatMap((picture) => {
    const title = String(picture.attrGet("title") ?? "").trim();
    // What the caption says need not be said twice.
    picture.attrs = (picture.attrs ?? []).filter(([name]) => name !== "title");
    return title === "" ? [] : [title];
  });
  const caption = captions.length === 0 ? [] : captionOf(captions.join(" "), Make);
  const inline = Object.assign(new Make("inline", "", 0), { children });
  return [new Make("figure_open", "figure", 1), inline, ...caption, new Make("figure_close", "figure", -1)];
}

function captionOf(words: string, Make: MakeToken): Token[] {
  const text = Object.assign(new Make("text", "", 0), { content: words });
  const inline = Object.assign(new Make("inline", "", 0), { children: [text] });
  return [new Make("caption_open", "figcaption", 1), inline, new Make("caption_close", "figcaption", -1)];
}
