import { createElement, type ReactNode } from "react";
import { renderToStaticMarkup } from "react-dom/server.node";
import { expect, test } from "vitest";
import { wordsIn } from "#app/messages/words.server.ts";
import { rich } from "./words.ts";

const written = (node: ReactNode) => renderToStaticMarkup(createElement("p", null, node));
const link = (text: ReactNode) => createElement("a", { href: "/" }, text);

test("elements stand where the language has them, around the text that it gives them", () => {
  const footer = (language: "en" | "de") =>
    written(rich(wordsIn(language), "site.footer", { home: link, name: "Ours & theirs" }));
  expect(footer("en")).toBe('<p><a href="/">Ours &amp; theirs</a> is a forum that runs at the edge.</p>');
  expect(footer("de")).toBe('<p><a href="/">Ours &amp; theirs</a> ist ein Forum, das nah bei dir läuft.</p>');
});

test("what is put in is no markup, whatever it says", () => {
  const category = "<label>{score}</label>";
  const said = written(rich(wordsIn("en"), "category.start", { category }));
  expect(said).toBe("<p>New thread in &lt;label&gt;{score}&lt;/label&gt;</p>");
});

test("an element that is put in stands in its sentence, and numbers are written as the language writes them", () => {
  const when = createElement("time", null, "gestern");
  const hidden = (text: ReactNode) => createElement("i", null, text);
  expect(written(rich(wordsIn("de"), "thread.lastReply", { hidden, author: "ada", when }))).toBe(
    "<p><i>Letzte Antwort von ada, </i><time>gestern</time></p>",
  );
  const label = (text: ReactNode) => createElement("b", null, text);
  expect(written(rich(wordsIn("de"), "vote.score", { label, score: 1204 }))).toBe(
    "<p><b>Punkte: </b>1.204</p>",
  );
});
