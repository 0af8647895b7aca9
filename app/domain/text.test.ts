import fc from "fast-check";
import { expect, test } from "vitest";
import { HANDLE_MAX, HANDLE_MIN } from "./limits.ts";
import {
  cleanBody,
  cleanLine,
  countCharacters,
  handleFromName,
  isReservedHandle,
  SLUG_MAX,
  slugify,
  visibleLength,
} from "./text.ts";

/** Any string at all, with the odd characters more often than chance would have them. */
const ODD =
  "\u0000 \u0007 \t \n \r \u0085 \u00a0 \u00ad \u0301 \u034f \u061c \u093c \u094d \u115f \u200b \u200c \u200d \u200e " +
  "\u202e \u2028 \u2060 \u2066 \u2800 \u3000 \u3164 \ufe0f \ufeff \ufff9 \uffff \ud800 \udc00 \u{1f3f4} \u{e0067} " +
  "\u{e007f} \u{1f469} \u{1f3fd} \u{e0100} a A é ß İ ı ﬁ ½ 中 が 한 क ी م ي Я ' ’ - _ . / \\ % # ? & < 0 9";
const anyText = fc
  .array(fc.oneof(fc.constantFrom(...ODD.split(" "), " "), fc.string({ unit: "binary", maxLength: 3 })))
  .map((pieces) => pieces.join(""));

test.each([
  ["breaks and tabs become spaces", "a\r\nb\tc\u2028d\u0085e", "a b c d e"],
  ["spaces collapse", "  a \u00a0\u3000  b  ", "a b"],
  ["controls go", "a\u0000b\u0007c\u009fd", "abcd"],
  ["directions go", "a\u202eb\u2066c\u200ed\u061c", "abcd"],
  ["zero-width characters go", "a\u200bb\u2060c\ufeffd\u00ade", "abcde"],
  ["fillers go", "\u3164a\u115f\u1160\uffa0", "a"],
  ["tags go", "a\u{e0061}\u{e0062}", "a"],
  ["accents are composed", "e\u0301", "é"],
  ["also after what stood between has gone", "e\u200b\u0301", "é"],
  ["lone surrogates are replaced", "a\ud800b\udc00", "a\ufffdb\ufffd"],
  ["emoji keep their joiners", "👩🏽‍💻 👨‍👩‍👧 ❤️‍🔥", "👩🏽‍💻 👨‍👩‍👧 ❤️‍🔥"],
  ["flags keep their tags", "🏴󠁧󠁢󠁳󠁣󠁴󠁿", "🏴󠁧󠁢󠁳󠁣󠁴󠁿"],
  ["emoji keep how they look", "☎️ ☎︎", "☎️ ☎︎"],
  ["Persian keeps its non-joiner", "می‌خواهم", "می‌خواهم"],
  ["Hindi and Malayalam keep their joiners", "क्‍ष ന്‍", "क्‍ष ന്‍"],
  ["joiners between Latin letters go", "ad\u200dm\u200cin", "admin"],
  ["joiners in a row leave one", "می\u200c\u200c\u200cخواهم", "می‌خواهم"],
  ["stacks of marks are lowered", `a${"\u0336".repeat(50)}b`, `a${"\u0336".repeat(6)}b`],
])("a line: %s", (_, text, clean) => {
  expect(cleanLine(text)).toBe(clean);
});

test("a clean line stays as it is, in Postgres and in a form", () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const clean = cleanLine(text);
      expect(cleanLine(clean)).toBe(clean);
      expect(clean).toBe(clean.normalize("NFC"));
      expect(clean.isWellFormed()).toBe(true);
      expect(clean).not.toMatch(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069\u200b]|^\s|\s$|\s\s/u);
      expect(visibleLength(clean)).toBe(visibleLength(cleanLine(clean)));
    }),
    { numRuns: 2_000 },
  );
});

test.each([
  ["line breaks become one kind", "a\r\nb\rc\u2028d", "a\nb\nc\nd"],
  ["controls go, tabs stay", "a\u0000\tb\u001b[1m\u007f\u0085c", "a\tb[1m\nc"],
  ["overrides go, even in code", "`a\u202eb\u2069`", "`ab`"],
  ["direction marks stay", "\u200fא\u200e", "\u200fא\u200e"],
  ["text is not composed", "e\u0301 ﬁ", "e\u0301 ﬁ"],
  ["joiners and zero-width spaces stay", "a\u200bb\u200dc", "a\u200bb\u200dc"],
  ["lone surrogates are replaced", "a\ud800", "a\ufffd"],
  ["blank lines at the start and blanks at the end go", " \n\t\n    code\n\n\n ", "    code"],
  ["blanks inside stay", "a  \n\n\n  b", "a  \n\n\n  b"],
  ["nothing stays nothing", " \n\u0000\n ", ""],
])("a body: %s", (_, text, clean) => {
  expect(cleanBody(text)).toBe(clean);
});

test("a clean body stays as it is", () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const clean = cleanBody(text);
      expect(cleanBody(clean)).toBe(clean);
      expect(clean.isWellFormed()).toBe(true);
      expect(clean).not.toMatch(/(?![\n\t])\p{Cc}|[\u202a-\u202e\u2066-\u2069]/u);
    }),
    { numRuns: 2_000 },
  );
});

test.each([
  ["", 0],
  ["abc", 3],
  ["é中😀", 3],
  ["👨‍👩‍👧", 5],
])("the limits count %s as %i", (text, count) => {
  expect(countCharacters(text)).toBe(count);
});

test.each([
  ["abc", 3],
  [" a b ", 2],
  ["\u200b", 0],
  ["\u200b\u200d\u2060\ufeff\u00ad", 0],
  ["\u3164\u115f\u2800\u3000", 0],
  ["\u202e\u2066", 0],
  ["\u0301\u0301\u0301", 0],
  ["\ud800", 1],
  ["हिंदी", 5],
  ["😀", 1],
])("of %j, %i characters can be seen", (text, count) => {
  expect(visibleLength(text)).toBe(count);
});

test.each([
  ["Hello, World!", "hello-world"],
  ["  C++ & Rust: which?  ", "c-rust-which"],
  ["Don't panic", "dont-panic"],
  ["Ångström’s Øre, Straße, Łódź", "angstroms-ore-strasse-lodz"],
  ["İstanbul ISPARTA ılık", "istanbul-isparta-ilik"],
  ["日本語のがぎぐ", "日本語のがぎぐ"],
  ["हिन्दी में", "हिन्दी-में"],
  ["한국어 제목", "한국어-제목"],
  ["Привет, мир", "привет-мир"],
  ["می‌خواهم", "میخواهم"],
  ["ﬁ ² Ａ", "fi-2-a"],
  ["../../etc/passwd?a=b#c%2F", "etc-passwd-a-b-c-2f"],
  ["a\u202eb\u200bc", "abc"],
  ["😀", "thread"],
  ["...", "thread"],
  ["", "thread"],
])("the slug of %j is %s", (title, slug) => {
  expect(slugify(title)).toBe(slug);
});

test("a long slug ends with a whole word, and a long word is cut", () => {
  expect(slugify(`${"word ".repeat(15)}extraordinary`)).toBe("word-".repeat(15).slice(0, -1));
  expect(slugify("w".repeat(200))).toBe("w".repeat(SLUG_MAX));
  expect(slugify("中".repeat(200))).toBe("中".repeat(SLUG_MAX));
});

test("a slug is one safe part of a path, and its own slug", () => {
  fc.assert(
    fc.property(anyText, (title) => {
      const slug = slugify(title);
      expect(slug).toMatch(/^[\p{L}\p{N}][\p{L}\p{M}\p{N}-]*$/u);
      expect(slug).not.toMatch(/--|-$|[A-Z]/);
      expect(countCharacters(slug)).toBeLessThanOrEqual(SLUG_MAX);
      expect(slugify(slug)).toBe(slug);
      const { pathname } = new URL(`/t/1/${encodeURIComponent(slug)}`, "https://forum.example");
      expect(decodeURIComponent(pathname)).toBe(`/t/1/${slug}`);
    }),
    { numRuns: 2_000 },
  );
});

test.each([
  ["ann_lee", "ann-lee"],
  ["Zoë O'Neil", "zoe-oneil"],
  ["  --Ann..Lee-- ", "ann-lee"],
  ["Øyvind Æsir", "oyvind-aesir"],
  ["x".repeat(50), "x".repeat(HANDLE_MAX)],
  [`${"x".repeat(29)} y`, "x".repeat(29)],
  ["12345", "12345"],
])("a handle out of %j is %s", (name, handle) => {
  expect(handleFromName(name)).toBe(handle);
});

test.each([
  "Анна",
  "日本",
  "ab",
  "",
  "---",
  "ann@example.com",
  "Ann <ann@example.com>",
  "Admin",
  null,
  undefined,
])("no handle can be made of %j", (name) => {
  expect(handleFromName(name)).toBeNull();
});

test("a handle made of any name keeps the rules of handles", () => {
  fc.assert(
    fc.property(anyText, (name) => {
      const handle = handleFromName(name);
      if (handle === null) return;
      expect(handle).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
      expect(handle.length).toBeGreaterThanOrEqual(HANDLE_MIN);
      expect(handle.length).toBeLessThanOrEqual(HANDLE_MAX);
      expect(isReservedHandle(handle)).toBe(false);
      expect(handleFromName(handle)).toBe(handle);
    }),
    { numRuns: 2_000 },
  );
});

test.each([
  "admin",
  "ADMIN",
  "Moderator",
  "system",
  "settings",
  "new",
  "deleted",
  "sign-in",
  "admin-2",
  "a-d-m-i-n",
  "mods",
])("%s is reserved", (handle) => {
  expect(isReservedHandle(handle)).toBe(true);
});

test.each(["ann", "newton", "badminton", "admiral", "news", "modest", "settler", "new-2"])(
  "%s is free",
  (handle) => {
    expect(isReservedHandle(handle)).toBe(false);
  },
);
