import { expect, test } from "vitest";
import { showUnsigned } from "#test/pictures-elsewhere.ts";
import { excerpt, QUOTE_LINES_MAX, QUOTE_MAX, quoteMarkdown, renderMarkdown } from "./markdown.ts";
import {
  BLOCK_DEPTH_MAX,
  BLOCKS_MAX,
  INLINE_DEPTH_MAX,
  INLINE_STEPS_MAX,
  LINK_SIGNS_MAX,
  LINKS_MAX,
  PICTURES_MAX,
  SOURCE_MAX,
  TABLE_COLUMNS_MAX,
} from "./markdown-limits.ts";
import { countCharacters } from "./text.ts";

const REL = 'rel="nofollow ugc"';

test.each([
  ["paragraphs", "a\n\nb", "<p>a</p><p>b</p>"],
  ["a line break where Enter was pressed", "a\nb", "<p>a<br />\nb</p>"],
  ["emphasis", "*a* **b** ~~c~~ `d`", "<p><em>a</em> <strong>b</strong> <s>c</s> <code>d</code></p>"],
  ["quotes", "> a\n> > b", "<blockquote><p>a</p><blockquote><p>b</p></blockquote></blockquote>"],
  ["lists", "- a\n  1. b\n", "<ul><li>a<ol><li>b</li></ol></li></ul>"],
  ["lists that begin late", "7. a", '<ol start="7"><li>a</li></ol>'],
  ["a rule", "---", "<hr />"],
  ["indented code", "    a  b", '<pre tabindex="0"><code>a  b\n</code></pre>'],
  [
    "fenced code with a language",
    "```c++ title=x\na<b>\n```",
    '<pre tabindex="0"><code class="language-c++">a&lt;b&gt;\n</code></pre>',
  ],
  ["fenced code with a strange language", '```"><b\na\n```', '<pre tabindex="0"><code>a\n</code></pre>'],
  ["characters of HTML", `a < b & c > "d"`, `<p>a &lt; b &amp; c &gt; "d"</p>`],
  ["raw HTML, as text", "a <b>T</b> <!-- c -->", "<p>a &lt;b&gt;T&lt;/b&gt; &lt;!-- c --&gt;</p>"],
  ["entities", "&copy; &lt;b&gt;", "<p>© &lt;b&gt;</p>"],
  ["links with a title", '[a](/b "c")', `<p><a href="/b" title="c" ${REL}>a</a></p>`],
  ["reference links", "[a]\n\n[a]: http://b.c", `<p><a href="http://b.c" ${REL}>a</a></p>`],
  ["autolinks", "<http://a.b>", `<p><a href="http://a.b" ${REL}>http://a.b</a></p>`],
  ["bare links", "see http://a.b/c.", `<p>see <a href="http://a.b/c" ${REL}>http://a.b/c</a>.</p>`],
  [
    "a long bare link, cut for the eye alone",
    "https://a.b/a-path/that-goes-on/and-on/and-on/until-it-is-long-enough/and-further",
    `<p><a href="https://a.b/a-path/that-goes-on/and-on/and-on/until-it-is-long-enough/and-further" title="https://a.b/a-path/that-goes-on/and-on/and-on/until-it-is-long-enough/and-further" ${REL}><span class="cut">https://</span>a.b/a-path/that-goes-on/and-on/and-on<span class="cut">/until-it-is-long-enough/and-further</span></a></p>`,
  ],
  ["bare www links", "(www.a.org)", `<p>(<a href="http://www.a.org" ${REL}>www.a.org</a>)</p>`],
  ["mail addresses", "a@b.co", `<p><a href="mailto:a@b.co" ${REL}>a@b.co</a></p>`],
  ["file names, as words", "README.md main.rs", "<p>README.md main.rs</p>"],
  [
    "a bare link to another alphabet",
    "http://пример.рф",
    `<p><a href="http://xn--e1afmkfd.xn--p1ai" ${REL}>http://пример.рф</a></p>`,
  ],
  [
    "a bare link in Punycode, undecoded",
    "http://xn--e1afmkfd.xn--p1ai",
    `<p><a href="http://xn--e1afmkfd.xn--p1ai" ${REL}>http://xn--e1afmkfd.xn--p1ai</a></p>`,
  ],
  [
    "links without text, by their address",
    "[](http://a.b)",
    `<p><a href="http://a.b" ${REL}>http://a.b</a></p>`,
  ],
  ["links with invisible text, by their address", "[\u200b](/a)", `<p><a href="/a" ${REL}>\u200b/a</a></p>`],
  ["links in links, once", "[a <http://b.c> d](/e)", `<p><a href="/e" ${REL}>a http://b.c d</a></p>`],
  ["links without an address, as text", "[a]()", "<p>a</p>"],
])("renders %s", (_, source, html) => {
  expect(renderMarkdown(source)).toBe(html);
});

test.each([
  ["Thanks :smile: *:+1:*", "Thanks 😄 <em>👍</em>"],
  [":stuck_out_tongue_winking_eye::tada:", "😜🎉"],
  ["`:smile:` :smile:", "<code>:smile:</code> 😄"],
  ["\\:smile: :smile\\:", ":smile: :smile:"],
  ["std::x::y at 10:100:3, :no_such_thing:", "std::x::y at 10:100:3, :no_such_thing:"],
  ["http://a.b/:smile:", `<a href="http://a.b/:smile:" ${REL}>http://a.b/:smile:</a>`],
  ["[:smile:](/:smile: ':smile:') :x:", `<a href="/:smile:" title=":smile:" ${REL}>:smile:</a> ❌`],
  ["<http://a.b/:smile:>", `<a href="http://a.b/:smile:" ${REL}>http://a.b/:smile:</a>`],
])("names of emoji become emoji, and never in code or links: %s", (source, html) => {
  expect(renderMarkdown(source)).toBe(`<p>${html}</p>`);
});

test("names of emoji stay in blocks of code", () => {
  expect(renderMarkdown("```\n:smile:\n```")).toBe('<pre tabindex="0"><code>:smile:\n</code></pre>');
});

test.each([
  ["~a~ ~~b~~", "<s>a</s> <s>b</s>"],
  ["a~b~c", "a<s>b</s>c"],
  ["~~a~ ~b~~", "<s>a~ ~b</s>"],
  ["~a ~~b~~ c~", "<s>a <s>b</s> c</s>"],
  ["~a~~", "~a~~"],
  ["a ~~~b~~~", "a ~~~b~~~"],
  ["about ~5 or ~6 of ~ 7", "about ~5 or ~6 of ~ 7"],
  ["\\~a~", "~a~"],
  ["`~a~` ~b~", "<code>~a~</code> <s>b</s>"],
  ["*a ~b* c~", "<em>a ~b</em> c~"],
  ["~a *b*~", "<s>a <em>b</em></s>"],
  ["~a\nb~", "<s>a<br />\nb</s>"],
  ["~a\n\nb~", "~a</p><p>b~"],
  [`[~a~](/b)`, `<a href="/b" ${REL}><s>a</s></a>`],
])("one tilde or two on both sides strike through: %s", (source, html) => {
  expect(renderMarkdown(source)).toBe(`<p>${html}</p>`);
});

/** A source that links all between the bars, and nothing else. */
test.each([
  "|www.a.org|",
  "see |www.a.org/b|.",
  "(|www.a.org|)",
  "*|www.a.org|*",
  "~|www.a.org|~",
  "~~|www.a.org/~b|~~",
  "|www.a|",
  "|www.a.org:80/b?c=d#e|",
  "|www.a.org/b.c|...",
  "|www.a.org/b|?!,:",
  "|www.a.org/b_c_d|_",
  "|www.a.org/b*c|*",
  "|www.a.org/(b)|",
  "(|www.a.org/(b)|)",
  "|www.a.org/(b)|))",
  "|www.a.org/(b))+c|",
  "|www.a.org/[b]c|",
  "[|www.a.org| b",
  "|www.a.org/'b|'",
  "|www.a.org/b|&c;",
  "|www.a.org/b|;",
  "|www.a.org/b|<c",
  "|www.a_b.c.org|",
  "|www.пример.рф/ж|",
  "|www.a.org/b|\u00a0c",
])("links www. as GitHub does: %s", (marked) => {
  const [before = "", link = "", after = ""] = marked.replace("[|", "[ |").split("|");
  const html = renderMarkdown(before + link + after);
  expect(html).toContain(`>${link}</a>`);
  expect(html).toMatch(/<a href="http:\/\/www\./);
  expect(html.match(/<a /g)).toHaveLength(1);
});

test.each([
  "www.",
  "www..a",
  "www.a_b",
  "www.a_b.c",
  "xwww.a.org",
  "/www.a.org",
  '"www.a.org"',
  "WWW.a.org",
  "www. a.org",
  "www\\.a.org",
  "`www.a.org`",
])("keeps %s as text", (source) => {
  expect(renderMarkdown(source)).not.toContain("<a ");
});

test("www. in a link's text leaves the link alone", () => {
  expect(renderMarkdown("[see www.a.org](/b)")).toBe(`<p><a href="/b" ${REL}>see www.a.org</a></p>`);
  expect(renderMarkdown("[see www.a.org/b](/c) d")).toContain("</a> d");
});

test("www. in a mail address is part of the address", () => {
  expect(renderMarkdown("www.ann@b.co")).toBe(`<p><a href="mailto:www.ann@b.co" ${REL}>www.ann@b.co</a></p>`);
});

test.each([
  ["by its text", "![a *b*](http://c.d/e.png)", `<p><a href="http://c.d/e.png" ${REL}>a b</a></p>`],
  ["by its file", "![](http://c.d/e.png?f=g)", `<p><a href="http://c.d/e.png?f=g" ${REL}>e.png</a></p>`],
  ["by its host", "![](http://c.d/)", `<p><a href="http://c.d/" ${REL}>http://c.d/</a></p>`],
  ["without its size", "![a|690x388](http://c.d/)", `<p><a href="http://c.d/" ${REL}>a</a></p>`],
  ["inside a link, by its text alone", "[![a](/b.png)](/c)", `<p><a href="/c" ${REL}>a</a></p>`],
  ["inside a picture, once", "![![a](/b)](/c)", `<p><a href="/c" ${REL}>a</a></p>`],
  [
    "that may not be linked, by its text",
    "![a](data:image/png;base64,AA)",
    "<p>![a](data:image/png;base64,AA)</p>",
  ],
])("what is no picture becomes a link, %s", (_, source, html) => {
  expect(renderMarkdown(source, showUnsigned)).toBe(html);
});

const CAT = "https://a.example.com/cat.png";
const DOG = "https://a.example.com/dog.png";
const OWN = `/media/${"0".repeat(32)}-1200x800.webp`;
const LAZY = 'loading="lazy" decoding="async"';
const ELSEWHERE_REL = 'rel="nofollow ugc noopener noreferrer"';
const picture = (address: string, said: string) => `<img src="${showUnsigned(address)}" ${said} ${LAZY} />`;
const link = (address: string, said: string) =>
  `<a href="${address}" ${ELSEWHERE_REL}>${picture(address, said)}</a>`;

test.each([
  ["alone", `![A cat](${CAT})`, `<figure>${link(CAT, 'alt="A cat"')}</figure>`],
  ["that nobody described", `![](${CAT})`, `<figure>${link(CAT, 'alt=""')}</figure>`],
  [
    "with a size",
    `![A cat|690x388](${CAT})`,
    `<figure>${link(CAT, 'width="690" height="388" alt="A cat"')}</figure>`,
  ],
  [
    "with a share of a size",
    `![|690x388, 50%](${CAT})`,
    `<figure>${link(CAT, 'width="345" height="194" alt=""')}</figure>`,
  ],
  ["with a size that is none", `![A|0x388](${CAT})`, `<figure>${link(CAT, 'alt="A|0x388"')}</figure>`],
  [
    "with a title, as its caption",
    `![A cat](${CAT} "*Cat* & co")`,
    `<figure>${link(CAT, 'alt="A cat"')}<figcaption>*Cat* &amp; co</figcaption></figure>`,
  ],
  ["among words", `a ![A cat](${CAT} "b") c`, `<p>a ${link(CAT, 'alt="A cat" title="b"')} c</p>`],
  [
    "between lines of words",
    `a\n![A cat](${CAT})\nb\nc`,
    `<p>a</p><figure>${link(CAT, 'alt="A cat"')}</figure><p>b<br />\nc</p>`,
  ],
  [
    "of several in a row, a gallery",
    `![A](${CAT} "c")\n![B](${DOG}) ![C](${CAT})`,
    `<div class="gallery"><figure>${link(CAT, 'alt="A"')}<figcaption>c</figcaption></figure>` +
      `<figure>${link(DOG, 'alt="B"')}</figure><figure>${link(CAT, 'alt="C"')}</figure></div>`,
  ],
  [
    "that leads somewhere, with both addresses",
    `[![A cat](${CAT})](https://a.example.com/page)`,
    `<figure><a href="https://a.example.com/page" ${REL}>${picture(CAT, 'alt="A cat"')}</a></figure>`,
  ],
  [
    "in a quote and an item",
    `> - ![A](${CAT})\n>   a`,
    `<blockquote><ul><li><figure>${link(CAT, 'alt="A"')}</figure>a</li></ul></blockquote>`,
  ],
  ["in emphasis", `**![A](${CAT})**`, `<p><strong>${link(CAT, 'alt="A"')}</strong></p>`],
  [
    "by reference",
    `![A][a]\n\n[a]: ${CAT} "b"`,
    `<figure>${link(CAT, 'alt="A"')}<figcaption>b</figcaption></figure>`,
  ],
  ["in a heading, as a link", `# ![A](${CAT})`, `<h3><a href="${CAT}" ${REL}>A</a></h3>`],
  ["in code, as typed", `\`![A](${CAT})\``, `<p><code>![A](${CAT})</code></p>`],
])("shows a picture elsewhere %s", (_, source, html) => {
  expect(renderMarkdown(source, showUnsigned)).toBe(html);
});

test("an upload says its size and has a small version, whatever is said of it", () => {
  expect(renderMarkdown(`![A cat|9x9](${OWN})`)).toBe(
    `<figure><a href="${OWN}" ${REL}><img src="${OWN}" srcset="${OWN.replace(".", "-small.")} 720w, ${OWN} 1200w" ` +
      `sizes="(min-width: 48em) 44em, 100vw" width="1200" height="800" alt="A cat" ${LAZY} /></a></figure>`,
  );
});

test("what is asked for in the small version is the whole picture", () => {
  expect(renderMarkdown(`![A cat](${OWN.replace(".", "-small.")})`)).toBe(renderMarkdown(`![A cat](${OWN})`));
});

test("a text shows so many pictures and not more, and the rest are links", () => {
  const html = renderMarkdown(`![A](${CAT})\n`.repeat(PICTURES_MAX + 2), showUnsigned);
  expect(html.match(/<img /g)).toHaveLength(PICTURES_MAX);
  expect(html.match(new RegExp(`<a href="${CAT}" ${REL}>A</a>`, "g"))).toHaveLength(2);
});

test("where no picture elsewhere is shown, each is a link, and uploads are shown", () => {
  const html = renderMarkdown(`![A](${CAT})\n\n![B](${OWN})`);
  expect(html).toContain(`<p><a href="${CAT}" ${REL}>A</a></p>`);
  expect(html.match(/<img /g)).toHaveLength(1);
});

test.each(["http://a.b", "HTTPS://a.b", "mailto:a@b.c", "/t/12/a?page=2#reply-3", "#reply-3"])(
  "links to %s",
  (url) => {
    expect(renderMarkdown(`[a](${url})`)).toContain(`href="${url}"`);
  },
);

test.each([
  "javascript:alert(1)",
  "JaVaScRiPt:alert(1)",
  "&#106;avascript:alert(1)",
  "vbscript:a",
  "data:text/html,a",
  "file:///etc/passwd",
  "ftp://a.b",
  "tel:1",
  "xss:a",
  "//evil.example",
  "\\\\evil.example",
  "http:evil.example",
  "https:///evil.example",
  "mailto:?to=a@b.c",
  "page.html",
  "../a",
  "?a=b",
])("does not link to %s, and keeps it as text", (url) => {
  const html = renderMarkdown(`[word](${url})`);
  expect(html).not.toContain("<a ");
  expect(html).toContain("word");
});

test("a backslash does not make a path another site", () => {
  expect(renderMarkdown("[a](/\\evil.example)")).toContain('href="/%5Cevil.example"');
});

test.each([
  ["the outermost level is h3", "# a\n## b\n### c", "h3 h4 h5"],
  ["wherever the author begins", "### a\n#### b\n### c", "h3 h4 h3"],
  ["no level is skipped", "# a\n#### b\n## c", "h3 h4 h4"],
  ["an earlier heading may be lower", "### a\n# b\n## c", "h3 h3 h4"],
  ["h6 is the last", "# a\n## b\n### c\n#### d\n##### e\n###### f", "h3 h4 h5 h6 h6 h6"],
  ["underlined headings count", "a\n=\n\nb\n-", "h3 h4"],
])("headings: %s", (_, source, levels) => {
  expect([...renderMarkdown(source).matchAll(/<(h\d)>/g)].map((match) => match[1]).join(" ")).toBe(levels);
});

test("a heading without text is left out", () => {
  expect(renderMarkdown("#\n## \u200b\n\na")).not.toContain("<h");
});

test("tasks are disabled checkboxes that say their state", () => {
  expect(renderMarkdown("- [ ] a\n- [x] b\n- [X] *c*\n- [y] d\n- [x](/e) f")).toBe(
    '<ul><li class="task"><input type="checkbox" disabled /> a</li>' +
      '<li class="task"><input type="checkbox" disabled checked /> b</li>' +
      '<li class="task"><input type="checkbox" disabled checked /> <em>c</em></li>' +
      `<li>[y] d</li><li><a href="/e" ${REL}>x</a> f</li></ul>`,
  );
});

test("tables scroll by keyboard, align by class, and have no empty headings", () => {
  expect(renderMarkdown("|a||b|\n|:-|:-:|-:|\n|1|2|3|\n|4|")).toBe(
    '<div class="table-scroll" role="group" tabindex="0"><table><thead><tr>' +
      '<th class="left">a</th><td class="center"></td><th class="right">b</th></tr></thead><tbody>' +
      '<tr><td class="left">1</td><td class="center">2</td><td class="right">3</td></tr>' +
      '<tr><td class="left">4</td><td class="center"></td><td class="right"></td></tr></tbody></table></div>',
  );
});

test("quotes and lists nest up to a limit, and beyond it their marks are text", () => {
  const html = renderMarkdown(`${"> ".repeat(BLOCK_DEPTH_MAX + 3)}end`);
  expect(html.match(/<blockquote>/g)).toHaveLength(BLOCK_DEPTH_MAX);
  expect(html).toContain("<p>&gt; &gt; &gt; end</p>");
  const list = renderMarkdown(Array.from({ length: 20 }, (_, n) => `${"  ".repeat(n)}- item${n}`).join("\n"));
  expect(list.match(/<ul>/g)).toHaveLength(BLOCK_DEPTH_MAX / 2);
  for (let n = 0; n < 20; n++) expect(list).toContain(`item${n}`);
});

test("an item of an outer list stays one after the deepest list", () => {
  const lines = Array.from({ length: BLOCK_DEPTH_MAX }, (_, n) => `${"  ".repeat(n)}- item${n}`);
  expect(renderMarkdown([...lines, "- last"].join("\n"))).toMatch(/<li>last<\/li><\/ul>$/);
});

test("brackets in brackets are a link up to a limit, and text beyond", () => {
  const nested = (depth: number) => `${"[".repeat(depth)}a${"]".repeat(depth)}(/b)`;
  expect(renderMarkdown(nested(10))).toContain(`>${"[".repeat(9)}a${"]".repeat(9)}</a>`);
  expect(renderMarkdown(nested(30))).toBe(`<p>${nested(30)}</p>`);
});

test("emphasis nests up to a limit, and its text stays", () => {
  const html = renderMarkdown(`${"*a ".repeat(50)}middle${" b*".repeat(50)}`);
  expect(html.match(/<em>/g)).toHaveLength(INLINE_DEPTH_MAX);
  expect(html.match(/<\/em>/g)).toHaveLength(INLINE_DEPTH_MAX);
  expect(html.match(/b/g)).toHaveLength(50);
});

test("a table of too many columns is text, and one of just enough is a table", () => {
  const row = (columns: number, cell: string) => `${`|${cell}`.repeat(columns)}|\n`;
  const wide = (columns: number) => row(columns, "a") + row(columns, "-") + row(columns, "Q");
  expect(renderMarkdown(wide(TABLE_COLUMNS_MAX)).match(/<td>Q<\/td>/g)).toHaveLength(TABLE_COLUMNS_MAX);
  expect(renderMarkdown(wide(TABLE_COLUMNS_MAX + 1))).not.toContain("<table");
  expect(renderMarkdown(wide(TABLE_COLUMNS_MAX + 1)).match(/Q/g)).toHaveLength(TABLE_COLUMNS_MAX + 1);
});

test("the rows that a table has no more room for are text", () => {
  const html = renderMarkdown(`|a|b|c|\n|-|-|-|\n${"|Q|y|z|\n".repeat(3_000)}`);
  expect(html).toContain("<td>Q</td>");
  expect(html.match(/Q/g)).toHaveLength(3_000);
  expect(html.match(/<tr>/g)?.length).toBeLessThan(1_500);
});

test("a short reference is linked as often as it is used", () => {
  const html = renderMarkdown(
    `${"see [the manual]\n".repeat(100)}\n[the manual]: https://example.com/manual`,
  );
  expect(html.match(/<a /g)).toHaveLength(100);
});

test("blocks beyond the limit are shown as typed, and nothing is lost", () => {
  const html = renderMarkdown("a *b*\n\n".repeat(BLOCKS_MAX + 2));
  expect(html.match(/<p>a <em>b<\/em><\/p>/g)).toHaveLength(BLOCKS_MAX);
  expect(html).toMatch(/<pre tabindex="0">a \*b\*\n\na \*b\*\n*<\/pre>$/);
});

test("items beyond the limit are shown as typed, empty ones too", () => {
  const list = renderMarkdown("- a\n".repeat(BLOCKS_MAX + 2));
  expect(list.match(/<li>/g)?.length).toBeGreaterThan(BLOCKS_MAX - 3);
  expect(list.match(/a/g)).toHaveLength(BLOCKS_MAX + 2 + "tabindex".split("a").length - 1);
  expect(renderMarkdown("*\n".repeat(10 * BLOCKS_MAX)).match(/<li>/g)?.length).toBeLessThan(BLOCKS_MAX + 2);
});

test("steps beyond the limit leave text", () => {
  const html = renderMarkdown("*a* ".repeat(INLINE_STEPS_MAX));
  expect(html.match(/<em>/g)?.length).toBeGreaterThan(INLINE_STEPS_MAX / 5);
  expect(html.match(/<em>/g)?.length).toBeLessThan(INLINE_STEPS_MAX / 2);
  expect(html.match(/a/g)).toHaveLength(INLINE_STEPS_MAX);
});

test.each(["[a](/b) ", "![a](/b) ", "<http://a.b> ", "http://a.b ", "www.a.b "])(
  "%s is linked so often and not more, and stays as text",
  (link) => {
    const html = renderMarkdown(link.repeat(LINKS_MAX + 100));
    expect(html.match(/<a /g)).toHaveLength(LINKS_MAX);
    expect(html).toContain(link.trim().replace("<", "&lt;").replace(">", "&gt;"));
  },
);

test.each(["a@b.co", "a-http://b.co"])("too many of %s are not linked, and just enough are", (address) => {
  const many = (count: number) => renderMarkdown(`${address} `.repeat(count));
  expect(many(LINK_SIGNS_MAX).match(/<a /g)).toHaveLength(LINK_SIGNS_MAX);
  expect(many(LINK_SIGNS_MAX + 1)).not.toContain("<a ");
});

test("a long list, as people write them, is a list to its end", () => {
  const html = renderMarkdown("- [ ] pack the **blue** bag\n".repeat(400));
  expect(html.match(/<li class="task">/g)).toHaveLength(400);
  expect(html.match(/<strong>/g)).toHaveLength(400);
});

test("a source too long to parse is shown as typed", () => {
  const html = renderMarkdown(`# <b>\n${"*a* ".repeat(SOURCE_MAX / 4)}`);
  expect(html).toMatch(/^<pre tabindex="0"># &lt;b&gt;\n\*a\* /);
});

test("two texts share nothing", () => {
  renderMarkdown("[a]: /b");
  expect(renderMarkdown("[a]")).toBe("<p>[a]</p>");
  expect(renderMarkdown("# a\n## b")).toBe(renderMarkdown("# a\n## b"));
});

const quote = (author: string, source: string) => quoteMarkdown(author, source, (name) => `${name} wrote:`);

test("a quote names its author, quotes the text and leaves out what that quoted", () => {
  expect(quote("ann-lee", "> old\nstill old\n\nnew **text**\n\n\n\n- item\n")).toBe(
    "> **ann-lee** wrote:\n>\n> new **text**\n>\n> - item\n\n",
  );
});

test("what follows a quote is not part of it", () => {
  const html = renderMarkdown(`${quote("a", "text\n\n```\nnever closed")}my answer`);
  expect(html).toMatch(/<\/blockquote><p>my answer<\/p>$/);
});

test("code that looks like a quote stays in the quote", () => {
  expect(quote("a", "```\n> b\n```")).toContain("> > b");
});

test("a reply that is nothing but a quote is quoted whole", () => {
  expect(quote("a", "> b")).toBe("> **a** wrote:\n>\n> > b\n\n");
});

test("a name cannot break out of its quote", () => {
  const quoted = quote("a*](/b)\n\n<c> `www.d.ee`", "text");
  expect(quoted.split("\n").filter((line) => line && !line.startsWith(">"))).toEqual([]);
  expect(renderMarkdown(quoted)).toContain("<strong>a*](/b) &lt;c&gt; `www.d.ee`</strong>");
});

test.each([
  ["words", "word ".repeat(3_000)],
  ["one word", "w".repeat(10_000)],
  ["emoji", "😀".repeat(5_000)],
  ["lines", "a\n".repeat(5_000)],
  ["blank lines", "a\n\n\n".repeat(5_000)],
])("a quote of many %s is cut", (_, source) => {
  const quoted = quote("a", source);
  expect(countCharacters(quoted)).toBeLessThan(QUOTE_MAX + 3 * QUOTE_LINES_MAX + 50);
  expect(quoted.split("\n").length).toBeLessThan(QUOTE_LINES_MAX + 8);
  expect(quoted).toContain("…");
  expect(quoted.isWellFormed()).toBe(true);
});

test.each([
  ["<p>a <strong>b</strong>c</p><p>d</p>", 50, "a bc d"],
  ["<p>1 &lt; 2 &amp;&amp; &quot;x&quot; &amp;lt;</p>", 50, '1 < 2 && "x" &lt;'],
  ["<ul><li>a</li><li>b</li></ul><table><tbody><tr><td>c</td><td>d</td></tr></tbody></table>", 50, "a b c d"],
  ["<p>a<br />\nb</p>\n\n<pre>c   d\n</pre>", 50, "a b c d"],
  ["<p>hello wonderful world</p>", 20, "hello wonderful…"],
  ["<p>hello wonderful world</p>", 21, "hello wonderful world"],
  ["<p>😀😀😀😀</p>", 3, "😀😀…"],
  ["<hr />", 10, ""],
  ["", 10, ""],
])("the excerpt of %s in %i characters", (html, length, text) => {
  expect(excerpt(html, length)).toBe(text);
});

test("an excerpt of a whole post is one line of at most so many characters", () => {
  const text = excerpt(renderMarkdown("# T\n\n".concat("word *word* `code`\n- item\n\n".repeat(500))), 200);
  expect(countCharacters(text)).toBeLessThanOrEqual(200);
  expect(countCharacters(text)).toBeGreaterThan(150);
  expect(text).not.toMatch(/[<>\n]| {2}/);
});
