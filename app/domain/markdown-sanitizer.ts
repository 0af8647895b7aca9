/**
 * The second wall: whatever the parser wrote, only these tags, attributes and addresses leave. It allows exactly
 * what the parser writes, so it has nothing to take away from honest or hostile text (a test says so).
 */
import sanitizeHtml, { type Attributes, type Tag } from "sanitize-html";

/** The list is searched from its start for every tag, so the frequent ones come first. */
const TAGS =
  "p li a br em td tr strong code ul ol s blockquote pre div table tbody th thead hr input h3 h4 h5 h6 span".split(
    " ",
  );

const ALIGNMENTS = ["left", "center", "right"];

const OPTIONS: sanitizeHtml.IOptions = {
  allowedTags: TAGS,
  allowedAttributes: {
    a: ["href", "title", "rel"],
    div: ["class", "role", "tabindex"],
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
  transformTags: { a: link, div: tableScroll, input: checkbox, ol: orderedList, pre: code, span: cut },
};

/** HTML with only what a post may hold. */
export function sanitize(html: string): string {
  return sanitizeHtml(html, OPTIONS);
}

/** Of addresses without a scheme, only paths and fragments of this site. */
const ADDRESS = /^(?:https?:\/\/|mailto:|\/(?![/\\])|#)/i;

function link(tagName: string, { href, title }: Attributes): Tag {
  const attribs: Attributes = {};
  if (href && ADDRESS.test(href)) attribs.href = href;
  if (title) attribs.title = title;
  return { tagName, attribs: { ...attribs, rel: "nofollow ugc" } };
}

function tableScroll(tagName: string): Tag {
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
