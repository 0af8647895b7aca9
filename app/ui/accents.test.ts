import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { ACCENTS, type AccentName, DEFAULT_ACCENT } from "#app/domain/site.ts";

const css = ["tokens", "accents"].map((file) => readFileSync(`app/ui/styles/${file}.css`, "utf8")).join("\n");

type Scheme = "light" | "dark";
type Rgb = [number, number, number];

/** The first colours that a token has in a piece of the stylesheet. */
function token(name: string, from = css): Record<Scheme, string> {
  const [, light = "", dark = ""] =
    new RegExp(`--${name}: light-dark\\((#[0-9a-f]{6}), (#[0-9a-f]{6})\\)`).exec(from) ?? [];
  return { light, dark };
}

function rgb(hex: string): Rgb {
  return [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)) as Rgb;
}

/** `color-mix(in srgb, …)` (CSS Color 5). */
function mixed(accent: string, surface: string, share: number): Rgb {
  return rgb(accent).map((value, at) => share * value + (1 - share) * (rgb(surface)[at] ?? 0)) as Rgb;
}

/** WCAG 2.2, "relative luminance". */
function luminance(color: Rgb): number {
  const [red = 0, green = 0, blue = 0] = color
    .map((value) => value / 255)
    .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: Rgb, other: Rgb): number {
  const [light = 0, dark = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

const names = Object.keys(ACCENTS) as AccentName[];

test("the stylesheet has each accent, in the colours that the configuration knows", () => {
  for (const name of names) {
    const at = name === DEFAULT_ACCENT ? css : css.slice(css.indexOf(`[data-accent="${name}"]`));
    expect([name, token("accent", at)]).toEqual([name, ACCENTS[name]]);
  }
  const inStylesheet = [...css.matchAll(/\[data-accent="(\w+)"\]/g)].map(([, name]) => name);
  expect([DEFAULT_ACCENT, ...inStylesheet].sort()).toEqual([...names].sort());
});

test.each(names.flatMap((name) => [[name, "light"] as const, [name, "dark"] as const]))(
  "text in %s can be read on every surface of %s pages, and text on it",
  (name, scheme) => {
    const accent = rgb(ACCENTS[name][scheme]);
    const surface = token("surface")[scheme];
    const wash = mixed(ACCENTS[name][scheme], surface, 0.1);
    const selected = mixed(ACCENTS[name][scheme], surface, 0.3);
    const contrasts = {
      onPaper: contrast(accent, rgb(token("paper")[scheme])),
      onSurface: contrast(accent, rgb(surface)),
      onSunken: contrast(accent, rgb(token("sunken")[scheme])),
      onWash: contrast(accent, name === DEFAULT_ACCENT ? rgb(token("accent-wash")[scheme]) : wash),
      onAccent: contrast(rgb(token("accent-ink")[scheme]), accent),
      inkOnWash: contrast(rgb(token("ink")[scheme]), wash),
      quietOnWash: contrast(rgb(token("quiet")[scheme]), wash),
      inkSelected: contrast(rgb(token("ink")[scheme]), selected),
    };
    const tooLow = Object.entries(contrasts).filter(([, value]) => value < 4.5);
    expect(tooLow).toEqual([]);
  },
);
