/**
 * Texts made to be slow to parse or huge when written, for markdown.test.ts and `node bench/markdown.ts`;
 * nothing of the forum imports them. Each takes a size in characters and makes a text of about that many. A number
 * in a name is what stock markdown-it, linkify-it and sanitize-html made of 30,000 characters; one that says "cold",
 * what a new process took before this forum counted blocks, steps and links. The rest guard what is cheap already.
 */
import { countCharacters } from "./text.ts";

type Generator = (size: number) => string;

/** One unit, again and again. */
function repeated(unit: string): Generator {
  const length = countCharacters(unit);
  return (size) => unit.repeat(Math.ceil(size / length));
}

/** Several units in turn, each for an equal part of the text: openers, then closers. */
function parts(...units: string[]): Generator {
  return (size) => units.map((unit) => repeated(unit)(size / units.length)).join("");
}

/** Something once, then one unit again and again. */
function after(start: string, unit: string): Generator {
  return (size) => start + repeated(unit)(Math.max(0, size - countCharacters(start)));
}

/** Lines that differ, numbered from 0, until the text is full. */
function numbered(line: (index: number) => string): Generator {
  return (size) => {
    let text = "";
    for (let index = 0; ; index++) {
      const next = line(index);
      if (text.length + next.length > size) return text;
      text += next;
    }
  };
}

/** Ten letters that are the same label of a reference for every number, written in 1,024 ways. */
function inMixedCase(number: number): string {
  return Array.from("abcdefghij", (letter, bit) =>
    (number >> bit) & 1 ? letter.toUpperCase() : letter,
  ).join("");
}

/** A table of so many columns whose rows are all alike. */
function table(columns: number, row: string, border = "-"): Generator {
  const head = `${"a|".repeat(columns)}\n${`${border}|`.repeat(columns)}\n`;
  return (size) => (head.length > size ? head.slice(0, size) : after(head, row)(size));
}

export const PATHOLOGICAL: Record<string, Generator> = {
  // Quotes and lists
  "quotes in quotes on one line": repeated(">"),
  "quotes in quotes, spaced": repeated("> "),
  "a deep quote with lazy lines (0.2 s)": after(`${">".repeat(100)}a\n`, "a\n"),
  "deep quotes on every line": repeated(`${">".repeat(100)}a\n`),
  "quotes deeper by one a line": numbered((n) => `${">".repeat(n + 1)}a\n`),
  "short quotes with a rule, and text (0.6 s)": repeated(">---\n|-|\n"),
  "short quotes with a heading, and text": repeated("># a\nb\n"),
  "short quotes with an open fence, and text": repeated(">```\na\n"),
  "short quotes with a list, and text": repeated(">-\na\n"),
  "quotes between paragraphs": repeated("\n\n>"),
  "quotes and lists by turns": repeated(">- "),
  "lists in lists on one line": repeated("- "),
  "ordered lists in lists on one line": repeated("1. "),
  "lists deeper by one a line": numbered((n) => `${"  ".repeat(n)}- a\n`),
  "lists deeper by one a line, with tabs": numbered((n) => `${"\t".repeat(n)}* a\n`),
  "deep lists with lazy lines": after(`${"- ".repeat(100)}a\n`, "a\n"),
  "list items": repeated("- a\n"),
  "empty list items": repeated("*\n"),
  "loose list items": repeated("- a\n\n"),
  "a new list on every line": repeated("- a\n+ a\n"),
  "lists and quotes on every line": repeated(">a\n\n- a\n"),
  tasks: repeated("- [ ] a\n"),
  "tasks with emphasis (0.28 s cold)": repeated("- [x] *a*\n"),
  "tasks with a link": repeated("- [x] [a](/b)\n"),
  "tasks struck through": repeated("- [x] ~a~\n"),
  "tasks in lists on one line (0.28 s cold)": repeated("- - - [ ] a\n"),
  "tasks in quotes, apart": repeated("> - [ ] a\n\n"),
  "three lists in turn (0.26 s cold)": repeated("- a\n+ a\n* a\n"),
  "lists of two kinds in turn": repeated("1. a\n2) a\n"),
  "four lists on every line (0.25 s cold)": repeated("- - - - a\n"),
  "lists deeper and shallower": numbered((n) => `${"  ".repeat(Math.abs((n % 8) - 4))}- a\n`),
  "deep lists with paragraphs": repeated("- - - - - - a\n\n            b\n\n"),
  "emphasis in deep quotes (0.2 s cold)": repeated(`${"> ".repeat(12)}*a*\n\n`),
  "emphasis in deep quotes, open": repeated("> > > *a **b\n"),
  "emphasis in a deep quote (0.2 s cold)": after("> ".repeat(12), "**a *b* c**\n"),
  "emphasis in quotes deeper and shallower": numbered((n) => `${"> ".repeat((n % 12) + 1)}*a*\n\n`),
  "numbers of ten digits": repeated("1234567890. a\n"),
  // Other blocks
  "lines of one paragraph": repeated("a\n"),
  paragraphs: repeated("a\n\n"),
  "blank lines": repeated("\n"),
  "empty headings": repeated("#\n"),
  headings: repeated("# a\n"),
  "underlined headings": repeated("a\n=\n"),
  "one long line of heading marks": repeated("#"),
  rules: repeated("---\n"),
  "almost a rule": repeated("- - - - - - - - - - a\n"),
  "one long rule": repeated("* "),
  "unclosed fences": repeated("```\na\n\n- "),
  "empty fences": repeated("```\n```\n"),
  "fences of growing length": numbered((n) => `${"`".repeat(n + 3)}\n`),
  "indented code and headings": repeated("\ta\n#\n"),
  tabs: repeated("\t"),
  spaces: repeated(" "),
  "spaces before a letter": repeated(`${" ".repeat(99)}a`),
  // Tables
  "a table of 1,000 columns (0.3 s)": table(1000, "|\n"),
  "a table of 50 columns and empty rows (0.3 s)": table(50, "|\n"),
  "a table of 50 columns and short rows (0.4 s, ×83)": table(50, "a\n", ":-:"),
  "a full table of centred empty cells (0.1 s)": table(50, `${"|".repeat(51)}\n`, ":-:"),
  "a table of one column": after("|a|\n", "|-|\n"),
  "tables in tables": repeated("|a|\n|-|\n\n"),
  "small tables and rules": repeated("|-|\n---\n"),
  "headings of tables without tables": repeated("a|b\n"),
  "one long line of bars": repeated("|"),
  "two long lines of bars": parts("a|", "\n", "-|"),
  "escaped bars": table(10, `${"\\|".repeat(40)}\n`),
  // Links
  "open brackets": repeated("["),
  "open and closed brackets": parts("[", "]"),
  "brackets in brackets, linked": parts("[", "](a)"),
  "brackets with a reference defined": after("[a]: /b\n\n", "[".repeat(100) + "]".repeat(100)),
  "open images": repeated("!["),
  "images in images": parts("![", "](/a)"),
  "images in links": repeated("[![](/a)](/b)"),
  "links without text": repeated("[](/)"),
  "links with an open destination": repeated("[a]("),
  "links with an open angle": repeated("[a](<b"),
  "links with an open title": repeated('[a](/b "'),
  "links with escaped parentheses": repeated("[a](\\("),
  "destinations of parentheses": after("[a](", "("),
  "balanced parentheses": after("[a](", "()"),
  "one definition, long, used often (×450)": after(`[a]: http://a.b/${"c".repeat(1900)}\n\n`, "[a] "),
  "one definition of ampersands, used often": after(`[a]: /${"&".repeat(1900)}\n\n`, "[a]"),
  "one title of quotation marks, used often": after(`[a]: /b '${'"'.repeat(1900)}'\n\n`, "[a]"),
  "one image, long, used often": after(`[a]: http://a.b/${"c".repeat(1900)}\n\n`, "![a]"),
  definitions: numbered((n) => `[${n}]: /a\n`),
  "definitions and their uses": numbered((n) => `[${n}]: /a\n\n[${n}]\n\n`),
  "definitions that collide": numbered((n) => `[${inMixedCase(n)}]: /a\n`),
  "definitions that collide, and their uses": numbered(
    (n) => `[${inMixedCase(n)}]: /a\n\n[${inMixedCase(n + 1)}]\n\n`,
  ),
  "definitions that collide by their blanks": numbered((n) => `[a${" ".repeat((n % 40) + 1)}b]: /a\n`),
  "definitions that collide by folding": repeated("[ß]: /a\n[SS]: /b\n"),
  "definitions between lines": repeated("[a]: /b\nc\n"),
  "one definition, used in paragraphs (0.27 s cold)": after("[a]: /b\n\n", "[a]\n\n"),
  "one definition, used on lines (0.26 s cold)": after("[a]: /b\n\n", "[a]\n"),
  "one definition, used by another case": after("[abcdefghij]: /b\n\n", `[${inMixedCase(5)}] `),
  "one definition, used by pictures (0.2 s cold)": after("[a]: /b\n\n", "![a]"),
  "pictures elsewhere": repeated("![](https://a.bc)"),
  "pictures elsewhere, a line each": repeated("![](https://a.bc)\n"),
  "pictures elsewhere, a paragraph each": repeated("![](https://a.bc)\n\n"),
  "pictures elsewhere and words, a line each": repeated("![](https://a.bc)\na\n"),
  "pictures elsewhere with sizes": repeated("![|1x1](https://a.bc 'b')\n"),
  "pictures elsewhere in links": repeated("[![](https://a.bc)](/)\n"),
  "pictures elsewhere in items": repeated("- ![](https://a.bc)\n"),
  "pictures elsewhere in emphasis": repeated("*![](https://a.bc)*"),
  "one picture elsewhere, used often": after("[a]: https://a.bc\n\n", "![a]"),
  "one picture elsewhere, long, used often": after(`[a]: https://a.bc/${"d".repeat(1900)} 'e'\n\n`, "![a]"),
  "one picture elsewhere, a line each": after("[a]: https://a.bc\n\n", "![a]\n"),
  "own pictures": repeated(`![](/media/${"0".repeat(32)}-999x9.png)\n`),
  "one own picture, used often": after(`[a]: /media/${"0".repeat(32)}-999x9.png\n\n`, "![a]"),
  "a picture of many sizes": (size) => `![${"|1x1 ".repeat(Math.floor(size / 5) - 4)}](https://a.bc)`,
  "a picture of hardly a size": (size) => `![|1x1${" ".repeat(size - 25)}a](https://a.bc)`,
  "one definition, used in tasks (0.25 s cold)": after("[a]: /b\n\n", "- [x] [a]\n"),
  "open definitions": repeated("[a\n"),
  "definitions with open titles": repeated('[a]: /b\n"\n'),
  "definitions with open angles": repeated("[a]: <\n"),
  notes: numbered((n) => `[^${n}]\n\n[^${n}]: a\n\n`),
  angles: repeated("<"),
  "open tags": repeated("<a "),
  "open comments": repeated("<!--"),
  "open processing instructions": repeated("<?"),
  "open tags with attributes": repeated("<a b='"),
  autolinks: repeated("<http://a>"),
  "open autolinks": repeated("<http:"),
  // Bare links
  "bare links": repeated("http://a "),
  "bare links of three letters": repeated("www.a.b "),
  "bare links in bare links": repeated("http://a.b/"),
  "bare links in emphasis": repeated("a**a**http://a.b"),
  "bare links, each in parentheses": repeated("(www.a.b) "),
  "www and parentheses": after("www.a.b/", ")"),
  "www and entities": after("www.a.b/", "&a;"),
  "www again and again": repeated("www."),
  "www after underscores": repeated("www._"),
  "www after open parentheses": repeated("(www."),
  "www in brackets": repeated("[www.a.b"),
  "labels that may be Punycode (4 s)": repeated("xn--www."),
  "labels that may be Punycode, with addresses": repeated("a@xn--a."),
  "labels of a host": after("http://", "a."),
  "a long host": after("http://", "a"),
  "hosts that end badly": repeated(`http://${"a".repeat(60)}_`),
  "hosts of hyphens": repeated("http://a-"),
  schemes: repeated("http:"),
  "schemes and slashes": repeated("http://"),
  "unknown schemes": repeated("a://"),
  "parentheses in bare links": after("http://a.b/", "("),
  "letters and parentheses in bare links": repeated("http://a.b/(a(b(c(d"),
  "quotation marks in bare links": after("http://a.b/", `"a`),
  "dots in bare links": after("http://a.b/", "."),
  "hyphens in bare links": after("http://a.b/", "-"),
  "Chinese in bare links": repeated("http://a.b/中中中中中中中中中"),
  "bare Chinese hosts": repeated("http://中中中中中.中 "),
  "percent signs in bare links": after("http://a.b/", "%"),
  addresses: repeated("a@b.co "),
  "at signs": repeated("@"),
  "addresses in addresses": repeated("a@b.c"),
  "names of addresses": repeated(`${"a.".repeat(99)}@`),
  // Inline marks
  asterisks: repeated("*"),
  "asterisks and letters": repeated("*a"),
  "open emphasis": repeated("*a "),
  "emphasis in emphasis": parts("*a ", "a* "),
  "strong in emphasis": parts("**a *b ", "c* d**"),
  "emphasis of both kinds, open": repeated("*a _a "),
  "emphasis of both kinds, crossed": repeated("*a_b*c_"),
  "triple asterisks": parts("***a ", " a***"),
  "underscores in words": repeated("a_b"),
  "asterisks and brackets": repeated("**["),
  tildes: repeated("~"),
  "strikethrough in strikethrough": parts("~~a ", "a~~ "),
  "odd tildes": repeated("~~~a"),
  "single tildes": repeated("~a~ "),
  "single tildes, open": repeated("~a "),
  "single tildes in words": repeated("a~"),
  "tildes of both kinds": repeated("~a~~b"),
  "tildes of both kinds, crossed with emphasis": repeated("~a *b ~~c _d "),
  "single tildes in single tildes": parts("~a ", " a~"),
  backticks: repeated("`"),
  "runs of backticks, longer and longer": numbered((n) => `${"`".repeat(n + 1)} `),
  "runs of backticks, shorter and shorter": (size) => {
    const longest = Math.floor(Math.sqrt(2 * size)) - 2;
    return Array.from({ length: longest }, (_, n) => "`".repeat(longest - n)).join(" ");
  },
  "backticks in brackets": repeated("[`"),
  "pieces of code": repeated("`a`"),
  backslashes: repeated("\\"),
  escapes: repeated("\\*"),
  "hard line breaks": repeated("a\\\n"),
  "blanks before line breaks": repeated(`a${" ".repeat(99)}\n`),
  // Characters
  ampersands: repeated("&"),
  entities: repeated("&amp;"),
  "entities without end": repeated("&amp"),
  "entities that are none": repeated("&aaaaaaaaaaaaaaaaaaaaaaaaaaaaa;"),
  "long entities": repeated("&CounterClockwiseContourIntegral;"),
  "numeric entities": repeated("&#x1F600;"),
  "quotation marks": repeated(`"'`),
  "less-than signs": repeated("<>"),
  NUL: repeated("\u0000"),
  "lone surrogates": repeated("\ud800"),
  Chinese: repeated("中文，"),
  Persian: repeated("می‌خواهم "),
  emoji: repeated("😀"),
  "names of emoji": repeated(":+1:"),
  "names of emoji in a row that a letter ends": (size) => `${":m:".repeat(Math.floor(size / 3) - 1)}:ma`,
  "names of emoji, each in emphasis": repeated("*:m:* "),
  "names that are no emoji": repeated(":aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa: "),
  colons: repeated(":"),
  "colons and hyphens": repeated(":-"),
  "families of emoji": repeated("👨‍👩‍👧‍👦"),
  "combining marks": after("a", "\u0301"),
  "one word": repeated("a"),
  "carriage returns": repeated("\r"),
  "no-break spaces": repeated("\u00a0"),
};
