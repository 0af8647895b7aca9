import { createElement } from "react";
import { renderToStaticMarkup } from "react-dom/server.node";
import { expect, test } from "vitest";
import { renderMarkdown } from "#app/domain/markdown.ts";
import { wordsIn } from "#app/messages/words.server.ts";
import { type Element, elementsOf, textOf } from "#test/site/page.ts";
import { FormattingHelp } from "./formatting-help.tsx";
import { WordsContext } from "./words.ts";

/** Elements that a cell of the help has no need of, since they bring a line of their own or are none of its samples. */
const LEFT_OUT = new Set(["html", "head", "body", "p", "td", "span", "input"]);

/** What people see of a sample: its words, and the elements that set them apart. */
function seen(elements: Element[]): { text: string; tags: string[] } {
  const tags = elements.map(({ tagName }) => (/^h\d$/.test(tagName) ? "strong" : tagName));
  const text = elements[0] ? textOf(elements[0]) : "";
  return {
    text: text.replace(/[☑\s]+/g, " ").trim(),
    tags: tags.filter((tag) => !LEFT_OUT.has(tag)),
  };
}

const samplesOf = (html: string) =>
  [...html.matchAll(/<tr><td><code>(.*?)<\/code><\/td><td>(.*?)<\/td><\/tr>/gs)].map(
    ([, typed = "", shown = ""]) => ({ typed: textOf(elementsOf(typed)[0] as Element), shown }),
  );

test.each(["en", "de"] as const)("what the help shows is what the renderer makes of it (%s)", (language) => {
  const help = createElement(WordsContext, { value: wordsIn(language) }, createElement(FormattingHelp));
  const samples = samplesOf(renderToStaticMarkup(help));
  expect(samples.length).toBeGreaterThan(5);
  for (const { typed, shown } of samples) {
    const rendered = seen(elementsOf(renderMarkdown(typed)));
    // A link leads away from what is being written, and a task is a list of one: the help shows how they look.
    const expected = rendered.tags.filter(
      (tag) => tag !== "a" && !(typed.startsWith("- [") && /^(ul|li)$/.test(tag)),
    );
    expect(seen(elementsOf(shown)), typed).toEqual({ text: rendered.text, tags: expected });
    expect(rendered.tags.length, `${typed} is nothing but its own words`).toBeGreaterThan(0);
  }
});
