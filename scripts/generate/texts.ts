import { RENDERER_VERSION, renderMarkdown } from "#app/domain/markdown.ts";
import { copyValue } from "./copy.ts";
import type { Dice } from "./dice.ts";
import { DRAW } from "./plan.ts";

/** Different bodies. Each is rendered once; rendering every reply's own would cost more than storing it. */
const BODIES = 400;

const SUBJECTS = [
  "the build",
  "our cache",
  "this query",
  "the second worker",
  "a cold start",
  "the migration",
  "my laptop",
  "the pooler",
  "an index on the date",
  "the staging site",
  "everyone on the team",
  "the import",
  "a plain form",
  "the nightly job",
  "their documentation",
  "the old forum",
];
const VERBS = [
  "takes longer than",
  "has nothing to do with",
  "depends on",
  "replaced",
  "was the reason for",
  "breaks without",
  "costs as much as",
  "got faster after",
  "went wrong because of",
  "looks better than",
  "waits for",
  "should come before",
];
const OBJECTS = [
  "the last release",
  "a restart",
  "two round trips",
  "what the log says",
  "a second opinion",
  "the lock on the row",
  "an hour of reading",
  "the default settings",
  "every test we have",
  "that one setting",
  "a full table scan",
  "the weekend",
  "naming things well",
  "a backup from Tuesday",
];
const CLOSINGS = [
  "",
  "",
  "",
  ", I think",
  " in my experience",
  ", at least here",
  " on two machines out of three",
  ", which surprised me",
];
const OPENERS = [
  "Has anyone seen that",
  "How to tell whether",
  "Why",
  "Solved:",
  "Is it normal that",
  "Proof that",
];

/** Picks for one text: each draw is another one. */
type Pick = <T>(from: readonly T[]) => T;

function picks(dice: Dice, purpose: number, text: number, second = 0): Pick {
  let draws = 0;
  return (from) => {
    draws += 1;
    return from[dice.bits(purpose, text, second * 1000 + draws) % from.length] as (typeof from)[number];
  };
}

function clause(pick: Pick): string {
  return `${pick(SUBJECTS)} ${pick(VERBS)} ${pick(OBJECTS)}`;
}

function sentence(pick: Pick): string {
  const text = `${clause(pick)}${pick(CLOSINGS)}.`;
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function sentences(pick: Pick, count: number): string {
  return Array.from({ length: count }, () => sentence(pick)).join(" ");
}

/** What a post may be made of, most of it plain text. */
const BLOCKS: ((pick: Pick) => string)[] = [
  (pick) => sentences(pick, 1),
  (pick) => sentences(pick, 2),
  (pick) => sentences(pick, 3),
  (pick) => sentences(pick, 4),
  (pick) => `${sentence(pick)} **${sentence(pick)}** ${sentence(pick)}`,
  (pick) => `${sentence(pick)} See [the notes](https://example.org/${pick(VERBS).replaceAll(" ", "-")}).`,
  (pick) => `> ${sentence(pick)}\n\n${sentences(pick, 2)}`,
  (pick) => `- ${clause(pick)}\n- ${clause(pick)}\n- *${clause(pick)}*`,
  (pick) => `\`\`\`sql\nselect count(*) from replies where id > ${pick(SUBJECTS).length};\n\`\`\``,
  (pick) => `~~${sentence(pick)}~~ ${sentence(pick)}`,
  (pick) => `| before | after |\n| --- | --- |\n| ${pick(OBJECTS)} | ${pick(OBJECTS)} |`,
  (pick) => `1. ${sentence(pick)}\n2. ${sentence(pick)}`,
];

/** How many blocks a post has: most have one. */
const BLOCK_COUNTS = [1, 1, 1, 1, 1, 2, 2, 2, 3, 5];

/**
 * Bodies as the three columns that COPY takes (`body`, `body_html`, `renderer_version`), shortest first. The forum's
 * own renderer has made the HTML.
 */
export function makeBodies(dice: Dice): string[] {
  const sources = Array.from({ length: BODIES }, (_, text) => {
    const pick = picks(dice, DRAW.text, text);
    return Array.from({ length: pick(BLOCK_COUNTS) }, () => pick(BLOCKS)(pick)).join("\n\n");
  });
  return sources
    .sort((a, b) => a.length - b.length)
    .map((source) => [source, renderMarkdown(source), RENDERER_VERSION].map(copyValue).join("\t"));
}

/** A thread's title. Two threads may have the same. */
export function titleOf(dice: Dice, thread: number): string {
  const pick = picks(dice, DRAW.threadTitle, thread);
  return `${pick(OPENERS)} ${clause(pick)}`;
}
