import { expect, test } from "vitest";
import { renderMarkdown } from "#app/domain/markdown.ts";
import type { OldForum } from "./links.ts";
import { markdownOfPost } from "./post-body.ts";

const FORUM: OldForum = {
  host: "forum.example.org",
  threads: new Map([
    [55, { number: 3, title: "Shadows & [lights]", lastNumber: 45 }],
    [2048, { number: 9, title: "Numbers", lastNumber: 2 }],
  ]),
  handles: new Map([
    ["ada", "ada"],
    ["some_name", "Some-Name"],
  ]),
};

const convert = (raw: string, cooked = "") => markdownOfPost({ raw, cooked }, FORUM);

test.each([
  ["bold, italic, struck", "[b]one[/b] [i]two[/i] [s]three[/s]", "**one** *two* ~~three~~"],
  ["emphasis without its outer spaces", "a [b] b [/b]c", "a  **b** c"],
  ["emphasis line by line", "[b]one\ntwo[/b]", "**one**\n**two**"],
  ["emphasis between a sign and a letter", "[b]Note:[/b]this", "**Note:** this"],
  [
    "what Markdown has no word for",
    "[u]a[/u] [color=#ff0000]b[/color] [size=85]c[/size] [center]d[/center]",
    "a b c d",
  ],
  ["an index is no tag", "paths[i] and all[b] of [x]", "paths[i] and all[b] of [x]"],
  ["a tag that is never closed", "[b]one [i]two[/i]", "[b]one *two*"],
  ["crossed tags", "[b]one [i]two[/b] three[/i]", "**one [i]two** three"],
  [
    "a paragraph in bold, and its list",
    "[b]one\n\n- two\n3) three[/b]",
    "**one**\n\n- **two**\n3) **three**",
  ],
  ["bold that begins with a number", "[b]1) one[/b]", "**1) one**"],
  ["bold around a block", "[b]one\n[code]\ntwo\n[/code]\n[/b]three", "one\n\n```\ntwo\n```\n\nthree"],
  [
    "a path with tildes",
    "C:\\PROGRA~1 and ~/here, not ~~there~~",
    "C:\\PROGRA\\~1 and \\~/here, not ~~there~~",
  ],
  [
    "a tilde in an address",
    "https://a.example/~ada/ [b](/~ada)",
    "https://a.example/~ada/ [b](https://forum.example.org/~ada)",
  ],
  [
    "code by indentation",
    "Look:\n\n    <b>a</b> <!-- [b]c[/b] -->\n\n\t~d\n\nDone.",
    "Look:\n\n    <b>a</b> <!-- [b]c[/b] -->\n\n\t~d\n\nDone.",
  ],
  ["a mark that is no list's", "[*] one, [*] two", "[\\*] one, [\\*] two"],
  ["code in the line", "call [code]Start()[/code] first", "call `Start()` first"],
  ["code with backticks in the line", "say [code]a`b[/code] now", "say ``a`b`` now"],
  [
    "code on its own",
    "Look:\n[code]\nint a[i];\n[b]\n[/code]\nDone.",
    "Look:\n\n```\nint a[i];\n[b]\n```\n\nDone.",
  ],
  ["code with a language", "[code=lua]print(1)\nprint(2)[/code]", "```lua\nprint(1)\nprint(2)\n```"],
  ["code with a fence in it", "[code]a\n```\nb[/code]", "````\na\n```\nb\n````"],
  [
    "Markdown's own code",
    "```\n[b]x[/b] :smile:\n```\nand `[i]y[/i]`",
    "```\n[b]x[/b] :smile:\n```\nand `[i]y[/i]`",
  ],
  ["code that is never closed", "```\n[b]x[/b]", "```\n[b]x[/b]"],
  ["an address", "[url]https://a.example/x_y[/url]", "<https://a.example/x_y>"],
  ["an address with a name", "[url=https://a.example/(x)]there[/url]", "[there](<https://a.example/(x)>)"],
  ["a script address", "[url=javascript:alert(1)]there[/url]", "there"],
  ["an image", "[img]https://a.example/cat.png[/img]", "![](https://a.example/cat.png)"],
  [
    "an image in a link",
    "[url=https://a.example][img]https://a.example/c.png[/img][/url]",
    "[![](https://a.example/c.png)](https://a.example)",
  ],
  ["a film", "[video]https://a.example/film[/video]", "<https://a.example/film>"],
  ["a list", "Two:\n[ul][li]one\nmore[/li]\n[li]two[/li][/ul]", "Two:\n\n- one\n  more\n- two"],
  ["a numbered list", "[ol][li]one[/li][li]two[/li][/ol]", "1. one\n2. two"],
  ["a list of lines", "[list]\n- one\ntwo\n[/list]", "- one\n- two"],
  ["phpBB's list", "[list=1][*]one[*]two[/list]", "1. one\n2. two"],
  ["details", '[details="More"]text[/details]', "**More**\n\ntext"],
  ["a spoiler", "[spoiler]text[/spoiler]", "text"],
  ["emoji", "fine :slight_smile:", "fine 🙂"],
  ["a mention of someone renamed", "@Some_Name, @ada and @nobody", "@Some-Name, @ada and @nobody"],
])("%s", (_, raw, markdown) => {
  expect(convert(raw)).toBe(markdown);
});

test.each([
  ["line breaks", "one<br>two<br/>\nthree", "one\ntwo\nthree"],
  ["an image", "<img src='//cdn.example/cat.png' width=\"10\">", "![](https://cdn.example/cat.png)"],
  [
    "an image of a size",
    "<img src='//cdn.example/cat.png' width=\"10\" height=20 alt='cat'>",
    "![cat|10x20](https://cdn.example/cat.png)",
  ],
  [
    "an image of another size",
    "<img src='//cdn.example/cat.png' width=\"100%\" height=20>",
    "![](https://cdn.example/cat.png)",
  ],
  [
    "a link",
    '<a rel="nofollow" href="https://a.example/">a <span>page</span></a>',
    "[a page](https://a.example/)",
  ],
  [
    "formatting",
    "<b>one</b> <em>two</em> <del>three</del> <kbd>Ctrl</kbd>",
    "**one** *two* ~~three~~ `Ctrl`",
  ],
  ["an anchor", '<a name="note"><sup>1</sup></a>', "1"],
  ["a comment", "one<!-- two -->", "one"],
  ["what may be code", "vector<T> of <node> and map<a, b>", "vector<T> of <node> and map<a, b>"],
])("HTML in a post: %s", (_, raw, markdown) => {
  expect(convert(raw)).toBe(markdown);
});

test("a quote names its author and links to what it quotes", () => {
  expect(convert('[quote="Some_Name, post:45, topic:55, full:true"]\none\n\ntwo\n[/quote]\nYes.')).toBe(
    "> **Some-Name** [wrote](/t/3/shadows-lights?page=3#reply-45):\n>\n> one\n>\n> two\n\nYes.",
  );
});

test("a quote of a topic that did not come along has no link", () => {
  expect(convert('[quote="stranger, post:1, topic:999"]one[/quote]')).toBe("> **stranger** wrote:\n>\n> one");
});

test("quotes nest, and hold code", () => {
  expect(convert('[quote="ada"][quote]one[/quote]\n[code]\na\nb\n[/code][/quote]two')).toBe(
    "> **ada** wrote:\n>\n> > one\n>\n> ```\n> a\n> b\n> ```\n\ntwo",
  );
});

test.each([
  [
    "in a Markdown link",
    "[here](https://forum.example.org/t/shadows/55/21)",
    "[here](/t/3/shadows-lights?page=2#reply-21)",
  ],
  ["over http", "[here](http://forum.example.org/t/shadows/55)", "[here](/t/3/shadows-lights)"],
  ["as a path", "[here](/t/shadows/55/2)", "[here](/t/3/shadows-lights#reply-2)"],
  ["in BBCode", "[url=http://forum.example.org/t/shadows/55/1]here[/url]", "[here](/t/3/shadows-lights)"],
  [
    "bare",
    "see https://forum.example.org/t/shadows/55, please",
    "see [Shadows & \\[lights\\]](/t/3/shadows-lights), please",
  ],
  [
    "bare, to a post",
    "https://forum.example.org/t/shadows/55/3",
    "[Shadows & \\[lights\\] (#3)](/t/3/shadows-lights#reply-3)",
  ],
  [
    "in angle brackets",
    "<https://forum.example.org/t/55/2>",
    "[Shadows & \\[lights\\] (#2)](/t/3/shadows-lights#reply-2)",
  ],
  ["with a number for a slug", "[n](https://forum.example.org/t/2048/2048/2)", "[n](/t/9/numbers#reply-2)"],
  [
    "to a post beyond the last",
    "[here](https://forum.example.org/t/shadows/55/99)",
    "[here](/t/3/shadows-lights)",
  ],
  ["to a person", "[her](https://forum.example.org/u/Some_Name)", "[her](/u/Some-Name)"],
  [
    "in a definition",
    "[here]\n\n[here]: https://forum.example.org/t/x/55/2",
    "[here]\n\n[here]: /t/3/shadows-lights#reply-2",
  ],
])("links of the old forum lead to ours: %s", (_, raw, markdown) => {
  expect(convert(raw)).toBe(markdown);
});

test.each([
  ["to a topic that did not come along", "https://forum.example.org/t/gone/999/2"],
  ["to another forum", "[here](https://elsewhere.example.org/t/shadows/55/2)"],
  ["in code", "`https://forum.example.org/t/shadows/55`"],
  ["as a link's own text", "[https://a.example/t/x/55](https://a.example/t/x/55)"],
  ["within the page", "[here](#note)"],
])("links that stay: %s", (_, raw) => {
  expect(convert(raw)).toBe(raw);
});

test("a path of the old forum that leads nowhere here becomes its full address", () => {
  expect(convert("[file](/uploads/a.zip) [gone](/t/gone/999)")).toBe(
    "[file](https://forum.example.org/uploads/a.zip) [gone](https://forum.example.org/t/gone/999)",
  );
});

/** What an old post is written in, what Discourse made of it, and what reads well here: a fixture for each kind. */
const CAT = "11d07f1d0a5a846dd807f42cd73ef964cd341afd";
const FIXTURES: Record<string, { raw: string; cooked?: string; markdown: string }[]> = {
  "files that only the old forum could name": [
    {
      raw: "![cat|641x500, 50%](upload://2xAOLlgS97ipUXSXPWy1lu71t4F.jpeg)",
      cooked:
        `<img src="//cdn.example/optimized/${CAT}_2_10x10.jpeg" ` +
        `srcset="https://cdn.example/original/${CAT}.jpeg 2x">`,
      markdown: `![cat|641x500, 50%](https://cdn.example/original/${CAT}.jpeg)`,
    },
    {
      raw: "[img]upload://2xAOLlgS97ipUXSXPWy1lu71t4F.jpeg[/img]",
      cooked: `<img src="https://cdn.example/original/${CAT}.jpeg">`,
      markdown: `![](https://cdn.example/original/${CAT}.jpeg)`,
    },
    {
      raw: "[plan.zip|attachment](upload://2xAOLlgS97ipUXSXPWy1lu71t4F.zip) (2 KB)",
      markdown:
        "[plan.zip](https://forum.example.org/uploads/short-url/2xAOLlgS97ipUXSXPWy1lu71t4F.zip) (2 KB)",
    },
  ],
  spoilers: [
    { raw: "It was [spoiler]the gardener[/spoiler]!", markdown: "It was the gardener!" },
    {
      raw: "The log: [spoiler][code]\na\nb\n[/code][/spoiler]Help.",
      markdown: "The log:\n\n```\na\nb\n```\n\nHelp.",
    },
    { raw: '[spoiler="The end"]They wed.[/spoiler]', markdown: "**The end**\n\nThey wed." },
    { raw: "See\n[spoiler]```\nx\n```[/spoiler]", markdown: "See\n\n```\nx\n```" },
  ],
  pastes: [
    { raw: "[pastebin]aBc123[/pastebin]\nand", markdown: "<https://pastebin.com/aBc123>\nand" },
    { raw: "[gist]0123abcd[/gist]", markdown: "<https://gist.github.com/0123abcd>" },
    {
      raw: "[gist]https://gist.github.com/ada/0123abcd[/gist]",
      markdown: "<https://gist.github.com/ada/0123abcd>",
    },
    { raw: "[youtube]abcdefghi-_[/youtube]", markdown: "<https://youtu.be/abcdefghi-_>" },
  ],
  "lists in others": [
    {
      raw: "[list]\n[*]one\n[list=1][*]two\n[*]three[/list]\n[*]four\n[/list]",
      markdown: "- one\n\n  1. two\n  2. three\n- four",
    },
    {
      raw: "[ul][li]one\n[list][*]two[/li]\n[li]three[/li][/ul][/*:m][/list:u]\nfour",
      markdown: "- one\n\n  - two\n  - three\n\nfour",
    },
    { raw: "[ul]\n[*]one[/*]\n[li]two\n[/ul]", markdown: "- one\n- two" },
    { raw: "[ul]Two:[li]one[/li] and [li]two[/li][/ul]", markdown: "- Two:\n- one and\n- two" },
    { raw: "[ul][li]one[/li][li]two", markdown: "- one\n- two" },
  ],
  "closing tags of nothing": [
    { raw: "one[/quote]\n[/code] two[/B] [/list:u]three</s>", markdown: "one\n two three</s>" },
    { raw: "`[/quote]` stays", markdown: "`[/quote]` stays" },
  ],
  details: [
    {
      raw: "<details>\n<summary>The log</summary>\n\n```\na < b\n```\n</details>\nHelp.",
      markdown: "**The log**\n\n```\na < b\n```\n\nHelp.",
    },
    { raw: '[details="More"]\ntext\n[/details]', markdown: "**More**\n\ntext" },
  ],
  "what was struck out over several lines": [
    {
      raw: "<del>Either:</del>\n\n<del>\n    a) one `</b>`, or\n\n    b) two\n</del>\n\nNeither.",
      markdown: "~~Either:~~\n\n~~a) one `</b>`, or~~\n\n~~b) two~~\n\nNeither.",
    },
    { raw: "[s]one\n\ntwo[/s]", markdown: "~~one~~\n\n~~two~~" },
    { raw: "set<s> and map<s>", markdown: "set<s> and map<s>" },
  ],
  "backticks over several lines": [
    { raw: "So:\n`int a;\n\tint b;`\nDone.", markdown: "So:\n\n```\nint a;\n\tint b;\n```\n\nDone." },
    { raw: "call `one\ntwo` here", markdown: "call `one\ntwo` here" },
    {
      raw: "ld: multiple definition of `one'\nld: multiple definition of `two'",
      markdown: "ld: multiple definition of \\`one'\nld: multiple definition of \\`two'",
    },
  ],
  "pages elsewhere": [
    {
      raw: "https://www.code.example/ada/sky\nand https://a.example/docs, too",
      cooked:
        '<aside class="onebox allowlistedgeneric"><header class="source">' +
        '<a href="https://www.code.example/ada/sky">Code</a></header><article class="onebox-body">' +
        "<h3><a href='https://www.code.example/ada/sky'>Code - ada/sky: Clouds [and\n rain]</a></h3><p>Long.</p>" +
        '</article></aside><p>and <a class="inline-onebox" href="https://a.example/docs/">The docs</a>, too',
      markdown:
        "[ada/sky: Clouds \\[and rain\\]](https://www.code.example/ada/sky) (code.example)\n" +
        "and [The docs](https://a.example/docs) (a.example), too",
    },
    {
      raw: "[video]http://www.youtube.com/watch?v=abc-_1&feature=x[/video]",
      cooked: '<div class="lazyYT" data-youtube-id="abc-_1" data-youtube-title="Waves - YouTube"></div>',
      markdown: "[Waves](http://www.youtube.com/watch?v=abc-_1&feature=x) (youtube.com)",
    },
    {
      raw: "https://forum.example.org/t/gone/999",
      cooked:
        '<aside class="quote" data-post="1" data-topic="999"><div class="title"><img class="avatar" src="/a.png">' +
        '<a href="https://forum.example.org/t/gone/999">Gone</a> <a class="badge-wrapper" href="/c/x">X</a></div>' +
        "<blockquote>Hi</blockquote></aside>",
      markdown: "[Gone](https://forum.example.org/t/gone/999) (forum.example.org)",
    },
    {
      raw: "https://p.example/cat.png\nhttps://p.example/dog",
      cooked:
        '<a class="onebox" href="https://p.example/cat.png"><img src="https://p.example/cat.png"></a>' +
        '<a class="onebox" href="https://p.example/dog"><img src="//i.example/dog.png"></a>',
      markdown: "![](https://p.example/cat.png)\n[![](https://i.example/dog.png)](https://p.example/dog)",
    },
    {
      raw: "https://a.example/x",
      cooked: '<a class="inline-onebox" href="https://a.example/x">https://a.example/x</a>',
      markdown: "https://a.example/x",
    },
  ],
  "links whose address is a link": [
    {
      raw: "a [bug report]([a.example/bugs](https://a.example/bugs)), please",
      markdown: "a [bug report](https://a.example/bugs), please",
    },
    {
      raw: "[this]([post1.html#p2](https://forum.example.org/t/shadows/55/2))",
      markdown: "[this](/t/3/shadows-lights#reply-2)",
    },
  ],
};

for (const [name, fixtures] of Object.entries(FIXTURES))
  test.each(fixtures)(`${name}: $raw`, ({ raw, cooked, markdown }) => {
    expect(convert(raw, cooked)).toBe(markdown);
  });

test.each([
  ["a row", "![](/a.png) ![](/b.png)", "![](A)\n![](B)"],
  ["in a sentence", "before ![one](/a.png), after", "before\n![one](A)\n, after"],
  ["at a sentence's end", "see ![](/a.png).", "see\n![](A)."],
  [
    "linked ones, with both addresses",
    "[url=/b.png][img]/a.png[/img][/url][![](/b.png)](/a.png)",
    "[![](A)](B)\n[![](B)](A)",
  ],
  ["in a quote", "> one ![](/a.png) two", "> one\n> ![](A)\n> two"],
  ["in a list", "- ![](/a.png)\n  ![](/b.png)", "- ![](A)\n  ![](B)"],
])("each picture has a line: %s", (_, raw, markdown) => {
  const whole = (text: string) =>
    text.replace(/\((A|B)\)/g, (_, name) => `(https://forum.example.org/${name.toLowerCase()}.png)`);
  expect(convert(raw)).toBe(whole(markdown));
});

test.each([
  "`![](/a.png)` ok",
  "a\n\n    ![](/a.png) b",
  "[one ![](https://a.example/a.png) two](https://a.example)",
])("what is no picture of its own stays: %s", (raw) => {
  expect(convert(raw)).toBe(raw);
});

test("what a post holds many times costs no more than its length", () => {
  for (const piece of [
    "[",
    "<",
    "![",
    "[![](",
    "[*]",
    "[list]",
    "`\n",
    "\n\n    a",
    "<del>",
    "[b][i]",
    "~",
    "](",
    "a\n\n\t",
  ]) {
    const post = piece.repeat(30_000 / piece.length);
    expect(convert(post).length).toBeLessThan(4 * post.length);
  }
});

test("a post without its source is made from its HTML", () => {
  const cooked = `
    <aside class="quote" data-username="ada" data-post="2" data-topic="55">
      <div class="title"><img class="avatar" src="/a.png"> ada:</div>
      <blockquote><p>One <em>two</em></p></blockquote>
    </aside>
    <p>See <a href="https://forum.example.org/t/shadows/55/3">this</a>, <a class="mention" href="/u/ada">@ada</a>
      <img class="emoji" alt=":smile:" src="/s.png"><br>next</p>
    <pre><code class="lang-cpp">int a;
</code></pre>
    <table><thead><tr><th>a</th></tr></thead><tbody><tr><td>1</td></tr></tbody></table>
    <div class="lightbox-wrapper"><a class="lightbox" href="//cdn.example/big.png"><img src="//cdn.example/small.png"
      alt="cat"><div class="meta">cat.png 600x400</div></a></div>
    <aside class="onebox" data-onebox-src="https://a.example/page"><h3><a href="https://a.example">A page</a></h3></aside>`;
  expect(convert("", cooked)).toBe(
    [
      "> **ada** [wrote](/t/3/shadows-lights#reply-2):\n>\n> One *two*",
      "See [this](/t/3/shadows-lights#reply-3), @ada 😄\nnext",
      "```cpp\nint a;\n```",
      "| a   |\n| --- |\n| 1   |",
      "![cat](https://cdn.example/big.png)",
      "[A page](https://a.example/page) (a.example)",
    ].join("\n\n"),
  );
});

test("hostile markup of either kind comes out harmless", () => {
  const hostile =
    '<img src=x onerror=alert(1)>[url=data:text/html,x]a[/url]<a href="javascript:alert(1)">b</a>';
  const html = renderMarkdown(convert(hostile)) + renderMarkdown(convert("", hostile));
  expect(html).not.toMatch(/<img|<script|href="(?:javascript|data)/i);
});
