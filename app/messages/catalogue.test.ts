import { globSync, readFileSync } from "node:fs";
import ts from "typescript";
import { describe, expect, test } from "vitest";
import type { Catalogue, Key, Text } from "./catalogue.ts";
import { translation } from "./catalogue.ts";
import { de } from "./de.ts";
import { en } from "./en.ts";
import { LANGUAGES, type Language } from "./languages.ts";
import { disguise } from "./pseudo.ts";
import { wordsOf } from "./words.ts";

const CATALOGUES: Record<Language, Catalogue> = { en, de };

/** What stands in a text beside its letters: names in braces, and tags. */
const namesIn = (text: Text) => [...new Set(JSON.stringify(text).match(/\{\w+\}|<\/?\w+>/g))].sort();

const formsOf = (text: Text): string[] => (typeof text === "string" ? [text] : Object.values(text));

describe.each(Object.entries(CATALOGUES))("the catalogue in %s", (language, catalogue) => {
  test("has each text once, with what is put in", () => {
    expect(Object.keys(catalogue)).toEqual(Object.keys(en));
    for (const [key, text] of Object.entries(catalogue))
      expect.soft([key, namesIn(text)]).toEqual([key, namesIn(en[key as Key])]);
  });

  test("has a form for each plural of its language, and no other", () => {
    const { locale } = LANGUAGES[language as Language];
    const plurals = [...new Intl.PluralRules(locale).resolvedOptions().pluralCategories].sort();
    for (const [key, text] of Object.entries(catalogue))
      if (typeof text !== "string") expect.soft([key, Object.keys(text).sort()]).toEqual([key, plurals]);
  });

  test("says something in each text, and closes its tags", () => {
    for (const [key, text] of Object.entries(catalogue))
      for (const form of formsOf(text)) {
        expect.soft(form.trim(), key).toBe(form);
        expect.soft(form, key).toMatch(/\p{L}|\{\w+\}/u);
        expect.soft(form.replace(/<(\w+)>[^<]*<\/\1>|\{\w+\}/g, ""), key).not.toMatch(/[<>{}]/);
      }
  });

  test("needs no escaping where a text becomes an attribute of stored HTML (app/ui/body.tsx)", () => {
    for (const key of ["body.table", "body.picture", "task.open", "task.done"] as const)
      expect(catalogue[key]).toMatch(/^[\p{L} ]+$/u);
  });

  test("has a sentence of its own for each refusal", () => {
    const sentences = Object.entries(catalogue).flatMap(([key, text]) =>
      key.startsWith("refusal.") ? [String(text)] : [],
    );
    expect(new Set(sentences).size).toBe(13);
    for (const sentence of sentences) expect(sentence).toMatch(/^\p{Lu}.*\.$/u);
  });
});

test("German is set as German is: its own quotation marks, and its dash", () => {
  for (const [key, text] of Object.entries(de))
    for (const form of formsOf(text))
      expect.soft(form, key).not.toMatch(/["'`](?!Code)(?<!Code`)|\.\.\.| - |“[^“„]*”/);
});

/** Every string in the code that uses the catalogue, and the beginning of each that is put together. */
function stringsInCode(): { whole: Set<string>; beginnings: Set<string> } {
  const whole = new Set<string>();
  const beginnings = new Set<string>();
  const files = globSync("{app,workers,scripts}/**/*.{ts,tsx}").filter(
    (file) => !/\.test\.|app\/messages\/(en|de)\.ts$/.test(file),
  );
  for (const file of files) {
    const visit = (node: ts.Node): void => {
      if (ts.isStringLiteralLike(node)) whole.add(node.text);
      if (ts.isTemplateHead(node)) beginnings.add(node.text);
      ts.forEachChild(node, visit);
    };
    visit(ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.Latest));
  }
  return { whole, beginnings };
}

test("every text is used", () => {
  const { whole, beginnings } = stringsInCode();
  const unused = Object.keys(en).filter(
    (key) => !whole.has(key) && !beginnings.has(key.replace(/[^.]+$/, "")),
  );
  expect(unused).toEqual([]);
});

test("what is missing or wrong does not compile", () => {
  const { t, say } = wordsOf("en", en);
  // @ts-expect-error there is no such text
  t("thread.lockd");
  // @ts-expect-error the title is missing
  t("newReply.title");
  // @ts-expect-error a title is what is put in
  t("newReply.title", { name: "x" });
  // @ts-expect-error it is a number that plurals are chosen by
  t("count.replies", { count: "two" });
  // @ts-expect-error a text with a link in it is no string
  say("site.footer");
  // @ts-expect-error a message carries what is put in
  say("problem.longTitle");
  // @ts-expect-error a language has every text
  const short = () => translation({ "site.skip": "Zum Inhalt" });
  // @ts-expect-error and no other
  const long = () => translation({ ...(en as Catalogue), "site.other": "Anderes" } as const);
  // @ts-expect-error each with the names of the English one
  const wrong = () => translation({ ...en, "newReply.title": "Antwort auf {titel}" });
  expect([short, long, wrong]).toHaveLength(3);
});

test("the disguise has an accent on each letter and is 40 % longer, and keeps what is put in", () => {
  const disguised = disguise(en);
  for (const [key, text] of Object.entries(disguised)) {
    expect.soft(namesIn(text), key).toEqual(namesIn(en[key as Key]));
    formsOf(text).forEach((form, at) => {
      const bare = form.replace(/\{\w+\}|<\/?\w+>/g, "");
      const plain = (formsOf(en[key as Key])[at] ?? "").replace(/\{\w+\}|<\/?\w+>/g, "");
      expect.soft(bare, key).not.toMatch(/[A-Za-z]/);
      expect.soft(bare.length, key).toBeGreaterThanOrEqual(1.4 * plain.length);
    });
  }
});
