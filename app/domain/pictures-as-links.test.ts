import { expect, test } from "vitest";
import { showUnsigned } from "#test/pictures-elsewhere.ts";
import { renderMarkdown } from "./markdown.ts";
import { picturesAsLinks } from "./pictures-as-links.ts";

const CAT = "https://a.example.com/cat.png?a=1&b=2";
const HREF = CAT.replace("&", "&amp;");
const OWN = `/media/${"0".repeat(32)}-1200x800.webp`;
const REL = 'rel="nofollow ugc noopener noreferrer"';

const asLinks = (source: string) => picturesAsLinks(renderMarkdown(source, showUnsigned), "Picture");

test.each([
  [
    "by its text",
    `![A "cat" & <b>](${CAT})`,
    `<figure><a href="${HREF}" ${REL}>A &quot;cat&quot; &amp; &lt;b&gt;</a></figure>`,
  ],
  ["by what pictures are called", `![](${CAT})`, `<figure><a href="${HREF}" ${REL}>Picture</a></figure>`],
  [
    "with its caption",
    `![A](${CAT} "b")`,
    `<figure><a href="${HREF}" ${REL}>A</a><figcaption>b</figcaption></figure>`,
  ],
  ["of this forum", `![A](${OWN})`, `<figure><a href="${OWN}" rel="nofollow ugc">A</a></figure>`],
  [
    "beside the page that it led to",
    `[![A](${CAT})](/t/1)`,
    `<figure><a href="/t/1" rel="nofollow ugc">A</a> (<a href="${HREF}" ${REL}>Picture</a>)</figure>`,
  ],
  [
    "beside the page that it led to, among words",
    `[see ![A](${CAT})!](/t/1), [not](/t/2)`,
    `<p><a href="/t/1" rel="nofollow ugc">see A!</a> (<a href="${HREF}" ${REL}>Picture</a>), ` +
      '<a href="/t/2" rel="nofollow ugc">not</a></p>',
  ],
])("a picture becomes a link, %s", (_, source, html) => {
  expect(asLinks(source)).toBe(html);
});

test("nothing is loaded, however pictures stand, and what holds none stays as it is", () => {
  const source = `- **![](${CAT})**\n\n|a|\n|-|\n|![b](${OWN})|\n\n![c](${CAT}) ![d](${CAT})\n![e](${OWN})`;
  expect(renderMarkdown(source, showUnsigned).match(/<img /g)).toHaveLength(5);
  expect(asLinks(source)).not.toMatch(/<img|src|\/media\/elsewhere/);
  const words = renderMarkdown("*a* [b](/c)\n\n`<img src=a>`", showUnsigned);
  expect(picturesAsLinks(words, "Picture")).toBe(words);
});
