/**
 * What GitHub adds to a line that markdown-it has no rule for: `~one tilde~` beside `~~two~~`, and bare `www.` links.
 * The rules are those of the GitHub Flavored Markdown specification, "Strikethrough" and "Autolinks (extension)".
 */
import type { MarkdownIt, StateInline, Token } from "markdown-it";
import { BARE_LINK_MAX, HOST_MAX } from "./markdown-limits.ts";

/** Teaches a parser both. They replace markdown-it's rules "strikethrough" and "text". */
export function addGitHubRules(md: MarkdownIt): void {
  md.inline.ruler.at("text", readText);
  md.inline.ruler.before("text", "www", linkWww);
  md.inline.ruler.at("strikethrough", readTildes);
  md.inline.ruler2.at("strikethrough", pairTildes);
}

/**
 * Text up to the next character that may mean something, or up to a "www." that may begin a link. The first character
 * is taken in any case: no rule before this one wanted it.
 */
const TEXT = /[^\n!&*:<[\\\]_`~](?:[^\n!&*:<[\\\]_`~w]|w(?!ww\.)|(?<![\s(])w)*/y;

function readText(state: StateInline, silent: boolean): boolean {
  TEXT.lastIndex = state.pos;
  if (!TEXT.test(state.src)) return false;
  const end = Math.min(TEXT.lastIndex, state.posMax);
  if (!silent) state.pending += state.src.slice(state.pos, end);
  state.pos = end;
  return true;
}

const TILDE = "~".charCodeAt(0);

/** One or two tildes strike through what stands before the next run of as many. Three and more are text. */
function readTildes(state: StateInline, silent: boolean): boolean {
  if (silent || state.src.charCodeAt(state.pos) !== TILDE) return false;
  const run = state.scanDelims(state.pos, true);
  state.push("text", "", 0).content = "~".repeat(run.length);
  if (run.length <= 2)
    state.delimiters.push({
      // Runs pair when their markers are equal, so the length is the marker. No character that marks has code 1 or 2.
      marker: run.length,
      length: 0,
      token: state.tokens.length - 1,
      end: -1,
      open: run.can_open,
      close: run.can_close,
    });
  state.pos += run.length;
  return true;
}

/** Turns the runs of tildes that "balance_pairs" has paired into tags, in the line and in each tag of it. */
function pairTildes(state: StateInline): boolean {
  pairRuns(state, state.delimiters);
  for (const meta of state.tokens_meta) if (meta?.delimiters) pairRuns(state, meta.delimiters);
  return false;
}

function pairRuns(state: StateInline, runs: StateInline["delimiters"]): void {
  for (const { marker, token, end } of runs) {
    const closer = runs[end];
    if (marker > 2 || !closer) continue;
    becomeTag(state.tokens[token], "s_open", 1);
    becomeTag(state.tokens[closer.token], "s_close", -1);
  }
}

function becomeTag(token: Token | undefined, type: string, nesting: 1 | -1): void {
  if (!token) return;
  token.type = type;
  token.tag = "s";
  token.nesting = nesting;
  token.markup = token.content;
  token.content = "";
}

/** What may stand before a bare link, besides the beginning of the text. */
const BEFORE_WWW = /[\s*_~(]/;

/** "www." and a host: labels without punctuation other than `_` and `-`. */
const WWW_HOST = /^www(?:\.(?:[^\s\p{P}\p{Cc}$+<=>^`|~]|[_-])+)+/u;

/** What may follow the host: no blank, no "<", and square brackets in pairs, for an open one may end a link's text. */
const WWW_PATH = /(?:[^\s<[\]]|\[[^\s<[\]]*\])*/y;

/** `www.example.com/path` becomes a link to `http://www.example.com/path`. */
function linkWww(state: StateInline, silent: boolean): boolean {
  const { src, pos } = state;
  if (state.linkLevel > 0 || !src.startsWith("www.", pos)) return false;
  if (pos > 0 && !BEFORE_WWW.test(src.charAt(pos - 1))) return false;
  const host = WWW_HOST.exec(src.slice(pos, Math.min(pos + HOST_MAX, state.posMax)))?.[0];
  if (!host || hasLateUnderscore(host)) return false;
  // "www.ann@example.com" is a mail address.
  if (src.charAt(pos + host.length) === "@") return false;
  const most = src.slice(pos, Math.min(pos + BARE_LINK_MAX, state.posMax));
  WWW_PATH.lastIndex = host.length;
  WWW_PATH.test(most);
  const link = withoutTrailingMarks(most.slice(0, WWW_PATH.lastIndex));
  const href = state.md.normalizeLink(`http://${link}`);
  if (!state.md.validateLink(href)) return false;
  if (!silent) {
    const open = state.push("link_open", "a", 1);
    open.attrs = [["href", href]];
    open.info = "auto";
    state.push("text", "", 0).content = link;
    state.push("link_close", "a", -1);
  }
  state.pos = pos + link.length;
  return true;
}

/** Underscores may stand in names below a domain, not in its last two labels. */
function hasLateUnderscore(host: string): boolean {
  return host.split(".").slice(-2).join("").includes("_");
}

/** Ends that belong to the sentence: punctuation, a parenthesis that was not opened in the link, and an entity. */
function withoutTrailingMarks(link: string): string {
  let end = link.length;
  let unopened = link.split(")").length - link.split("(").length;
  for (;;) {
    const last = link.charAt(end - 1);
    if (last === ")" && unopened-- <= 0) return link.slice(0, end);
    if (last === ";")
      end -= /&[a-z0-9]{1,31};$/i.exec(link.slice(Math.max(0, end - 33), end))?.[0].length ?? 1;
    else if (/[)?!.,:*_~'"]/.test(last)) end--;
    else return link.slice(0, end);
  }
}
