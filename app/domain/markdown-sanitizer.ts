/**
 * The second wall: whatever the parser wrote, only these tags, attributes and addresses leave. It allows exactly
 * what the parser writes, so it has nothing to take away from honest or hostile text (a test says so).
 */
import sanitizeHtml, { type Attributes, type Tag } from "sanitize-html";
import { ELSEWHERE_REL, pictureAttributes } from "./markdown-pictures.ts";

/** The list is searched from its start for every tag, so the frequent ones come first. */
const TAGS =
  "p li a br em td tr strong code ul ol s blockquote pre div table tbody th thead hr img figure figcaption input h3 h4 h5 h6 span".split(
    " ",
  );

const ALIGNMENTS = ["left", "center", "right"];

const OPTIONS: sanitizeHtml.IOptions = {
  allowedTags: TAGS,
  allowedAttributes: {
    a: ["href", "title", "rel"],
    div: ["class", "role", "tabindex"],
    img: ["src", "srcset", "sizes", "width", "height", "alt", "title", "loading", "decoding"],
    input: ["type", "disabled", "checked"],
    ol: ["start"],
    pre: ["tabindex"],
    span: ["class"],
  },
  allowedClasses: {
    code: [/^language-[A-Za-z0-9][\w.+#-]{0,29}$/],
    li: ["task"],
    td: ALIGNMENTS,
    th: ALIGNMENTS,
  },
  allowedSchemes: ["http", "https", "mailto"],
  allowProtocolRelative: false,
  // No style attribute is allowed, so there is no CSS to parse.
  parseStyleAttributes: false,
  transformTags: { a: link, div: box, img: picture, input: checkbox, ol: orderedList, pre: code, span: cut },
  // What `picture` could find no address for.
  exclusiveFilter: ({ tag, attribs }) => tag === "img" && attribs.src === undefined,
};

/** HTML with only what a post may hold. */
export function sanitize(html: string): string {
  return sanitizeHtml(html, OPTIONS);
}

/** Of addresses without a scheme, only paths and fragments of this site. */
const ADDRESS = /^(?:https?:\/\/|mailto:|\/(?![/\\])|#)/i;

function link(tagName: string, { href, title, rel }: Attributes): Tag {
  const attribs: Attributes = {};
  if (href && ADDRESS.test(href)) attribs.href = href;
  if (title) attribs.title = title;
  return { tagName, attribs: { ...attribs, rel: rel === ELSEWHERE_REL ? rel : "nofollow ugc" } };
}

/** A picture of this forum's own origin, and of no other: all but its texts follows from its path. */
function picture(tagName: string, { src = "", width = "", height = "", alt = "", title }: Attributes): Tag {
  const isSized = PIXELS.test(width) && PIXELS.test(height);
  const attributes = pictureAttributes(
    src,
    isSized ? { width: Number(width), height: Number(height) } : null,
  );
  if (!attributes) return { tagName, attribs: {} };
  const { loading = "", decoding = "", ...place } = attributes;
  return { tagName, attribs: { ...place, alt, ...(title && { title }), loading, decoding } };
}

const PIXELS = /^[1-9]\d{0,4}$/;

function box(tagName: string, { class: name }: Attributes): Tag {
  if (name === "gallery") return { tagName, attribs: { class: name } };
  return { tagName, attribs: { class: "table-scroll", role: "group", tabindex: "0" } };
}

function checkbox(tagName: string, { checked }: Attributes): Tag {
  const attribs: Attributes = { type: "checkbox", disabled: "" };
  return { tagName, attribs: checked === undefined ? attribs : { ...attribs, checked: "" } };
}

function orderedList(tagName: string, { start = "" }: Attributes): Tag {
  const attribs: Attributes = {};
  if (/^\d{1,9}$/.test(start)) attribs.start = start;
  return { tagName, attribs };
}

function cut(tagName: string): Tag {
  return { tagName, attribs: { class: "cut" } };
}

function code(tagName: string): Tag {
  return { tagName, attribs: { tabindex: "0" } };
}
