import { readdirSync, readFileSync } from "node:fs";
import { DEMO_MEMBERS, type DemoAuthor } from "./people.ts";

const FOLDER = new URL("./threads/", import.meta.url);

/** One post of a demo thread. */
export interface DemoPost {
  author: DemoAuthor;
  /** Minutes after the post before it. */
  afterMinutes: number;
  replyTo: number | null;
  up: number;
  down: number;
  deleted: boolean;
  body: string;
}

export interface DemoThread {
  title: string;
  category: string;
  /** Days before now on which it began. */
  startsDaysAgo: number;
  isPinned: boolean;
  lockedBy: DemoAuthor | null;
  posts: DemoPost[];
}

/** The threads of the demo forum, in the order of their files. */
export function readDemoThreads(): DemoThread[] {
  const files = readdirSync(FOLDER).filter((name) => name.endsWith(".md"));
  return files.sort().map((name) => parseThread(name, readFileSync(new URL(name, FOLDER), "utf8")));
}

/**
 * A thread is a text: `name: value` lines, then posts. Each post begins with a line such as
 * `=== jonas +2h to:3 up:4`: who, how long after the post before, which post it answers, and how many voted.
 */
function parseThread(file: string, text: string): DemoThread {
  const [head = "", ...posts] = text.split(/^=== /m);
  const facts = new Map(
    head.split("\n").map((line): [string, string] => {
      const [name = "", value = ""] = line.split(/:\s*(.*)/);
      return [name.trim(), value];
    }),
  );
  const lockedBy = facts.get("locked");
  return {
    title: required(file, facts, "title"),
    category: required(file, facts, "category"),
    startsDaysAgo: Number.parseFloat(required(file, facts, "starts")),
    isPinned: facts.has("pinned"),
    lockedBy: lockedBy === undefined ? null : author(file, lockedBy),
    posts: posts.map((post) => parsePost(file, post)),
  };
}

function parsePost(file: string, text: string): DemoPost {
  const [line = "", ...body] = text.split("\n");
  const [who = "", ...marks] = line.trim().split(" ");
  const value = (name: string) => marks.find((mark) => mark.startsWith(name))?.slice(name.length);
  const replyTo = value("to:");
  return {
    author: author(file, who),
    afterMinutes: minutes(value("+") ?? "0m"),
    replyTo: replyTo === undefined ? null : Number(replyTo),
    up: Number(value("up:") ?? 0),
    down: Number(value("down:") ?? 0),
    deleted: marks.includes("deleted"),
    body: body.join("\n").trim(),
  };
}

const MINUTES = { m: 1, h: 60, d: 1440 };

function minutes(text: string): number {
  return Number.parseFloat(text) * MINUTES[text.at(-1) as keyof typeof MINUTES];
}

function author(file: string, word: string): DemoAuthor {
  if (word in DEMO_MEMBERS) return word as DemoAuthor;
  throw new Error(`${file} names "${word}", whom people.ts does not know`);
}

function required(file: string, facts: Map<string, string>, name: string): string {
  const value = facts.get(name);
  if (value) return value;
  throw new Error(`${file} has no ${name}`);
}
