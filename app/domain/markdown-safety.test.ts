import fc from "fast-check";
import { Parser } from "htmlparser2";
import { expect, test } from "vitest";
import { showUnsigned } from "#test/pictures-elsewhere.ts";
import { renderMarkdown } from "./markdown.ts";
import { parser } from "./markdown-parser.ts";
import { PATHOLOGICAL } from "./markdown-pathological.ts";
import { sanitize } from "./markdown-sanitizer.ts";

/**
 * All that a post may hold, written down here once more: a tag, and for each attribute the values it may have.
 * Nothing of the sanitizer's own lists is used, so that a slip there is seen here.
 */
const CELL = { class: /^(left|center|right)$/ };
const HOLDS: Record<string, Record<string, RegExp>> = {
  a: {
    href: /^(https?:\/\/[^/]|mailto:|\/(?![/\\])|#)/i,
    title: /^/,
    rel: /^nofollow ugc( noopener noreferrer)?$/,
  },
  blockquote: {},
  br: {},
  code: { class: /^language-[A-Za-z0-9][\w.+#-]{0,29}$/ },
  div: { class: /^(table-scroll|gallery)$/, role: /^group$/, tabindex: /^0$/ },
  em: {},
  figcaption: {},
  figure: {},
  h3: {},
  h4: {},
  h5: {},
  h6: {},
  hr: {},
  // Of this forum's own origin, under /media/ and nowhere else.
  img: {
    src: /^\/media\/(elsewhere\/[\w-]{22}\/[\w-]+|[0-9a-f]{32}-\d+x\d+\.(gif|png|jpg|webp|avif))$/,
    srcset: /^\/media\/[0-9a-f]{32}-\d+x\d+-small\.\w+ 720w, \/media\/[0-9a-f]{32}-\d+x\d+\.\w+ \d+w$/,
    sizes: /^\(min-width: 48em\) 44em, 100vw$/,
    width: /^[1-9]\d{0,4}$/,
    height: /^[1-9]\d{0,4}$/,
    alt: /^/,
    title: /^/,
    loading: /^lazy$/,
    decoding: /^async$/,
  },
  input: { type: /^checkbox$/, disabled: /^$/, checked: /^$/ },
  li: { class: /^task$/ },
  ol: { start: /^\d{1,9}$/ },
  p: {},
  pre: { tabindex: /^0$/ },
  s: {},
  span: { class: /^cut$/ },
  strong: {},
  table: {},
  tbody: {},
  td: CELL,
  th: CELL,
  thead: {},
  tr: {},
  ul: {},
};

/** Attributes that a tag must have. */
const NEEDS: Record<string, string[]> = {
  a: ["rel"],
  div: ["class"],
  img: ["src", "alt", "loading", "decoding"],
  input: ["type", "disabled"],
  pre: ["tabindex"],
  span: ["class"],
};

/** Thousands of texts take seconds on a busy machine. Nothing is asserted about time. */
const PATIENT = { timeout: 60_000 };

const VOID = new Set(["br", "hr", "img", "input"]);

const render = (source: string) => renderMarkdown(source, showUnsigned);
const DEPTH_MAX = 40;

type Seen = { events: string[]; complaints: string[] };

/** Reads HTML with a real parser and tells what stands in it and what should not. */
function read(html: string): Seen {
  const events: string[] = [];
  const complaints: string[] = [];
  const open: string[] = [];
  const reader = new Parser({
    onopentag(name, attributes) {
      events.push(`<${name} ${JSON.stringify(attributes)}>`);
      complaints.push(...complaintsAbout(name, attributes, open));
      open.push(name);
    },
    ontext: (text) => events.push(text),
    onclosetag(name, isImplied) {
      events.push(`</${name}>`);
      if (isImplied && !VOID.has(name)) complaints.push(`<${name}> is not closed`);
      if (open.pop() !== name) complaints.push(`</${name}> closes another`);
    },
    oncomment: (comment) => complaints.push(`comment ${comment}`),
    onprocessinginstruction: (name) => complaints.push(`instruction ${name}`),
    oncdatastart: () => complaints.push("CDATA"),
  });
  reader.end(html);
  return { events, complaints };
}

function complaintsAbout(name: string, attributes: Record<string, string>, open: string[]): string[] {
  const complaints: string[] = [];
  const holds = HOLDS[name];
  if (!holds) complaints.push(`<${name}>`);
  for (const [attribute, value] of Object.entries(attributes))
    if (!holds?.[attribute]?.test(value)) complaints.push(`<${name} ${attribute}="${value}">`);
  for (const attribute of NEEDS[name] ?? [])
    if (!(attribute in attributes)) complaints.push(`<${name}> has no ${attribute}`);
  if (name === "a" && open.includes("a")) complaints.push("<a> in <a>");
  if (name === "a" && attributes.href !== undefined && !isSafeAddress(attributes.href))
    complaints.push(`<a href="${attributes.href}">`);
  if (open.length > DEPTH_MAX) complaints.push(`<${name}> is ${open.length} deep`);
  return complaints;
}

/** What a browser would make of the address, on a page of a forum. */
function isSafeAddress(href: string): boolean {
  if (!URL.canParse(href, "https://forum.example/t/1")) return true;
  return ["http:", "https:", "mailto:"].includes(new URL(href, "https://forum.example/t/1").protocol);
}

/** Scripts in the ways that have worked somewhere: raw tags, attributes, addresses, disguises, broken markup. */
const PAYLOADS = [
  "<script>alert(1)</script>",
  "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
  "<script\n>alert(1)</script\n>",
  "<scr<script>ipt>alert(1)</scr</script>ipt>",
  "<img src=x onerror=alert(1)>",
  "<img src=x onerror=alert(1)//",
  "<img/src/onerror=alert(1)>",
  '<img src="x` `<script>alert(1)</script>"` `>',
  '<img """><script>alert(1)</script>">',
  "<svg onload=alert(1)>",
  "<svg><script>alert(1)</script></svg>",
  "<svg><style><img src=x onerror=alert(1)></style></svg>",
  "<svg><a xlink:href=javascript:alert(1)><text>x</text></a></svg>",
  "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)></style></mglyph></table></mtext></math>",
  "<math href=javascript:alert(1)>x</math>",
  "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>",
  "<style>@import 'javascript:alert(1)';</style>",
  "<style></style><img src=x onerror=alert(1)>",
  "<p style='background:url(javascript:alert(1))'>x</p>",
  "<div style=position:fixed;inset:0>x</div>",
  "<iframe src=javascript:alert(1)></iframe>",
  "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
  "<object data=javascript:alert(1)></object>",
  "<embed src=javascript:alert(1)>",
  "<base href=//evil.example/>",
  "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>",
  "<link rel=stylesheet href=//evil.example/x.css>",
  "<form action=javascript:alert(1)><input type=submit></form>",
  "<input autofocus onfocus=alert(1)>",
  "<button formaction=javascript:alert(1)>x</button>",
  "<details open ontoggle=alert(1)>x</details>",
  "<video><source onerror=alert(1)></video>",
  "<audio src=x onerror=alert(1)>",
  "<marquee onstart=alert(1)>x</marquee>",
  "<body onload=alert(1)>",
  "<template><script>alert(1)</script></template>",
  "<xmp><img src=x onerror=alert(1)></xmp>",
  "<textarea><img src=x onerror=alert(1)></textarea>",
  "<title><img src=x onerror=alert(1)></title>",
  "<!--><img src=x onerror=alert(1)>-->",
  "<!-- --!><img src=x onerror=alert(1)> -->",
  "<![CDATA[<img src=x onerror=alert(1)>]]>",
  "<?xml version='1.0'?><script>alert(1)</script>",
  "<!DOCTYPE html><script>alert(1)</script>",
  "<a href=javascript:alert(1)>x</a>",
  "<a href='java\tscript:alert(1)'>x</a>",
  "<a id=forms name=forms>x</a>",
  '"><script>alert(1)</script>',
  '" onmouseover="alert(1)',
  "' onmouseover='alert(1)",
  "` onmouseover=alert(1) x=`",
  '"></code></pre><script>alert(1)</script>',
  "</p></div></td></table></main><script>alert(1)</script>",
  "javascript:alert(1)",
  "JaVaScRiPt:alert(1)",
  " javascript:alert(1)",
  "\u0001javascript:alert(1)",
  "java\tscript:alert(1)",
  "java\u0000script:alert(1)",
  "javascript&colon;alert(1)",
  "&#106;avascript:alert(1)",
  "&#x6A&#x61vascript:alert(1)",
  "java&Tab;script:alert(1)",
  "java&NewLine;script:alert(1)",
  "javascript\\:alert(1)",
  "\\javascript:alert(1)",
  "javascript%3Aalert(1)",
  "javascript://example.com/%0Aalert(1)",
  "javascript:/*http://example.com*/alert(1)",
  "jav\u00adascript:alert(1)",
  "\u200bjavascript:alert(1)",
  "ｊavascript:alert(1)",
  "feed:javascript:alert(1)",
  "view-source:javascript:alert(1)",
  "vbscript:msgbox(1)",
  "livescript:alert(1)",
  "data:text/html,<script>alert(1)</script>",
  "data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==",
  "data:image/svg+xml,<svg onload=alert(1)>",
  "data:image/png;base64,AAAA",
  "blob:https://forum.example/1",
  "file:///etc/passwd",
  "filesystem:https://forum.example/1",
  "ftp://evil.example",
  "//evil.example",
  "/\\evil.example",
  "/\t/evil.example",
  "\\\\evil.example",
  "https:evil.example",
  'http://evil.example/" onmouseover=alert(1) x="',
  "http://evil.example/' onmouseover=alert(1) x='",
  "http://evil.example/<script>alert(1)</script>",
  "http://a.example/`onmouseover=alert(1)`",
  "http://[::1]/<img src=x onerror=alert(1)>",
  "http://user:pass@evil.example@forum.example/",
  "https://evil.example.com/c.png",
  "https://evil.example.com/c.png?a=\"onerror=alert(1)&b='<script>",
  "https://evil.example.com/media/00000000000000000000000000000000-1x1.png",
  "/media/00000000000000000000000000000000-1x1.png",
  '/media/00000000000000000000000000000000-1x1.png?a=" onerror=alert(1) x="',
  "/media/elsewhere/aaaaaaaaaaaaaaaaaaaaaa/aHR0cHM6Ly9hLmI",
  "mailto:a@b.c?subject=<script>alert(1)</script>",
  'a"onmouseover="alert(1)"@b.example',
  'www.evil.example/"onmouseover=alert(1)',
  "www.javascript:alert(1)",
  "www.a.b/javascript:alert(1)",
  'www."onmouseover="alert(1)',
  'www.a.b"onmouseover="alert(1)',
  "www.a.b'onmouseover='alert(1)'",
  "www.a.b`onmouseover=alert(1)`",
  "www.a.b<img/src/onerror=alert(1)>",
  "www.a.b/><script>alert(1)</script>",
  "www.a.b](javascript:alert(1))",
  "www.a.b/[x](javascript:alert(1))",
  "www.[a](javascript:alert(1)).b",
  "www.a.b\\@evil.example/\u202ecod.exe",
  "www.\u0000.b/\u0001",
  "www.\ud800.b/\udc00",
  "www.%6a%61vascript:alert(1)",
  "www.a.b&colon;&#x22;onmouseover=alert(1)",
  "~javascript:alert(1)~",
  "~<script>~alert(1)~</script>~",
  "~~<img src=x ~onerror=alert(1)>~~~",
  '~" onmouseover="alert(1)~',
  "&lt;script&gt;alert(1)&lt;/script&gt;",
  "&amp;lt;script&amp;gt;alert(1)",
  "&#60;img src=x onerror=alert(1)&#62;",
  "\u2028<img src=x onerror=alert(1)>\u2029",
  "＜script＞alert(1)＜/script＞",
  "\ud800<img src=x onerror=alert(1)>\udc00",
  "{{constructor.constructor('alert(1)')()}}",
  "]]>\"'--><img src=x onerror=alert(1)>",
];

/** Places that Markdown has for them. */
const CARRIERS: Record<string, (payload: string) => string> = {
  text: (p) => p,
  "text before and after": (p) => `before ${p} after`,
  lines: (p) => p.split("").join("\n"),
  "a link's destination": (p) => `[x](${p})`,
  "a link's destination in angles": (p) => `[x](<${p}>)`,
  "a link's title": (p) => `[x](http://a.b "${p}")`,
  "a link's title in apostrophes": (p) => `[x](/a '${p}')`,
  "a link's text": (p) => `[${p}](http://a.b)`,
  "a picture's text": (p) => `![${p}](http://a.b/c.png)`,
  "a picture's source": (p) => `![x](${p})`,
  "a picture's name": (p) => `![](http://a.b/${p})`,
  "a picture's title": (p) => `![x](http://a.b/c.png "${p}")`,
  "a picture in a link": (p) => `[![${p}](/a)](${p})`,
  "a definition's destination": (p) => `[x]\n\n[x]: ${p}`,
  "a definition's destination in angles": (p) => `[x]\n\n[x]: <${p}>`,
  "a definition's title": (p) => `![x] [x]\n\n[x]: /a "${p}"`,
  "a definition's label": (p) => `[${p}]\n\n[${p}]: http://a.b`,
  "an autolink": (p) => `<${p}>`,
  "an autolink's path": (p) => `<http://a.b/${p}>`,
  "a bare link's path": (p) => `http://a.b/${p}`,
  "a bare link's host": (p) => `www.${p}.b/c`,
  "a bare link's host, struck through": (p) => `~www.a.${p}~`,
  "a bare link's path in parentheses": (p) => `(www.a.b/(${p}))`,
  "a bare link in a link's text": (p) => `[www.a.b/${p}](${p})`,
  "a bare link's query": (p) => `www.a.b/?c=${p}#${p}`,
  "an address's name": (p) => `${p}@a.b`,
  code: (p) => `\`${p}\``,
  "a fenced block": (p) => `~~~\n${p}\n~~~`,
  "a fenced block's language": (p) => `~~~${p}\nx\n~~~`,
  "indented code": (p) => `    ${p}`,
  "a heading": (p) => `# ${p}`,
  "an underlined heading": (p) => `${p}\n===`,
  "a quote": (p) => `> ${p}`,
  "an item": (p) => `1. ${p}`,
  "a task": (p) => `- [x] ${p}\n- [${p}] x`,
  "a table's head": (p) => `|${p}|b|\n|:-:|-|\n|c|`,
  "a table's cell": (p) => `|a|b|\n|:-|-:|\n|c|${p}|`,
  "a table's border": (p) => `|a|\n|${p}|\n|b|`,
  "text between single tildes": (p) => `~${p}~ a~${p}~b ~~${p}~`,
  "a link between tildes": (p) => `~[~${p}~](${p})~`,
  emphasis: (p) => `***~~${p}~~***`,
  "half-open marks": (p) => `[*\`<~~![${p}`,
  "a quote of it all": (p) => `> - [x](${p}) \`${p}\`\n>   ${p}`,
};

/** Which of the sources come out as something that a post may not hold, and what that is. */
function dangerous(sources: string[], render: (source: string) => string): [string, string[]][] {
  return sources
    .map((source): [string, string[]] => [source, read(render(source)).complaints])
    .filter(([, complaints]) => complaints.length > 0);
}

test.each(Object.entries(CARRIERS))("no script gets through in %s", (_, carry) => {
  expect(dangerous(PAYLOADS.map(carry), render)).toEqual([]);
  expect(dangerous(PAYLOADS.map(carry), (source) => renderMarkdown(source))).toEqual([]);
});

test("the sanitizer alone lets no script through", () => {
  const pages = PAYLOADS.flatMap((payload) => [
    payload,
    `<em>${payload}</em>`,
    `<a href="${payload}">x</a>`,
    `<td class="${payload}">x</td>`,
    `<img src="${payload}" alt="${payload}">`,
    `<img src="/media/elsewhere/${"a".repeat(22)}/${payload}" width="${payload}" srcset="${payload}">`,
  ]);
  expect(dangerous(pages, sanitize)).toEqual([]);
});

const OWN = `/media/${"0".repeat(32)}-40x30.png`;
const ELSEWHERE = showUnsigned("https://a.b.com/c.png");
const TABLE = '<div class="table-scroll" role="group" tabindex="0">a</div>';

test.each([
  ["a type of its own", '<input type="text" value="x">', '<input type="checkbox" disabled />'],
  ["attributes of an item", '<li class="task evil" id="x">a</li>', '<li class="task">a</li>'],
  ["a language", '<code class="language-js modal">a</code>', '<code class="language-js">a</code>'],
  ["a start", '<ol start="1e9"><li>a</li></ol>', "<ol><li>a</li></ol>"],
  ["a missing rel", '<a href="/b" target="_blank">a</a>', '<a href="/b" rel="nofollow ugc">a</a>'],
  ["a picture of nobody", 'a<img src="/b.png" alt="c">', "a"],
  ["a picture of another host", 'a<img src="https://a.b/c.png" alt="c">', "a"],
  ["a picture of another host that looks like ours", `a<img src="//${OWN}" alt="c">`, "a"],
  ["an address that is none", `a<img src="/media/elsewhere/${"a".repeat(22)}/a" alt="c">`, "a"],
  [
    "what is said of a picture",
    `<img src="${OWN}" width="9" height="9" srcset="https://a.b/c 2x" onerror="a" style="a" loading="eager">`,
    `<img src="${OWN}" width="40" height="30" alt="" loading="lazy" decoding="async" />`,
  ],
  [
    "a size that is none",
    `<img src="${ELSEWHERE}" width="9" height="1e9" alt="c">`,
    `<img src="${ELSEWHERE}" alt="c" loading="lazy" decoding="async" />`,
  ],
  ["a box of its own", '<div class="gallery evil" tabindex="1">a</div>', TABLE],
  ["the rel of a link", '<a href="/b" rel="noopener">a</a>', '<a href="/b" rel="nofollow ugc">a</a>'],
  ["headings of the page", "<h1>a</h1><h2>b</h2>", "ab"],
])("the sanitizer corrects %s", (_, html, clean) => {
  expect(sanitize(html)).toBe(clean);
});

test("the sanitizer finds nothing to take away from what the parser writes", PATIENT, () => {
  const sources = Object.values(CARRIERS).flatMap((carry) => PAYLOADS.map(carry));
  const hostile = Object.values(PATHOLOGICAL).map((make) => make(1_000));
  const changed = [...sources, ...hostile].filter((source) => {
    const html = parser.render(source, { show: showUnsigned });
    return read(sanitize(html)).events.join("") !== read(html).events.join("");
  });
  expect(changed).toEqual([]);
});

test("hostile texts come out whole and not too deep", () => {
  const hostile = Object.values(PATHOLOGICAL).map((make) => make(2_000));
  expect(dangerous(hostile, render)).toEqual([]);
});

test("no mixture of marks, payloads and words gets through", PATIENT, () => {
  const marks =
    "* ** _ ~ ~~ ` ``` [ ] ( ) ![ ]( < > \" ' | |- :- # - + 1. [x] & &#x3c; \\ \n \n\n \t : // http:// www. www.a.b/ @ ![x|9x9](https://a.b.com/c.png) [![]( )](/a)".split(
      " ",
    );
  const piece = fc.oneof(
    fc.constantFrom(...marks, " ", "    "),
    fc.constantFrom(...PAYLOADS),
    fc.string({ unit: "binary", maxLength: 5 }),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
      const html = render(pieces.join(""));
      expect(read(html).complaints).toEqual([]);
      expect(sanitize(html)).toBe(html);
    }),
    { numRuns: 300 },
  );
});

test("the oracle sees what it must", () => {
  for (const html of [
    "<script></script>",
    "<p onclick=a>x</p>",
    '<a href="javascript:a" rel="nofollow ugc">x</a>',
    '<a href="/a">x</a>',
    '<a href="//a.b" rel="nofollow ugc">x</a>',
    '<a rel="nofollow ugc"><a rel="nofollow ugc">x</a></a>',
    "<p>",
    "<!-- x -->",
    '<p style="color:red">x</p>',
    '<img src="https://a.b/c.png" alt="" loading="lazy" decoding="async">',
    `<img src="//a.b${OWN}" alt="" loading="lazy" decoding="async">`,
    `<img src="${OWN}" alt="" loading="lazy" decoding="async" onerror="a">`,
    `<img src="${OWN}" loading="lazy" decoding="async">`,
    '<input type="checkbox" aria-label="Done">',
  ])
    expect.soft(read(html).complaints, html).not.toEqual([]);
});
