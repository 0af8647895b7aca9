/** The Markdown of the forum: CommonMark with GitHub's tables, strikethrough, task lists and bare links. */
import Parser, {
  type Env,
  type MarkdownIt,
  type Ruler,
  type StateBlock,
  type StateCore,
  type StateInline,
  type Token,
} from "markdown-it";
import type { ShowElsewhere } from "./elsewhere.ts";
import { replaceShortcodes } from "./emoji.ts";
import { addGitHubRules } from "./markdown-github.ts";
import {
  BARE_LINK_MAX,
  BLOCK_DEPTH_MAX,
  BLOCKS_MAX,
  BRACKET_DEPTH_MAX,
  CELLS_OF_ROW,
  CELLS_OF_TABLE,
  INLINE_STEPS_MAX,
  LINK_SIGNS_MAX,
  LINKS_MAX,
  MISSING_CELLS_PER_CHARACTER,
  PICTURED_PER_CHARACTER,
  PICTURES_MAX,
  QUOTED_LINES_MAX,
  REFERENCED_PER_CHARACTER,
  TABLE_CELLS_MAX,
  TABLE_COLUMNS_MAX,
} from "./markdown-limits.ts";
import { type Allowance, finishTokens, isAllowedUrl } from "./markdown-tokens.ts";

/** What one run of the parser carries from rule to rule. */
export type TextEnv = Env & { allowance?: Allowance; columns?: number; show?: ShowElsewhere | null };

type BlockRule = (state: StateBlock, startLine: number, endLine: number, silent: boolean) => boolean;
type InlineRule = (state: StateInline, silent: boolean) => boolean;
type CoreRule = (state: StateCore) => unknown;

const QUOTE_MARK = ">".charCodeAt(0);

/** The one parser. It keeps nothing between two texts. */
export const parser = createParser();

function createParser(): MarkdownIt {
  // `breaks`: people press Enter once and expect a new line, and imported forums were written that way.
  const md = new Parser({ html: false, linkify: true, breaks: true, maxNesting: BRACKET_DEPTH_MAX });
  md.validateLink = isAllowedUrl;
  // A bare link shows what was typed. Decoding it would let `xn--…` hosts pass for the names they imitate.
  md.normalizeLinkText = (url) => url;
  addBareLinks(md);
  addGitHubRules(md);
  wrapRule(md.block.ruler, "blockquote", limitQuotedLines);
  wrapRule(md.block.ruler, "blockquote", limitDepth);
  wrapRule(md.block.ruler, "list", limitDepth);
  wrapRule(md.block.ruler, "table", limitColumns);
  // First of all, so that every block and every piece of a line passes them. A list asks before each further item.
  md.block.ruler.before("table", "limit_blocks", limitBlocks, { alt: ["list"] });
  md.inline.ruler.before("www", "limit_steps", limitSteps);
  for (const name of ["www", "linkify", "link", "image", "autolink"])
    wrapRule(md.inline.ruler, name, limitLinks);
  wrapRule(md.core.ruler, "linkify", limitLateLinks);
  // markdown-it asks the rules that end a quote whether a table's next row ends the table.
  md.block.ruler.push("table_end", endsTable, { alt: ["blockquote"] });
  // After bare links were found, whose addresses may hold colons, and before "\\:" is text like any other.
  md.core.ruler.after("linkify", "emoji", (state) => state.tokens.forEach(replaceEmoji));
  md.core.ruler.push("finish", finish);
  addRenderers(md);
  return md;
}

/** Bare links with `http://` or `https://`, and mail addresses. `README.md` and `main.rs` stay words. */
function addBareLinks(md: MarkdownIt): void {
  md.linkify.add("ftp:", null).add("//", null).set({ maxLength: BARE_LINK_MAX });
  // linkify-it reads `xn--a` in two ways, so that ten such labels are read in 2^10: "xn--www." took 4 s.
  const letter = md.linkify.re.get_pseudo_letter().source;
  const label = new RegExp(`(?:${letter}(?:(?:-|${letter}){0,61}${letter})?)`);
  md.linkify.re.get_domain = () => label;
}

/** Replaces a rule by one built around it. markdown-it has no public way to read a rule. */
function wrapRule<Args extends unknown[], Result>(
  ruler: Ruler<Args, Result>,
  name: string,
  wrap: (rule: (...args: Args) => Result) => (...args: Args) => Result,
): void {
  const found = ruler.__rules__.find((rule) => rule.name === name);
  if (!found) throw new Error(`markdown-it has no rule "${name}"`);
  ruler.at(name, wrap(found.fn), { alt: found.alt });
}

/** Too deep, a marker is text. A line that belongs to a list further out still ends the paragraph before it. */
function limitDepth(rule: BlockRule): BlockRule {
  return (state, startLine, endLine, silent) => {
    const belongsOutside = silent && (state.sCount[startLine] ?? 0) < state.blkIndent;
    if (state.level >= BLOCK_DEPTH_MAX && !belongsOutside) return false;
    return rule(state, startLine, endLine, silent);
  };
}

/**
 * A quote reads on to the next blank line, because a paragraph in it might go on without ">", and then gives back
 * what it did not use: many short quotes in one block read the same lines again and again.
 */
function limitQuotedLines(rule: BlockRule): BlockRule {
  return (state, startLine, endLine, silent) => {
    if (silent || state.src.charCodeAt(firstCharacter(state, startLine)) !== QUOTE_MARK)
      return rule(state, startLine, endLine, silent);
    const allowance = allowanceOf(state);
    let line = startLine;
    while (line < endLine && allowance.quotedLines > 0 && !state.isEmpty(line)) {
      allowance.quotedLines--;
      line++;
    }
    return line > startLine && rule(state, startLine, line, false);
  };
}

/**
 * Counts a block, and shows everything after the last that a text may have as it was typed. A list asks before each
 * further item: an item without a block counts too.
 */
function limitBlocks(state: StateBlock, startLine: number, endLine: number, silent: boolean): boolean {
  const allowance = allowanceOf(state);
  if (allowance.blocks > 0) {
    if (!silent || state.tokens.at(-2)?.type === "list_item_open") allowance.blocks--;
    return false;
  }
  if (silent) return true;
  state.push("as_typed", "pre", 0).content = state.getLines(startLine, endLine, state.blkIndent, false);
  state.line = endLine;
  return true;
}

/** Counts a step of the inline parser. After the last one, what is left of a line is text. */
function limitSteps(state: StateInline, silent: boolean): boolean {
  const allowance = allowanceOf(state);
  if (allowance.steps > 0) {
    allowance.steps--;
    return false;
  }
  if (!silent) state.pending += state.src.slice(state.pos, state.posMax);
  state.pos = state.posMax;
  return true;
}

/** After as many links as a text may have, what would be one more is text. */
function limitLinks(rule: InlineRule): InlineRule {
  return (state, silent) => {
    const allowance = allowanceOf(state);
    if (allowance.links <= 0 || !rule(state, silent)) return false;
    allowance.links--;
    return true;
  };
}

/** Looks for mail addresses, and for bare links that nobody has found before, unless there are too many to be counted. */
function limitLateLinks(rule: CoreRule): CoreRule {
  return (state) => {
    const mayLink = allowanceOf(state).links > 0 && state.src.split(/@|:\/\//).length <= LINK_SIGNS_MAX + 1;
    return mayLink && rule(state);
  };
}

/** A table that is too wide, or that no cells are left for, is a paragraph. */
function limitColumns(rule: BlockRule): BlockRule {
  return (state, startLine, endLine, silent) => {
    if (startLine + 2 > endLine) return false;
    const columns = countCells(rowAt(state, startLine + 1));
    const allowance = allowanceOf(state);
    const cells = columns + CELLS_OF_TABLE;
    if (columns > TABLE_COLUMNS_MAX || cells > allowance.cells) return false;
    (state.env as TextEnv).columns = columns;
    const isTable = rule(state, startLine, endLine, silent);
    if (isTable && !silent) allowance.cells -= cells;
    return isTable;
  };
}

/** Counts a table's row and says whether it is one too many. The rows from there on are a paragraph. */
function endsTable(state: StateBlock, line: number, _endLine: number, silent: boolean): boolean {
  if (!silent || state.parentType !== "table" || state.isEmpty(line)) return false;
  const columns = (state.env as TextEnv).columns ?? 0;
  const allowance = allowanceOf(state);
  const cells = columns + CELLS_OF_ROW;
  const missing = Math.max(0, columns - countCells(rowAt(state, line)));
  if (cells > allowance.cells || missing > allowance.missingCells) return true;
  allowance.cells -= cells;
  allowance.missingCells -= missing;
  return false;
}

/** Writes the emoji that a line names. What a link says stays as it is, for it may be an address. */
function replaceEmoji({ children }: Token): void {
  let links = 0;
  for (const token of children ?? []) {
    if (token.type === "link_open" || token.type === "link_close") links += token.nesting;
    else if (token.type === "text" && links === 0) token.content = replaceShortcodes(token.content);
  }
}

function finish(state: StateCore): void {
  const { show = null } = state.env as TextEnv;
  state.tokens = finishTokens(state.tokens, { Make: state.Token, allowance: allowanceOf(state), show });
}

function allowanceOf(state: { src: string; env: Env }): Allowance {
  const env = state.env as TextEnv;
  env.allowance ??= {
    blocks: BLOCKS_MAX,
    steps: INLINE_STEPS_MAX,
    cells: TABLE_CELLS_MAX,
    missingCells: state.src.length * MISSING_CELLS_PER_CHARACTER,
    links: LINKS_MAX,
    pictures: PICTURES_MAX,
    pictured: state.src.length * PICTURED_PER_CHARACTER,
    quotedLines: QUOTED_LINES_MAX,
    referenced: state.src.length * REFERENCED_PER_CHARACTER,
  };
  return env.allowance;
}

function rowAt(state: StateBlock, line: number): string {
  return state.src.slice(firstCharacter(state, line), state.eMarks[line]).trimEnd();
}

function firstCharacter(state: StateBlock, line: number): number {
  return (state.bMarks[line] ?? 0) + (state.tShift[line] ?? 0);
}

/** Cells of a row as the table rule splits it, taking an escaped `\|` for a border: good enough for a limit. */
function countCells(row: string): number {
  let cells = 1;
  for (let at = row.indexOf("|"); at !== -1; at = row.indexOf("|", at + 1)) cells++;
  if (row.startsWith("|")) cells--;
  if (row.length > 1 && row.endsWith("|")) cells--;
  return cells;
}

/** Names of languages that become a class, `c++` and `objective-c` among them. */
const LANGUAGE = /^[A-Za-z0-9][\w.+#-]{0,29}$/;

/** Text with its lines and blanks, for what is too long or too much to be parsed. */
export function asTyped(text: string): string {
  return `<pre tabindex="0">${parser.utils.escapeHtml(text)}</pre>`;
}

function addRenderers(md: MarkdownIt): void {
  const { escapeHtml, unescapeAll } = md.utils;
  const code = (token: Token | undefined) => {
    const [language = ""] = unescapeAll(token?.info ?? "")
      .trim()
      .split(/\s/);
    const className = LANGUAGE.test(language) ? ` class="language-${language}"` : "";
    // Long lines scroll sideways; `tabindex` lets the keyboard do it too.
    return `<pre tabindex="0"><code${className}>${escapeHtml(token?.content ?? "")}</code></pre>`;
  };
  md.renderer.rules.as_typed = (tokens, index) => asTyped(tokens[index]?.content ?? "");
  md.renderer.rules.fence = (tokens, index) => code(tokens[index]);
  md.renderer.rules.code_block = (tokens, index) => code(tokens[index]);
  // A group and not a region: a page may hold many tables, and landmarks would all need names of their own.
  md.renderer.rules.table_open = () => '<div class="table-scroll" role="group" tabindex="0"><table>';
  md.renderer.rules.table_close = () => "</table></div>";
}
