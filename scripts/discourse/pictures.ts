import { codeRanges } from "./bbcode.ts";

const TARGET =
  /\(\s?(?:<[^<>\n]{1,2000}>|[^\s()<>]{1,2000}(?:\([^\s()<>]{0,200}\)[^\s()<>]{0,2000})?)(?:[ \t]+"[^"\n]{0,500}")?\s?\)/;
const IMAGE = new RegExp(`!\\[[^\\[\\]\\n]{0,500}\\]${TARGET.source}`);
/** A picture, or a link that holds pictures and nothing else, with the blanks around it. */
const PICTURE = new RegExp(
  `[ \\t]*(?<picture>\\[(?:${IMAGE.source}\\s?)+\\]${TARGET.source}|${IMAGE.source})[ \\t]*`,
  "g",
);
const PICTURE_NEXT = new RegExp(`^${PICTURE.source}`);

/** Before a picture that stands alone: the marks of quotes and lists. */
const MARKS = /^[ \t]*(?:(?:>|[-*+]|\d{1,9}[.)])[ \t]*)*$/;
/** Behind one: the sentence's own end. */
const END = /^[.,;:!?)]*\s*$/;

/**
 * Gives each picture of a Markdown text a line of its own, so that it can be shown on its own. One in a heading, in a
 * table's row, among a link's words or in emphasis stays where it is.
 */
export function setPicturesApart(markdown: string): string {
  if (!markdown.includes("![")) return markdown;
  const code = codeRanges(markdown);
  return markdown.replace(PICTURE, (whole: string, ...rest: unknown[]) => {
    const { picture = whole } = rest.at(-1) as { picture?: string };
    const start = rest.at(-3) as number;
    if (code.some((range) => start < range.end && start + whole.length > range.start)) return whole;
    const before = markdown.slice(markdown.lastIndexOf("\n", start - 1) + 1, start);
    const [after = ""] = markdown.slice(start + whole.length).split("\n", 1);
    if (/^\s*(?:#|\|)|[[(*_~|]$|\[[^\]]*$/.test(before) || /^[\]*_~|]/.test(after)) return whole;
    const line = `\n${/^(?:[ \t]*>)*/.exec(before)?.[0] ?? ""}`;
    const next = line === "\n" ? line : `${line} `;
    const hasBefore = !MARKS.test(before);
    const hasAfter = !END.test(after) && !PICTURE_NEXT.test(after);
    return (hasBefore ? next : /^[ \t]*/.exec(whole)?.[0]) + picture + (hasAfter ? next : "");
  });
}
