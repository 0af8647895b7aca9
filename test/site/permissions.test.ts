import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { deleteReply } from "#app/db/replies.server.ts";
import { verify } from "#app/db/verify.server.ts";
import type { TokenFlaws } from "#local/clerk/tokens.ts";
import { makeCategory, makeReply, makeThread, type TestThread } from "#test/forum.ts";
import type { TestMember } from "#test/people.ts";
import { testSite } from "#test/site.ts";
import { dataTwin, readAnswer } from "./answer.ts";
import { countThreads, type ThreadRow, threadRow } from "./rows.ts";
import type { Fields } from "./writes.ts";

const site = await testSite();
const { db } = site;
const category = await makeCategory(db);

const LATER = new Date("2100-01-01");
const PEOPLE = {
  member: await site.makeMember(),
  author: await site.makeMember(),
  moderator: await site.makeMember({ role: "moderator" }),
  admin: await site.makeMember({ role: "admin" }),
  suspended: await site.makeMember({ role: "moderator", suspendedUntil: LATER }),
  deleted: await site.makeMember({ isDeleted: true }),
};
type Person = keyof typeof PEOPLE;

/** Sessions that do not count. Each is that of somebody who may do the thing, so the session alone stands in the way. */
const NO_SESSIONS: Record<string, TokenFlaws | null> = {
  "signed out": null,
  "expired token": { expired: true },
  "forged token": { foreign: true },
  "token for another origin": { azp: "https://evil.example" },
  "token for no origin": { azp: null },
  "pending session": { pending: true },
};

type Action = { rest: string; form: Fields; by: Person; effect: (by: TestMember) => Partial<ThreadRow> };
const ofReply = (fields: object) => ({ replies: expect.arrayContaining([expect.objectContaining(fields)]) });
const vote = (value: number): Action => ({
  rest: "replies/:reply/vote",
  form: { value: String(value) },
  by: "member",
  effect: ({ id }) => ofReply({ score: value, votes: value === 0 ? {} : { [id]: value } }),
});
const moderation = (tool: "lock" | "pin", form: Fields, effect: Partial<ThreadRow>): Action => ({
  rest: `moderation/${tool}`,
  form,
  by: "admin",
  effect: () => effect,
});

const ACTIONS: Record<string, Action> = {
  reply: {
    rest: "replies/new",
    form: { body: "Something new." },
    by: "member",
    effect: ({ id }) => ofReply({ body: "Something new.", authorId: id }),
  },
  edit: {
    rest: "replies/:reply/edit",
    form: { body: "Something else.", title: "Another title", revision: "0" },
    by: "author",
    effect: () => ofReply({ body: "Something else.", revision: 1 }),
  },
  delete: {
    rest: "replies/:reply/delete",
    form: { deleted: "true" },
    by: "author",
    effect: () => ofReply({ isDeleted: true }),
  },
  restore: {
    rest: "replies/:reply/delete",
    form: { deleted: "false" },
    by: "author",
    effect: () => ({ isDeleted: false, ...ofReply({ isDeleted: false }) }),
  },
  upvote: vote(1),
  downvote: vote(-1),
  "take a vote back": vote(0),
  lock: moderation("lock", { locked: "true" }, { status: "locked" }),
  unlock: moderation("lock", { locked: "false" }, { status: "open" }),
  pin: moderation("pin", { pinned: "true" }, { isPinned: true }),
  unpin: moderation("pin", { pinned: "false" }, { isPinned: false }),
};

/**
 * Who may do what. "done": the row says so. 403 and 404: nothing is written; 404 is for what others may not know of.
 * Whoever is not signed in has their form held, whatever it is.
 */
const OUTCOMES = `
  action           | object         | member | author | moderator | admin | suspended | deleted
  reply            | open thread    | done   | done   | done      | done  | 403       | 403
  reply            | locked thread  | 403    | 403    | done      | done  | 403       | 403
  reply            | deleted thread | 404    | 404    | 404       | 404   | 403       | 403
  edit             | open thread    | 403    | done   | 403       | 403   | 403       | 403
  edit             | opening post   | 403    | done   | 403       | 403   | 403       | 403
  edit             | locked thread  | 403    | 403    | 403       | 403   | 403       | 403
  edit             | staff's, locked | 403   | 403    | done      | 403   | 403       | 403
  edit             | deleted reply  | 403    | 403    | 403       | 403   | 403       | 403
  edit             | deleted thread | 404    | 403    | 404       | 404   | 403       | 403
  delete           | open thread    | 403    | done   | 403       | 403   | 403       | 403
  delete           | opening post   | 403    | done   | 403       | 403   | 403       | 403
  delete           | locked thread  | 403    | done   | 403       | 403   | 403       | 403
  delete           | deleted reply  | 403    | done   | 403       | 403   | 403       | 403
  delete           | deleted thread | 404    | done   | 404       | 404   | 403       | 403
  restore          | open thread    | 403    | done   | 403       | 403   | 403       | 403
  restore          | locked thread  | 403    | done   | 403       | 403   | 403       | 403
  restore          | deleted reply  | 403    | done   | 403       | 403   | 403       | 403
  restore          | deleted thread | 404    | done   | 404       | 404   | 403       | 403
  upvote           | open thread    | done   | 403    | done      | done  | 403       | 403
  upvote           | opening post   | done   | 403    | done      | done  | 403       | 403
  upvote           | locked thread  | 403    | 403    | 403       | 403   | 403       | 403
  upvote           | staff's, locked | 403   | 403    | 403       | 403   | 403       | 403
  upvote           | deleted reply  | 403    | 403    | 403       | 403   | 403       | 403
  upvote           | deleted thread | 404    | 404    | 404       | 404   | 403       | 403
  downvote         | open thread    | done   | 403    | done      | done  | 403       | 403
  downvote         | locked thread  | 403    | 403    | 403       | 403   | 403       | 403
  downvote         | deleted reply  | 403    | 403    | 403       | 403   | 403       | 403
  downvote         | deleted thread | 404    | 404    | 404       | 404   | 403       | 403
  take a vote back | open thread    | done   | 403    | done      | done  | 403       | 403
  take a vote back | locked thread  | 403    | 403    | 403       | 403   | 403       | 403
  take a vote back | deleted reply  | 403    | 403    | 403       | 403   | 403       | 403
  take a vote back | deleted thread | 404    | 404    | 404       | 404   | 403       | 403
  lock             | open thread    | 403    | 403    | done      | done  | 403       | 403
  lock             | locked thread  | 403    | 403    | done      | done  | 403       | 403
  lock             | deleted thread | 403    | 403    | 404       | 404   | 403       | 403
  unlock           | open thread    | 403    | 403    | done      | done  | 403       | 403
  unlock           | locked thread  | 403    | 403    | done      | done  | 403       | 403
  unlock           | deleted thread | 403    | 403    | 404       | 404   | 403       | 403
  pin              | open thread    | 403    | 403    | done      | done  | 403       | 403
  pin              | locked thread  | 403    | 403    | done      | done  | 403       | 403
  pin              | deleted thread | 403    | 403    | 404       | 404   | 403       | 403
  unpin            | open thread    | 403    | 403    | done      | done  | 403       | 403
`;

type Row = { action: string; object: string; outcomes: Record<Person, string> };
const [HEADER = [], ...CELLS] = OUTCOMES.trim()
  .split("\n")
  .map((line) => line.split("|").map((cell) => cell.trim()));
const ROWS: Row[] = CELLS.map(([action = "", object = "", ...cells]) => ({
  action,
  object,
  outcomes: Object.fromEntries(HEADER.slice(2).map((person, at) => [person, cells[at]])) as Row["outcomes"],
}));

/** Something of the author's, or of the moderator's, to act on, as `object` describes it, on which `voter` has voted where that is to be undone. */
async function makeObject(
  object: string,
  voter: TestMember | null,
): Promise<{ thread: TestThread; reply: number }> {
  const author = object.startsWith("staff's") ? PEOPLE.moderator : PEOPLE.author;
  const thread = await makeThread(db, { author, category });
  const isOpening = object === "opening post" || object === "deleted thread";
  if (object !== "deleted thread") await makeReply(db, { author, thread });
  const reply = isOpening ? 1 : 2;
  if (voter && voter !== author) await voteAnyhow(thread.number, reply, voter);
  if (object.startsWith("deleted"))
    await deleteReply(db, { thread: thread.number, number: reply, authorId: author.id, deleted: true });
  if (object.includes("locked"))
    await db.execute(sql`update threads set status = 'locked' where number = ${thread.number}`);
  return { thread, reply };
}

/** A vote from before what keeps the voter from voting now. */
async function voteAnyhow(thread: number, reply: number, voter: TestMember): Promise<void> {
  await db.execute(sql`
    with voted as (
      update thread_replies r set score = r.score + 1 from threads t
      where t.id = r.thread_id and t.number = ${thread} and r.number = ${reply}::integer
      returning r.id, r.thread_id, r.number
    ), thread as (
      update threads set score = score + 1 where id in (select thread_id from voted where voted.number = 1)
    )
    insert into reply_votes (id, reply_id, voter_id, value)
    select gen_random_uuid(), id, ${voter.id}, 1 from voted`);
}

type Twin = (path: string) => string;
const TWINS: Record<string, Twin> = { page: (path) => path, ".data": dataTwin };

type Target = Awaited<ReturnType<typeof makeObject>>;

/** Does it with this cookie, and says how it ended: only what the rows bear out counts as "done". */
async function outcomeOf(row: Row, twin: Twin, target: Target, person: TestMember, Cookie: string) {
  const action = ACTIONS[row.action];
  if (!action) throw new Error(`There is no action ${row.action}.`);
  const { number } = target.thread;
  const before = await threadRow(db, number);
  const path = `/t/${number}/${action.rest.replace(":reply", String(target.reply))}`;
  const answer = await readAnswer(await site.fetch(twin(path), { form: action.form, headers: { Cookie } }));
  const after = await threadRow(db, number);
  const isHeld = answer.location?.startsWith("/continue/");
  if (!isHeld && (answer.status === 303 || answer.status === 200)) {
    expect(after).toMatchObject(action.effect(person));
    return "done";
  }
  expect(after).toEqual(before);
  return isHeld ? "held" : String(answer.status);
}

test("every action is tried on every object, by everyone", () => {
  expect(HEADER.slice(2)).toEqual(Object.keys(PEOPLE));
  expect(new Set(ROWS.map(({ action }) => action))).toEqual(new Set(Object.keys(ACTIONS)));
  for (const action of Object.keys(ACTIONS)) {
    const objects = ROWS.filter((row) => row.action === action).map(({ object }) => object);
    expect(objects, action).toEqual(
      expect.arrayContaining(action === "unpin" ? [] : ["open thread", "locked thread"]),
    );
  }
});

for (const [kind, twin] of Object.entries(TWINS)) {
  test.for(ROWS)(`$action, $object, by everyone (${kind})`, async (row) => {
    const tried = Object.entries(PEOPLE).map(async ([name, person]) => {
      const target = await makeObject(row.object, row.action === "take a vote back" ? person : null);
      return [name, await outcomeOf(row, twin, target, person, await site.signIn(person))];
    });
    expect(Object.fromEntries(await Promise.all(tried))).toEqual(row.outcomes);
  });

  test.for(ROWS)(`$action, $object, without a session that counts (${kind})`, async (row) => {
    const person = PEOPLE[ACTIONS[row.action]?.by ?? "member"];
    const target = await makeObject(row.object, row.action === "take a vote back" ? person : null);
    for (const [name, flaws] of Object.entries(NO_SESSIONS)) {
      const Cookie = flaws ? await site.signIn(person, flaws) : "";
      expect(await outcomeOf(row, twin, target, person, Cookie), name).toBe("held");
    }
  });
}

test.for(Object.entries(TWINS))("a new thread and settings, by everyone (%s)", async ([, twin]) => {
  for (const [name, person] of Object.entries(PEOPLE)) {
    const isBarred = name === "suspended" || name === "deleted";
    for (const flaws of [{}, ...Object.values(NO_SESSIONS)]) {
      const isSignedIn = flaws !== null && Object.keys(flaws).length === 0;
      const Cookie = flaws ? await site.signIn(person, flaws) : "";
      const expected = !isSignedIn ? "held" : isBarred ? "403" : "done";
      expect(await newThreadOutcome(twin, person, Cookie), `${name} ${JSON.stringify(flaws)}`).toBe(expected);
      expect(await settingsOutcome(twin, person, Cookie), `${name} ${JSON.stringify(flaws)}`).toBe(expected);
    }
  }
});

async function newThreadOutcome(twin: Twin, person: TestMember, Cookie: string): Promise<string> {
  const before = await countThreads(db, person.id);
  const form = { title: "Another thread", category, body: "Its opening post." };
  const { status, location } = await readAnswer(
    await site.fetch(twin("/t/new"), { form, headers: { Cookie } }),
  );
  const made = (await countThreads(db, person.id)) - before;
  const isHeld = location?.startsWith("/continue/");
  expect(made).toBe(status === 303 && !isHeld ? 1 : 0);
  return isHeld ? "held" : status === 303 ? "done" : String(status);
}

async function settingsOutcome(twin: Twin, person: TestMember, Cookie: string): Promise<string> {
  const chosen = `${person.handle.slice(0, 20)}-${Math.random().toString(36).slice(2, 8)}`;
  const form = { handle: chosen, colorScheme: "dark", dateStyle: "absolute" };
  const { status, location } = await readAnswer(
    await site.fetch(twin("/settings"), { form, headers: { Cookie } }),
  );
  const [row] = await db.execute<{ handle: string }>(
    sql`select handle from members where user_id = ${person.id}`,
  );
  const isHeld = location?.startsWith("/continue/");
  expect(row?.handle === chosen).toBe(status === 303 && !isHeld);
  return isHeld ? "held" : status === 303 ? "done" : String(status);
}

test("after all of this every counter holds", async () => {
  expect(await verify(db)).toEqual([]);
});
