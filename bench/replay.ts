import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { categoryPath, threadPath } from "#app/paths.ts";
import { titleOf } from "./data.ts";
import type { BenchForum } from "./forum.ts";
import type { Counts, Outcome } from "./kept-pages.ts";
import type { Moment, ReadPage } from "./readership.ts";

/** What came of moments on a running forum. */
export type Replayed = {
  views: Counts["views"];
  /** Replies and votes that were accepted. */
  written: number;
  /** Answers that were not right, in words. */
  wrong: string[];
};

/** Session tokens live a minute. */
const REFRESH_MS = 20_000;

/** Lets moments happen on a running forum, each when its time comes: readers are signed out, writers are its members. */
export async function replay(moments: Iterable<Moment>, forum: BenchForum): Promise<Replayed> {
  const replayed: Replayed = { views: { hit: 0, stale: 0, miss: 0 }, written: 0, wrong: [] };
  let cookies = await forum.mintCookies();
  const refresh = setInterval(async () => {
    cookies = await forum.mintCookies();
  }, REFRESH_MS);
  const vote = createVoter(cookies.length);
  const underWay = new Set<Promise<void>>();
  const started = performance.now();
  try {
    for (const moment of moments) {
      const early = moment.at * 1000 - (performance.now() - started);
      if (early > 0) await delay(early);
      const happening = happen(moment).catch((error: unknown) => {
        replayed.wrong.push(`Something did not come: ${error instanceof Error ? error.message : error}`);
      });
      underWay.add(happening);
      void happening.then(() => underWay.delete(happening));
    }
    await Promise.all(underWay);
  } finally {
    clearInterval(refresh);
  }
  return replayed;

  async function happen(moment: Moment): Promise<void> {
    if (moment.what === "view") return view(pathOf(moment.page));
    const { number } = moment.thread;
    if (moment.what === "reply") {
      vote.noteAuthor(number, moment.reply, moment.author);
      const form = {
        body: `Reply ${moment.reply} of thread ${number}.`,
        replyTo: "",
        submission: randomUUID(),
      };
      return write(`/t/${number}/replies/new`, form, moment.author);
    }
    const { voter, value } = vote.cast(number, moment.reply, moment.voter);
    return write(`/t/${number}/replies/${moment.reply}/vote`, { value: String(value) }, voter);
  }

  async function view(path: string): Promise<void> {
    const response = await fetch(`${forum.origin}${path}`, { redirect: "manual" });
    await response.arrayBuffer();
    if (response.status === 200) replayed.views[outcomeOf(response)] += 1;
    else replayed.wrong.push(`${path} was answered ${response.status}.`);
  }

  async function write(path: string, form: Record<string, string>, member: number): Promise<void> {
    const { origin } = forum;
    const headers = { Cookie: cookies[member] ?? "", Origin: origin, "Sec-Fetch-Site": "same-origin" };
    const body = new URLSearchParams(form);
    const response = await fetch(`${origin}${path}`, { method: "POST", headers, body, redirect: "manual" });
    await response.arrayBuffer();
    if (response.status === 303) replayed.written += 1;
    else replayed.wrong.push(`A form to ${path} was answered ${response.status}.`);
  }
}

/** Whose vote it is and which: nobody votes on their own reply, and each vote changes something. */
function createVoter(members: number) {
  const authors = new Map<string, number>();
  const values = new Map<string, number>();
  return {
    noteAuthor(thread: number, reply: number, author: number) {
      authors.set(`${thread}/${reply}`, author);
    },
    cast(thread: number, reply: number, drawn: number): { voter: number; value: number } {
      // As bench/data.ts has written the first ones.
      const author = authors.get(`${thread}/${reply}`) ?? (thread + reply) % members;
      const voter = drawn === author ? (drawn + 1) % members : drawn;
      const key = `${thread}/${reply}/${voter}`;
      // The votes that are there from the start are all for a reply.
      const value = values.get(key) === -1 ? 1 : -1;
      values.set(key, value);
      return { voter, value };
    },
  };
}

function pathOf({ kind, isScored }: ReadPage): string {
  if ("thread" in kind) {
    const { number } = kind.thread;
    return threadPath({ number, title: titleOf(number) }, kind.page);
  }
  const path = "home" in kind ? "/" : categoryPath(`read-${kind.category}`);
  return isScored ? `${path}?sort=top` : path;
}

/** As the forum tells it (RFC 9211). */
function outcomeOf(response: Response): Outcome {
  const status = response.headers.get("Cache-Status") ?? "";
  if (status.includes("stale")) return "stale";
  return status.includes("hit") ? "hit" : "miss";
}
