import { randomUUID } from "node:crypto";
import { signedDelivery } from "#local/clerk/webhooks.ts";
import { newUserId, type TestMember } from "#test/people.ts";
import type { SiteRequest } from "#test/site.ts";
import type { Ledger, Outcome, Post } from "./ledger.ts";
import type { Stage } from "./stage.ts";

/** What everybody writes in, made before they begin. */
export type Places = {
  category: string;
  /** Threads that every writer replies in and votes on (replies 1 and 2). No writer started them: one's own take no vote. */
  threads: number[];
  lockedThread: number;
};

/** A post that this writer can still do something with. */
type OwnPost = Post & { path: string; isOpening: boolean; revision: number };

type Write = {
  name: string;
  send(): Promise<Response>;
  expected: "acknowledged" | "refused";
  /** Goes on where nobody can say how it ended. */
  mayGiveUp?: boolean;
};

/** What a writer does, one after the other; each begins at another place. */
const DEEDS = "reply vote thread edit vote person reply refused vote delete reply edit".split(" ");

/**
 * Somebody who writes until it is over, as people do: presses twice, goes back and sends again, and where the forum
 * could not say whether it took something, sends the very same form again, or gives up.
 */
export async function write(
  { stage, ledger, places }: { stage: Stage; ledger: Ledger; places: Places },
  member: TestMember,
  { seat, isOver }: { seat: number; isOver: () => boolean },
): Promise<void> {
  const { id, handle } = member;
  const own: OwnPost[] = [];
  const personId = newUserId();
  let version = 0;
  let step = 0;

  const post = (path: string, form: Record<string, string>) => stage.fetch(path, { as: member, form });
  const words = (what: string) =>
    `${what} ${step} of ${handle}: <b>"ä" & 'ß'</b> 🦉\n\n\\ %41 + ${randomUUID()}`;
  const every = (turns: number) => (seat + step) % turns === 0;

  async function attempt(submission: Write): Promise<{ status: number; place: string }> {
    try {
      const response = await submission.send();
      await response.arrayBuffer();
      const { status } = response;
      if (status === 503) ledger.unavailable += 1;
      return { status, place: response.headers.get("Location") ?? "" };
    } catch {
      ledger.unavailable += 1;
      return { status: 0, place: "" };
    }
  }

  /** Sends a form until it is answered; answers where it led. */
  async function submit(submission: Write): Promise<{ outcome: Outcome; places: Set<string> }> {
    const led = new Set<string>();
    for (let isFirst = true; ; isFirst = false) {
      const clicks = isFirst && every(7) ? 2 : 1;
      const answers = await Promise.all(Array.from({ length: clicks }, () => attempt(submission)));
      const outcomes = new Set(answers.map(({ status }) => outcomeOf(status)));
      if (outcomes.has("acknowledged") && every(9)) answers.push(await attempt(submission));
      for (const { status, place } of answers) {
        const outcome = outcomeOf(status);
        if (outcome === "acknowledged") led.add(place);
        if (outcome === null || (outcome !== "unknown" && outcome !== submission.expected))
          ledger.problems.push(`${submission.name} by ${handle} was answered ${status}`);
      }
      if (led.size > 0) ledger.acknowledged += 1;
      ledger.changed();
      if (led.size > 0) return { outcome: "acknowledged", places: led };
      if (!outcomes.has("unknown")) return { outcome: "refused", places: led };
      if (submission.mayGiveUp && every(5)) return { outcome: "unknown", places: led };
      await stage.untilHealthy();
    }
  }

  async function create(name: string, path: string, fields: Record<string, string>): Promise<void> {
    const submission = randomUUID();
    const created: Post = {
      name: `${name} ${step} of ${handle}`,
      authorId: id,
      outcome: "unknown",
      texts: new Set([textOf(fields)]),
      deleted: new Set([false]),
      places: new Set(),
    };
    ledger.posts.set(submission, created);
    const send = () => post(path, { ...fields, submission });
    Object.assign(created, await submit({ name, send, expected: "acknowledged", mayGiveUp: true }));
    const [place = ""] = created.places;
    const [, thread, number = "1"] = place.match(/^\/t\/(\d+)\/[^#]*(?:#reply-(\d+))?$/) ?? [];
    if (thread) {
      const more = { path: `/t/${thread}/replies/${number}`, isOpening: number === "1", revision: 0 };
      own.push(Object.assign(created, more));
    }
  }

  const deeds: Record<string, () => Promise<unknown>> = {
    thread: () =>
      create("thread", "/t/new", {
        category: places.category,
        title: `A thread: ${randomUUID()}`,
        body: words("thread"),
      }),
    reply: () => create("reply", `/t/${pick(places.threads, step)}/replies/new`, { body: words("reply") }),
    async vote() {
      const path = `/t/${pick(places.threads, seat * step)}/replies/${(step % 2) + 1}`;
      const value = ((seat + step) % 3) - 1;
      const send = () => post(`${path}/vote`, { value: String(value) });
      const { outcome } = await submit({ name: "vote", send, expected: "acknowledged", mayGiveUp: true });
      const key = `${path} ${id}`;
      note(ledger.votes, key, value, outcome);
    },
    async edit() {
      const edited = own.findLast(({ texts, deleted }) => texts.size === 1 && isOnly(deleted, false));
      if (!edited) return deeds.reply?.();
      const fields: Record<string, string> = { body: words("edit") };
      if (edited.isOpening) fields.title = `Edited: ${randomUUID()}`;
      const send = () => post(`${edited.path}/edit`, { ...fields, revision: String(edited.revision) });
      const { outcome } = await submit({ name: "edit", send, expected: "acknowledged", mayGiveUp: true });
      if (outcome === "acknowledged") edited.texts = new Set();
      edited.texts.add(textOf(fields));
      edited.revision += 1;
    },
    async delete() {
      const target = own.at(-1 - (step % 3));
      if (!target) return deeds.thread?.();
      const deleted = !target.deleted.has(true);
      const send = () => post(`${target.path}/delete`, { deleted: String(deleted) });
      const { outcome } = await submit({ name: "delete", send, expected: "acknowledged", mayGiveUp: true });
      if (outcome === "acknowledged") target.deleted.clear();
      target.deleted.add(deleted);
    },
    /** Two events about one person on their way at once, either of which may come first, each until it is taken. */
    async person() {
      const news = [version + 1, version + 2].map((updated_at) =>
        submit({
          name: "webhook",
          send: () => stage.fetch("/webhooks/clerk", deliver(personId, updated_at)),
          expected: "acknowledged",
        }),
      );
      await Promise.all(news);
      version += 2;
      ledger.people.set(personId, version);
    },
    refused: () => beRefused(),
  };

  function deliver(about: string, updated_at: number, secret = stage.webhookSecret): SiteRequest {
    const data = { id: about, first_name: `State ${updated_at}`, updated_at };
    return signedDelivery(secret, { type: "user.updated", object: "event", timestamp: updated_at, data });
  }

  async function beRefused(): Promise<void> {
    const body = words("refused");
    const foreign = `/t/${pick(places.threads, step)}/replies/2`;
    const mine = own.find(({ texts, deleted }) => texts.size === 1 && isOnly(deleted, false));
    const stranger = newUserId();
    const category = "there-is-none";
    const forger = `whsec_${Buffer.from("not the secret").toString("base64")}`;
    const tries: [string, () => Promise<Response>][] = [
      ["thread in no category", () => post("/t/new", { title: "A title", category, body })],
      ["reply in a locked thread", () => post(`/t/${places.lockedThread}/replies/new`, { body })],
      ["edit of another's reply", () => post(`${foreign}/edit`, { body, revision: "0" })],
      ["deletion of another's reply", () => post(`${foreign}/delete`, { deleted: "true" })],
      ["forged webhook", () => stage.fetch("/webhooks/clerk", deliver(stranger, 1, forger))],
    ];
    if (mine)
      tries.push(
        ["vote on one's own", () => post(`${mine.path}/vote`, { value: "1" })],
        ["edit of an older text", () => post(`${mine.path}/edit`, { title: "Late", body, revision: "99" })],
      );
    ledger.refused.add(body);
    ledger.people.set(stranger, null);
    const [name, send] = pick(tries, step + seat);
    await submit({ name, send, expected: "refused" });
  }

  while (!isOver()) {
    step += 1;
    await deeds[pick(DEEDS, seat + step)]?.();
  }
}

/** What an answer says: null for one that no request of these may get. */
function outcomeOf(status: number): Outcome | null {
  if (status >= 200 && status < 400) return "acknowledged";
  if (status >= 400 && status < 500) return "refused";
  return status === 503 || status === 0 ? "unknown" : null;
}

/** What an acknowledged write leaves possible is itself alone; one that may or may not have been done is added. */
function note(votes: Map<string, Set<number>>, key: string, value: number, outcome: Outcome): void {
  const possible = outcome === "acknowledged" ? new Set<number>() : (votes.get(key) ?? new Set([0]));
  votes.set(key, possible.add(value));
}

function isOnly(set: Set<boolean>, value: boolean): boolean {
  return set.size === 1 && set.has(value);
}

function textOf({ title = "", body = "" }: Record<string, string>): string {
  return `${title}\n${body}`;
}

function pick<T>(list: T[], at: number): T {
  return list[at % list.length] as T;
}
