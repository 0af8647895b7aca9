/** A text that Markdown shows as it stands, on one line. */
export function escapeMarkdown(text: string): string {
  return text.replace(/[\\`*_[\]<>~|]|&(?=#?\w+;)/g, "\\$&");
}

/** A link; the address is bracketed where Markdown would end it early. */
export function linkTo(text: string, url: string): string {
  return `[${text}](${/[\s()<>]/.test(url) ? `<${url.replace(/[<>\s]/g, encodeURIComponent)}>` : url})`;
}

/** Code in the line, fenced with more backticks than it holds. */
export function inlineCode(code: string): string {
  const fence = "`".repeat(longestRun(code) + 1);
  const pad = /^`|`$|^ .* $/s.test(code) ? " " : "";
  return `${fence}${pad}${code}${pad}${fence}`;
}

/** Code on lines of its own. */
export function codeBlock(code: string, language = ""): string {
  const fence = "`".repeat(Math.max(3, longestRun(code) + 1));
  const body = code.replace(/^(?:[ \t]*\n)+/, "").trimEnd();
  return `${fence}${language}\n${body}\n${fence}`;
}

/** Every line behind `> `. */
export function blockquote(text: string): string {
  return text
    .trim()
    .split("\n")
    .map((line) => (line === "" ? ">" : `> ${line}`))
    .join("\n");
}

/** A list; the lines of an item after its first are indented so that they stay in it. */
export function list(items: string[], isOrdered: boolean): string {
  return items
    .map((item, index) => {
      const marker = isOrdered ? `${index + 1}. ` : "- ";
      return marker + item.trim().replace(/\n(?!\n|$)/g, `\n${" ".repeat(marker.length)}`);
    })
    .join("\n");
}

/** Sets `block` apart from what was written before it. */
export function appendBlock(before: string, block: string): string {
  const start = before.trimEnd();
  return `${start === "" ? "" : `${start}\n\n`}${block}\n\n`;
}

function longestRun(code: string): number {
  return Math.max(0, ...Array.from(code.matchAll(/`+/g), ([run]) => run.length));
}
