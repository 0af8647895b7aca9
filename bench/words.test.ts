import { expect, test } from "vitest";
import { missingWords, wordsOf } from "./words.ts";

test.each([
  [
    "tags within a word and between words",
    "<p>one<b>Two</b> three<br>four</p><p>five</p>",
    "onetwo three four five",
  ],
  ["entities, signs and other scripts", "<p>a&amp;b, don’t &lt;T&gt; Привет</p>", "a b don t t привет"],
  ["BBCode that was shown as it stood", "<p>[color=#ff0000]one[/color] all[b] [/list:u]</p>", "one all"],
  ["a picture's size", '<a href="/a.png"><img alt="x"><div class="meta">a.png 9x9</div></a>', ""],
  [
    "a page's preview",
    '<aside class="onebox"><header><a href="/">Site</a></header><h3>Its title</h3><p>Long.</p></aside>end',
    "its title end",
  ],
  [
    "a topic's preview",
    '<aside class="quote" data-topic="4"><div class="title"><img> <a>Its title</a></div><blockquote>Long.</blockquote></aside>',
    "its title",
  ],
  [
    "a quote",
    '<aside class="quote" data-username="ada" data-topic="4"><div class="title">ada:</div><blockquote>Long.</blockquote></aside>',
    "ada long",
  ],
])("words of %s", (_, html, words) => {
  expect(wordsOf(html).join(" ")).toBe(words);
});

test("a word is missing as often as it stands less often", () => {
  expect(missingWords(["a", "b", "a", "c"], ["a", "d", "c"])).toEqual(["b", "a"]);
});
