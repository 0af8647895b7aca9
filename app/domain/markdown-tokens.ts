/** What the forum changes in markdown-it's tokens between parsing and writing HTML: one pass over each text. */
import type { Token } from "markdown-it";
import type { ShowElsewhere } from "./elsewhere.ts";
import { INLINE_DEPTH_MAX, PICTURE_MARKUP } from "./markdown-limits.ts";
import {
  ELSEWHERE_REL,
  type MakeToken,
  pictureAt,
  pictureAttributes,
  readAlternative,
  setPicturesApart,
} from "./markdown-pictures.ts";
import { shortAddress } from "./short-address.ts";
import { visibleLength } from "./text.ts";

/** What one text may still spend on things that grow: see markdown-limits.ts. */
export type Allowance = {
  blocks: number;
  steps: number;
  links: number;
  pictures: number;
  pictured: number;
  cells: number;
  missingCells: number;
  quotedLines: number;
  referenced: number;
};

/** Search engines count no link of a post, and know that its readers wrote it. */
export const LINK_REL = "nofollow ugc";

/** A post stands under the page's `h1` and its own `h2`; HTML ends at `h6`. */
const FIRST_HEADING = 3;
const LAST_HEADING = 6;

/** What the tokens of one text are finished with. */
export type Finish = {
  Make: MakeToken;
  allowance: Allowance;
  /** Shows pictures of other hosts; null: they are links. */
  show: ShowElsewhere | null;
};

/** Rewrites the tokens of one text: headings, task lists, tables, pictures and links. */
export function finishTokens(tokens: Token[], finish: Finish): Token[] {
  const { Make } = finish;
  for (const [index, token] of tokens.entries()) {
    // markdown-it would write a line break after each tag of a block. Nobody sees it, and it is a quarter of the
    // sanitizer's work.
    token.block = false;
    if (token.type === "inline") {
      const isHeading = tokens[index - 1]?.type === "heading_open";
      token.children = finishInline(token.children ?? [], finish, !isHeading);
    }
    if (token.tag === "th" || token.tag === "td") alignByClass(token);
  }
  finishHeadings(tokens);
  finishTasks(tokens, Make);
  finishTableHeads(tokens);
  return setPicturesApart(tokens, Make);
}

/**
 * Renumbers headings so that the outermost is `h3` and no level is skipped, whatever the author began with: people
 * who move by heading hear the structure, not the size. A heading without text goes, for it would be announced empty.
 */
function finishHeadings(tokens: Token[]): void {
  const outline: number[] = [];
  tokens.forEach((open, index) => {
    if (open.type !== "heading_open") return;
    const close = tokens[index + 2];
    if (!close) return;
    if (!hasText(tokens[index + 1])) {
      open.hidden = close.hidden = true;
      return;
    }
    const level = Number(open.tag.slice(1));
    while (outline.length > 0 && (outline.at(-1) ?? 0) >= level) outline.pop();
    outline.push(level);
    open.tag = close.tag = `h${Math.min(FIRST_HEADING - 1 + outline.length, LAST_HEADING)}`;
  });
}

const TASK = /^\[([ xX])\](?=\s)/;

/** `- [x] milk`: a disabled checkbox that says its state, in a list item of class `task`. */
function finishTasks(tokens: Token[], Make: MakeToken): void {
  tokens.forEach((item, index) => {
    if (item.type !== "list_item_open" || tokens[index + 1]?.type !== "paragraph_open") return;
    const children = tokens[index + 2]?.children;
    const text = children?.[0];
    const mark = text?.type === "text" ? TASK.exec(text.content)?.[1] : undefined;
    if (!children || !text || mark === undefined) return;
    text.content = text.content.slice("[ ]".length);
    item.attrJoin("class", "task");
    children.unshift(checkbox(Make, mark !== " "));
  });
}

function checkbox(Make: MakeToken, done: boolean): Token {
  const token = new Make("task", "input", 0);
  token.attrs = [
    ["type", "checkbox"],
    ["disabled", ""],
  ];
  if (done) token.attrPush(["checked", ""]);
  return token;
}

/** A heading cell without text heads nothing: it becomes a plain cell. */
function finishTableHeads(tokens: Token[]): void {
  tokens.forEach((open, index) => {
    const close = tokens[index + 2];
    if (open.type !== "th_open" || close?.type !== "th_close" || hasText(tokens[index + 1])) return;
    open.tag = close.tag = "td";
  });
}

/** The Content-Security-Policy allows no inline style, so `text-align:center` becomes the class `center`. */
function alignByClass(token: Token): void {
  const style = token.attrGet("style");
  if (style) token.attrs = [["class", String(style).replace("text-align:", "")]];
}

function hasText(inline: Token | undefined): boolean {
  return inline?.children?.some(isVisible) ?? false;
}

function isVisible(token: Token): boolean {
  if (token.type === "picture") return true;
  return (token.type === "text" || token.type === "code_inline") && visibleLength(token.content) > 0;
}

/** Web addresses, mail addresses, and paths and fragments of this site. `//host` would be another site in disguise. */
const ALLOWED_URL = /^(?:https?:\/\/[^/?#\\]|mailto:[^?]|\/(?![/\\])|#)/i;

/** Whether a link target (already percent-encoded by the parser) may become an `href`. */
export function isAllowedUrl(url: string): boolean {
  return ALLOWED_URL.test(url);
}

function finishInline(tokens: Token[], finish: Finish, maySee: boolean): Token[] {
  const finisher = new InlineFinisher(finish, maySee);
  for (const token of tokens) finisher.add(token);
  return finisher.finished;
}

/**
 * Images become pictures that lead to the whole one, or links where they may not be shown; links get their `rel` and always
 * a text; and what nests too deep or costs too much loses its tags.
 */
class InlineFinisher {
  readonly finished: Token[] = [];
  readonly #Make: MakeToken;
  readonly #allowance: Allowance;
  readonly #show: ShowElsewhere | null;
  /** Whether pictures may stand here: a heading is words. */
  readonly #maySee: boolean;
  /** For every element that is open: was its tag kept? */
  readonly #kept: boolean[] = [];
  #depth = 0;
  /** The link that is open, and whether it has a text yet. Links do not nest in HTML. */
  #link: { href: string; level: number; named: boolean } | null = null;

  constructor({ Make, allowance, show }: Finish, maySee: boolean) {
    this.#Make = Make;
    this.#allowance = allowance;
    this.#show = show;
    this.#maySee = maySee;
  }

  add(token: Token): void {
    if (token.type === "image") this.#addImage(token);
    else if (token.nesting === 1) this.#open(token);
    else if (token.nesting === -1) this.#close(token);
    else {
      if (this.#link && isVisible(token)) this.#link.named = true;
      this.finished.push(token);
    }
  }

  #open(token: Token): void {
    const isLink = token.type === "link_open";
    const kept = this.#depth < INLINE_DEPTH_MAX && (!isLink || this.#canLink(token, "href"));
    this.#kept.push(kept);
    if (!kept) return;
    if (isLink) {
      token.attrSet("rel", LINK_REL);
      this.#link = { href: String(token.attrGet("href")), level: this.#kept.length, named: false };
    }
    this.#depth++;
    this.finished.push(token);
  }

  #close(token: Token): void {
    if (this.#link?.level === this.#kept.length) {
      if (!this.#link.named) this.#addText(this.#link.href);
      this.#shortenAddress();
      this.#link = null;
    }
    if (!this.#kept.pop()) return;
    this.#depth--;
    this.finished.push(token);
  }

  /** Cuts the text of the link that ends here, where it is a long address and nothing else; its title is the whole of it. */
  #shortenAddress(): void {
    const [open, text] = this.finished.slice(-2);
    if (open?.type !== "link_open" || text?.type !== "text") return;
    const isAddress = open.info === "auto" || text.content === open.attrGet("href");
    const short = isAddress ? shortAddress(text.content) : null;
    if (!short) return;
    // Before `rel`, as the sanitizer writes them.
    if (!open.attrGet("title")) open.attrs?.splice(1, 0, ["title", text.content]);
    this.finished.pop();
    this.#addCut(short.lead);
    this.#addText(short.shown);
    this.#addCut(short.rest);
  }

  /** Text that is not seen, but copied, searched and read out with the rest. */
  #addCut(content: string): void {
    if (content === "") return;
    const open = new this.#Make("cut_open", "span", 1);
    open.attrs = [["class", "cut"]];
    this.finished.push(open);
    this.#addText(content);
    this.finished.push(new this.#Make("cut_close", "span", -1));
  }

  #addImage(image: Token): void {
    const source = String(image.attrGet("src"));
    const said = readAlternative(plainText(image.children ?? []));
    const found = this.#maySee && this.#allowance.pictures > 0 ? pictureAt(source, this.#show) : null;
    const attributes = found && pictureAttributes(found.src, said.size);
    const title = String(image.attrGet("title") ?? "");
    const length = PICTURE_MARKUP + 3 * writtenLength(image);
    if (!found || !attributes || !this.#affords("pictured", image, length)) {
      this.#addNamed(image, source, said.text);
      return;
    }
    this.#allowance.pictures--;
    const picture = new this.#Make("picture", "img", 0);
    const { src = "", loading = "", decoding = "", ...sizes } = attributes;
    picture.attrs = Object.entries({
      src,
      ...sizes,
      alt: said.text,
      ...(title && { title }),
      loading,
      decoding,
    });
    if (this.#link) {
      this.#link.named = true;
      this.finished.push(picture);
      return;
    }
    const rel = found.isOwn ? LINK_REL : ELSEWHERE_REL;
    this.finished.push(this.#linkTo(found.whole, null, rel), picture, new this.#Make("link_close", "a", -1));
  }

  /** A link to the picture, named by its alternative text or its file; inside another link, only the name. */
  #addNamed(image: Token, source: string, text: string): void {
    const isLink = this.#canLink(image, "src");
    if (isLink) this.finished.push(this.#linkTo(source, image.attrGet("title"), LINK_REL));
    this.#addText(visibleLength(text) > 0 ? text : (fileName(source) ?? source));
    if (isLink) this.finished.push(new this.#Make("link_close", "a", -1));
    else if (this.#link) this.#link.named = true;
  }

  #linkTo(href: string, title: string | number | null, rel: string): Token {
    const open = new this.#Make("link_open", "a", 1);
    open.attrs = [["href", href]];
    if (title) open.attrPush(["title", String(title)]);
    open.attrPush(["rel", rel]);
    return open;
  }

  #addText(content: string): void {
    const token = new this.#Make("text", "", 0);
    token.content = content;
    this.finished.push(token);
  }

  #canLink(token: Token, attribute: "href" | "src"): boolean {
    if (this.#link || !isAllowedUrl(String(token.attrGet(attribute)))) return false;
    return this.#affords("referenced", token, writtenLength(token));
  }

  /** Only references write out what stands in the text once and is used many times. */
  #affords(what: "referenced" | "pictured", token: Token, length: number): boolean {
    if (!token.meta?.label) return true;
    if (this.#allowance[what] > 0) this.#allowance[what] -= length;
    return this.#allowance[what] > 0;
  }
}

/** Characters that a token's attributes take in HTML: `&` becomes `&amp;`, and so on. */
function writtenLength(token: Token): number {
  const values = (token.attrs ?? []).map(([, value]) => String(value)).join("");
  return values.length + 5 * (values.match(/[&<>"]/g)?.length ?? 0);
}

function plainText(tokens: Token[]): string {
  return tokens.map((token) => (token.children ? plainText(token.children) : token.content)).join("");
}

function fileName(url: string): string | undefined {
  return url.split(/[?#]/)[0]?.split("/").pop() || undefined;
}
