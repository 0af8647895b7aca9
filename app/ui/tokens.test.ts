import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { CATEGORY_COLORS } from "#app/domain/category.ts";

const css = readFileSync("app/ui/styles/tokens.css", "utf8");

/** Each token that is a colour, as it is in the light and in the dark scheme. */
const TOKENS = new Map(
  [...css.matchAll(/^\s*--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);$/gm)].map(
    ([, name = "", light = "", dark = ""]) => [name, { light, dark }],
  ),
);

const SURFACES = ["paper", "surface", "sunken"];

/** What is read on what: each needs 4.5:1 (WCAG 2.2, 1.4.3). */
const PAIRS: [text: string, ground: string][] = [
  ...[
    "ink",
    "quiet",
    "accent",
    "good",
    "bad",
    ...CATEGORY_COLORS.map((color) => `category-${color}`),
  ].flatMap((text) => SURFACES.map((ground): [string, string] => [text, ground])),
  ["accent-ink", "accent"],
  ["accent", "accent-wash"],
  ["ink", "good-wash"],
  ["good", "good-wash"],
  ["ink", "bad-wash"],
  ["bad", "bad-wash"],
];

test.each(PAIRS)("%s can be read on %s, in both schemes", (text, ground) => {
  for (const scheme of ["light", "dark"] as const) {
    const ratio = contrast(colorOf(text, scheme), colorOf(ground, scheme));
    expect(ratio, scheme).toBeGreaterThanOrEqual(4.5);
  }
});

test("each colour of a category has its tokens and its rule, and no two are alike", () => {
  const named = [...css.matchAll(/\[data-color="(\w+)"\] \{\s+--category: var\(--category-(\w+)\);/g)];
  expect(named.map(([, name]) => name)).toEqual([...CATEGORY_COLORS]);
  expect(named.map(([, , token]) => token)).toEqual([...CATEGORY_COLORS]);
  for (const scheme of ["light", "dark"] as const) {
    const colors = CATEGORY_COLORS.map((color) => colorOf(`category-${color}`, scheme));
    expect(new Set(colors).size).toBe(CATEGORY_COLORS.length);
  }
});

function colorOf(token: string, scheme: "light" | "dark"): string {
  const pair = TOKENS.get(token);
  if (!pair) throw new Error(`tokens.css has no pair --${token}`);
  return pair[scheme];
}

/** The contrast ratio of two colours, 1 to 21 (WCAG 2.2, "contrast ratio"). */
function contrast(one: string, other: string): number {
  const [darker = 0, lighter = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (lighter + 0.05) / (darker + 0.05);
}

/** Relative luminance of `#rrggbb`, 0 to 1 (WCAG 2.2, "relative luminance"). */
function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const channel = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
