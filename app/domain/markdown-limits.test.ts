import { expect, test } from "vitest";
import { showUnsigned } from "#test/pictures-elsewhere.ts";
import { BODY_MAX } from "./limits.ts";
import { renderMarkdown } from "./markdown.ts";
import { parser } from "./markdown-parser.ts";
import { PATHOLOGICAL } from "./markdown-pathological.ts";
import { countCharacters } from "./text.ts";

/** What the forum promises for any text. `node bench/markdown.ts` measures the other promise, 100 ms. */
const GROWTH_MAX = 40;

/**
 * Calls of markdown-it's rules per character. Today no text here needs more than 16; reading everything once for every
 * line would need thousands.
 */
const CALLS_PER_CHARACTER = 20;

/** Tokens and HTML elements of one text, however long: what a new process spends its time on. Today 5,226 and 2,388. */
const TOKENS_MAX = 7_000;
const ELEMENTS_MAX = 3_000;

const HOSTILE = Object.entries(PATHOLOGICAL);

let calls = 0;
for (const { __rules__ } of [parser.block.ruler, parser.inline.ruler]) countCalls(__rules__);
// The rulers keep lists of functions: let them make new ones.
parser.block.ruler.enable([]);
parser.inline.ruler.enable([]);

// biome-ignore lint/suspicious/noExplicitAny: rules of blocks and of lines take different arguments
function countCalls(rules: Array<{ fn: (...given: any[]) => boolean }>): void {
  for (const rule of rules) {
    const { fn } = rule;
    rule.fn = (...given) => {
      calls++;
      return fn(...given);
    };
  }
}

function work(source: string): { calls: number; tokens: number } {
  calls = 0;
  const tokens = parser.parse(source, { show: showUnsigned });
  return { calls, tokens: tokens.reduce((sum, token) => sum + 1 + (token.children?.length ?? 0), 0) };
}

function growth(source: string): number {
  return countCharacters(renderMarkdown(source, showUnsigned)) / countCharacters(source);
}

test("there are many hostile texts, and they are as long as a post may be", () => {
  expect(HOSTILE.length).toBeGreaterThan(60);
  for (const [name, make] of HOSTILE) {
    const length = countCharacters(make(BODY_MAX));
    expect.soft(length, name).toBeGreaterThan(0.9 * BODY_MAX);
    expect.soft(length, name).toBeLessThanOrEqual(BODY_MAX + 120);
  }
});

test.each(HOSTILE)("%s: 40 times its length at most", (_, make) => {
  for (const size of [40, 100, 400, 2_000, BODY_MAX])
    expect.soft(growth(make(size)), `${size} characters`).toBeLessThanOrEqual(GROWTH_MAX);
});

test("calls of rules are counted", () => {
  expect(work("a *b*\n\n- c").calls).toBeGreaterThan(20);
  expect(work("a".repeat(100)).calls).toBeLessThan(20);
});

test.each(HOSTILE)("%s: work in proportion to its length, and bounded", (_, make) => {
  const source = make(BODY_MAX);
  const { calls, tokens } = work(source);
  expect(calls).toBeLessThan(CALLS_PER_CHARACTER * BODY_MAX);
  expect(tokens).toBeLessThan(TOKENS_MAX);
  expect((renderMarkdown(source, showUnsigned).match(/<[a-z]/g) ?? []).length).toBeLessThan(ELEMENTS_MAX);
});

test("a host's label is read in one way only", () => {
  const label = new RegExp(`^(?:${parser.linkify.re.get_domain().source})$`, "u");
  expect(label.test("xn--e1afmkfd")).toBe(true);
  expect(parser.linkify.re.get_domain().source).not.toContain("xn");
});
