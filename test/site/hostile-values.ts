/** Text as a form sends it: percent-encoded, so that bytes that are no text can stand here too. */
export type Encoded = string;

const encode = encodeURIComponent;

/** What runs, loads or leads away, if it ever reaches a page as more than text. */
const SCRIPTS = [
  `"><img src=x onerror=alert(1)>`,
  `'><svg/onload=alert(1)>`,
  `</textarea></title></style></pre><script>alert(1)</script>`,
  `<iframe srcdoc="<script>alert(1)</script>"></iframe>`,
  `<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">`,
  `[a](javascript:alert(1)) ![a](javascript:alert(1)) [b](data:text/html,x) <javascript:alert(1)>`,
  `[a](java&#x0A;script:alert(1)) [b]( &#1;javascript:alert(1)) [c]: vbscript:x\n\n[c]`,
  `[a](https://x" onmouseover="alert(1)) ![](https://x"onerror="alert(1)) [a](//evil.example "\\" onclick=x")`,
  '`<b>` ```"><script>\n```js onload=alert(1)\n<x>\n```',
  `| a | <b onclick=x> |\n|---|:--|\n| "><script> | javascript:x |`,
  `{{constructor.constructor('alert(1)')()}} \${alert(1)} <%= 1 %>`,
  `&lt;script&gt;alert(1)&lt;/script&gt; &#60;script&#62; \\u003cscript\\u003e`,
  `<base href=//evil.example><meta http-equiv=refresh content=0;url=//evil.example><form action=//evil.example>`,
];

/** What a program between here and the database may take for its own. */
const INJECTIONS = [
  `'; drop table threads; -- ' or '1'='1`,
  `\\'; select pg_sleep(9) --`,
  `$1 $2 $$ $tag$ %_ {"$gt": ""}`,
  `../../etc/passwd`,
  `a\r\nSet-Cookie: x=y\r\n\r\n<html>`,
  `__proto__`,
  `constructor`,
];

/** Letters that hide, turn round, pile up, or are none. */
const LETTERS: Encoded[] = [
  "%00",
  "abc%00def",
  "%ED%A0%80",
  "abc%ED%A0%BD",
  "abc%FF%FE%FD%C0%AF",
  "%zz%1abc",
  encode("abc\u202Eevil\u2066\u2069\u200F"),
  encode("\u200B\u200B\u200B\u200B"),
  encode("\u2800\u3164\u115F\uFFA0 \t\u00A0\u2003"),
  encode("😀👩‍👩‍👧‍👦🏴󠁧󠁢󠁳󠁣󠁴󠁿 fine"),
  encode(`Zal${"\u0301".repeat(500)}go`),
  encode("abc\uFEFF\uFFFE\uFFFF\u{10FFFF}"),
  encode("one\ntwo\r\nthree\u2028four\u0085five"),
  encode("abc\u0001\u0007\u001B[31mred\u007F"),
];

const SIZES: Encoded[] = ["", "a".repeat(201), "a".repeat(30_001), encode("😀".repeat(30_000))];

const NUMBERS = ["-1", "1.5", "1e309", "NaN", "0x10", "2147483648", "9".repeat(40), "true"].map(encode);

/** For fields that people write text into. */
export const HOSTILE_TEXTS: Encoded[] = [
  ...SCRIPTS.map(encode),
  ...INJECTIONS.map(encode),
  ...LETTERS,
  ...SIZES,
];

/** For fields, paths and queries that name one thing of a few. */
export const HOSTILE_NAMES: Encoded[] = [
  ...SCRIPTS.slice(0, 3).map(encode),
  ...INJECTIONS.map(encode),
  ...LETTERS.slice(0, 7),
  ...NUMBERS,
];

/** Encoded text as a server reads it: what is no UTF-8 becomes U+FFFD, and a stray `%` stays. */
export function decoded(value: Encoded): string {
  return new URLSearchParams(`value=${value.replaceAll("+", "%2B")}`).get("value") ?? "";
}
