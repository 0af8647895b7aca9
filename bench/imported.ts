/**
 * How many of an old forum's words its posts still have once they are imported: the text that we show of a post, held
 * against the text of the HTML that Discourse made of it. Prints the worst posts, and how many of its pictures are shown.
 * Fails below 99.5 %, and where a picture would come from elsewhere than the forum's own origin.
 *
 *     node bench/imported.ts FILE [--posts 200 | all] [--seed 1] [--shown 10]
 *
 * It needs no database: every topic of the file is taken for imported, under handles that are the old names.
 */
import { parseArgs } from "node:util";
import { renderMarkdown } from "#app/domain/markdown.ts";
import { picturesElsewhere } from "#app/elsewhere.server.ts";
import type { OldForum } from "#scripts/discourse/links.ts";
import { Notes } from "#scripts/discourse/notes.ts";
import { markdownOfPost } from "#scripts/discourse/post-body.ts";
import { readTopics } from "#scripts/discourse/read-topics.ts";
import { postsOf, type Survey, surveyExport } from "#scripts/discourse/survey.ts";
import { createDice } from "#scripts/generate/dice.ts";
import { Problem, reportFailure } from "#scripts/problem.ts";
import { missingWords, wordsOf } from "./words.ts";

/** The share of words that must be kept, of all posts together. */
const KEPT_MIN = 0.995;

type Post = { place: string; raw: string; cooked: string };
type Pictures = { total: number; shown: number; alone: number; sized: number; foreign: string[] };
type Compared = { place: string; words: number; missing: string[]; added: string[]; pictures: Pictures };

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      posts: { type: "string", default: "200" },
      seed: { type: "string", default: "1" },
      shown: { type: "string", default: "10" },
    },
  });
  const [file] = positionals;
  if (!file) throw new Problem("Which export? node bench/imported.ts FILE");
  const survey = await surveyExport(file, new Notes());
  const forum = oldForum(survey);
  const count = values.posts === "all" ? Number.POSITIVE_INFINITY : wholeNumber("posts", values.posts);
  const posts = draw(await readPosts(file, survey), count, wholeNumber("seed", values.seed));
  report(
    posts.map((post) => compare(post, forum)),
    wholeNumber("shown", values.shown),
  );
}

function wholeNumber(name: string, value: string): number {
  if (/^\d{1,9}$/.test(value)) return Number(value);
  throw new Problem(`--${name} is a whole number.`);
}

function oldForum({ host, topics, people }: Survey): OldForum {
  return {
    host: host ?? "",
    threads: new Map(Array.from(topics.values(), (topic) => [topic.id, { ...topic, number: topic.id }])),
    handles: new Map(Array.from(people, ([name, { username }]) => [name, username])),
  };
}

/** The posts that an import brings along with their text. */
async function readPosts(file: string, survey: Survey): Promise<Post[]> {
  const posts: Post[] = [];
  for await (const line of readTopics(file)) {
    if (!("topic" in line) || survey.topics.get(line.topic.id)?.line !== line.line) continue;
    for (const { number, raw, cooked, isGone } of postsOf(line.topic))
      if (!isGone && cooked.trim() !== "")
        posts.push({ place: `topic ${line.topic.id} post ${number}`, raw, cooked });
  }
  return posts;
}

/** `count` of the posts at random, the same ones for the same seed. */
function draw(posts: Post[], count: number, seed: number): Post[] {
  const dice = createDice(seed);
  const ranks = new Map(posts.map((post, index) => [post, dice.draw(0, index)]));
  return posts.toSorted((a, b) => (ranks.get(a) ?? 0) - (ranks.get(b) ?? 0)).slice(0, count);
}

function compare({ place, raw, cooked }: Post, forum: OldForum): Compared {
  const source = wordsOf(cooked);
  const html = renderMarkdown(markdownOfPost({ raw, cooked }, forum), show);
  const shown = wordsOf(html);
  return {
    place,
    words: source.length,
    missing: missingWords(source, shown),
    added: missingWords(shown, source),
    pictures: picturesOf(html, cooked),
  };
}

/** As a forum with a key shows pictures of other hosts. */
const { show } = picturesElsewhere({ keys: ["a key of 32 characters, for a bench"] });

/** What of Discourse's own HTML is no picture that somebody posted. */
const NO_PICTURE = /class=["'][^"']*(?:emoji|avatar|site-icon|thumbnail|ytp-thumbnail)|src=["']["']/;

/** The pictures that the old forum showed, and ours: how many there are, stand alone, and come from somewhere else than here. */
function picturesOf(html: string, cooked: string): Pictures {
  const shown = html.match(/<img [^>]*>/g) ?? [];
  return {
    total: (cooked.match(/<img\s[^>]*>/g) ?? []).filter((tag) => !NO_PICTURE.test(tag)).length,
    shown: shown.length,
    alone: (html.match(/<figure>/g) ?? []).length,
    sized: shown.filter((tag) => / width="\d+" height="\d+"/.test(tag)).length,
    foreign: shown.filter((tag) => !/ src="\/media\/[^"]*"/.test(tag)),
  };
}

function report(posts: Compared[], shown: number): void {
  const sum = (count: (post: Compared) => number) => posts.reduce((total, post) => total + count(post), 0);
  const words = sum((post) => post.words);
  const missing = sum((post) => post.missing.length);
  const kept = 1 - missing / Math.max(1, words);
  const worst = posts.filter((post) => post.missing.length > 0);
  worst.sort((a, b) => b.missing.length - a.missing.length);
  for (const post of worst.slice(0, shown)) console.log(describe(post));
  console.log(
    `${posts.length} posts, ${words} words: ${(kept * 100).toFixed(2)} % kept (${missing} missing in ` +
      `${worst.length} posts), ${sum((post) => post.added.length)} added.`,
  );
  reportPictures(posts.map(({ pictures }) => pictures));
  if (kept >= KEPT_MIN) return;
  console.error(`At least ${KEPT_MIN * 100} % must be kept.`);
  process.exitCode = 1;
}

function reportPictures(pictures: Pictures[]): void {
  const sum = (count: (post: Pictures) => number) => pictures.reduce((total, post) => total + count(post), 0);
  const foreign = pictures.flatMap((post) => post.foreign);
  console.log(
    `${sum(({ total }) => total)} pictures there; ${sum(({ shown }) => shown)} shown here, ` +
      `${sum(({ alone }) => alone)} alone and ${sum(({ sized }) => sized)} with their size. Those without https are links.`,
  );
  if (foreign.length === 0) return;
  console.error(`From elsewhere: ${foreign.slice(0, 10).join("\n")}`);
  process.exitCode = 1;
}

function describe({ place, words, missing, added }: Compared): string {
  const some = (list: string[]) => list.slice(0, 12).join(" ") + (list.length > 12 ? " …" : "");
  return `${place}: ${missing.length} of ${words} missing: ${some(missing)}\n    added: ${some(added)}`;
}

await main().catch(reportFailure);
