/**
 * What keeps hostile Markdown cheap. Every number was chosen with `node bench/markdown.ts`, a number that says "cold"
 * with its `--cold` (the first render after a start, when nothing is compiled yet): at 30,000 characters no input may
 * take more than 100 ms of CPU, even cold, or come out more than 40 times as long. They leave room for a slower machine.
 * Nothing that passes a limit is lost: it stays on the page as plain text. "Real posts" are those of a public forum of eight years.
 */

/** Longest text that is parsed, in UTF-16 units: `BODY_MAX` emoji. A longer one is shown as it was typed. */
export const SOURCE_MAX = 60_000;

/**
 * Blocks of one text (paragraphs, lists, quotes, headings, definitions; an item without a block is one too). What
 * follows the last is shown as typed. Of 7,422 real posts the fullest has 190 in 23,009 characters; 10,000 blocks
 * took 0.2 s cold.
 */
export const BLOCKS_MAX = 450;

/**
 * Steps that the inline parser takes through one text: a piece of text, a mark or a line break each. What follows the
 * last is text. The same real posts take at most 2,618; 20,000 steps took 0.15 s cold.
 */
export const INLINE_STEPS_MAX = 4_000;

/** Links and pictures of one text. The same real posts have at most 22 links; 4,000 took 0.2 s cold. */
export const LINKS_MAX = 300;

/** Pictures that one text shows; the rest are links. The same real posts have at most 12. */
export const PICTURES_MAX = 40;

/** Characters of a picture's markup, besides its address and its title. */
export const PICTURE_MARKUP = 250;

/** Characters of pictures that reference links may write, per character of the text: `![a]` takes four, its picture 300. */
export const PICTURED_PER_CHARACTER = 25;

/**
 * "@" and "://" of one text: with more, the second search for bare links is left out, which finds mail addresses and what
 * stands right behind other letters. The same real posts have at most 70 "@"; 1,667 links that it found took 0.1 s cold.
 */
export const LINK_SIGNS_MAX = 500;

/** Columns of one table. A wider "table" stays text: no page could show it, and 1,000 columns took 0.3 s. */
export const TABLE_COLUMNS_MAX = 50;

/** Cells of all tables of one text. 5,000 of them took 0.25 s cold; a real post has at most 96. */
export const TABLE_CELLS_MAX = 400;

/** What each row and each table costs besides its cells, in cells: thousands of tables of one cell took 80 ms. */
export const CELLS_OF_ROW = 1;
export const CELLS_OF_TABLE = 4;

/**
 * Cells that short rows leave for the parser to fill in, per character of the text. Under 50 headings, a row of
 * two characters makes 500 characters of HTML.
 */
export const MISSING_CELLS_PER_CHARACTER = 1 / 4;

/**
 * Levels of quotes and lists inside one another: a quote is one level, a list two. Every line is scanned once for
 * each quote around it: 100 levels took 0.2 s.
 */
export const BLOCK_DEPTH_MAX = 12;

/**
 * Lines that all quotes of one text may read together. A quote reads on to the next blank line, and so does each quote
 * in it: 15,000 lines of ">---" and "|-|" in turn were read 11 million times, in 0.6 s. Real posts read at most 121.
 */
export const QUOTED_LINES_MAX = 1_500;

/** Levels of emphasis, strikethrough and links inside one another. markdown-it allows thousands; no reader can tell ten apart. */
export const INLINE_DEPTH_MAX = 10;

/**
 * markdown-it's own limit (`maxNesting`), beyond which it drops blocks. Above `BLOCK_DEPTH_MAX`, so that it only
 * ends the search for brackets in brackets: 30,000 of "[" took 72 ms at its default of 100.
 */
export const BRACKET_DEPTH_MAX = 20;

/**
 * Longest bare link, in UTF-16 units; what follows is text. linkify-it's own maximum is 10,000: a text of 30,000
 * characters, whose long links were found and then refused, was searched again after every few, and took 0.3 s.
 */
export const BARE_LINK_MAX = 2_000;

/** Characters of a host with its "www.": the longest name that DNS carries (RFC 1035, 2.3.4). */
export const HOST_MAX = 253;

/**
 * Characters of `href` and `title` that reference links may write, per character of the text: one definition of
 * 2,000 characters used 7,000 times made 14 MB.
 */
export const REFERENCED_PER_CHARACTER = 6;
