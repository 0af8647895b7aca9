import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { addCategory, changeCategory, mergeCategory, removeCategory } from "#app/db/categories.server.ts";
import { recordClerkEvent } from "#app/db/identity.server.ts";
import { finishImport } from "#app/db/import.server.ts";
import { saveSettings, setRole, setSuspension } from "#app/db/members.server.ts";
import { createPicture, deletePicture } from "#app/db/pictures.server.ts";
import { deleteReply, editReply } from "#app/db/replies.server.ts";
import { lockThread, pinThread } from "#app/db/threads.server.ts";
import { castVote } from "#app/db/votes.server.ts";
import type { EventKind } from "#app/domain/events.ts";
import { SCORE_WAIT_MS } from "#app/domain/keeping.ts";
import { threadPath } from "#app/paths.ts";
import { makeCategory, makeReply, makeThread } from "#test/forum.ts";
import { testSite } from "#test/site.ts";

const site = await testSite();
const { db } = site;
const ada = await site.makeMember();
const ben = await site.makeMember();
const eve = await site.makeMember();
const moderator = await site.makeMember({ role: "moderator" });
const near = await makeCategory(db);
const far = await makeCategory(db);

/** Ada's, with two pages, on the second of which Ben wrote. */
const thread = await makeThread(db, { author: ada, category: near, title: "The thread" });
for (let number = 2; number <= 21; number += 1) await makeReply(db, { author: ben, thread });
/** In a category that no test reads the list of. */
const voted = await makeThread(db, {
  author: moderator,
  category: await makeCategory(db),
  title: "Voted on",
});
/** Beside Ada's in its category, and in another one. */
const neighbour = await makeThread(db, { author: eve, category: near, title: "Its neighbour" });
const stranger = await makeThread(db, { author: eve, category: far, title: "A stranger" });
const missing = stranger.number + 1;

/** Every kind of page. */
const PAGES = {
  home: "/",
  "home by score": "/?sort=top",
  category: `/c/${near}`,
  "other category": `/c/${far}`,
  "page 1": threadPath(thread),
  "page 2": threadPath(thread, 2),
  "wrong slug": `/t/${thread.number}/wrong`,
  neighbour: threadPath(neighbour),
  stranger: threadPath(stranger),
  "Ada's threads": `/u/${ada.handle}`,
  "Ada's replies": `/u/${ada.handle}?show=replies`,
  "Ben's threads": `/u/${ben.handle}`,
  "Ben's replies": `/u/${ben.handle}?show=replies`,
  "Eve's threads": `/u/${eve.handle}`,
  "no thread": `/t/${missing}/not-yet`,
  "no category": "/c/no-such-category",
  "no member": "/u/nobody-at-all",
  "no address": "/nowhere",
};
type Name = keyof typeof PAGES;

const ALL = Object.keys(PAGES) as Name[];
/** What shows no fact that a change could name ends by its age alone. */
const UNNAMED: Name[] = ["no member", "no address"];
/** In order of score a list renews by its age, and says nothing of what moves it. */
const LISTS: Name[] = ["home", "category"];
const OF_THREAD: Name[] = ["page 1", "page 2", "wrong slug"];

async function cacheOf(name: Name): Promise<string | null> {
  const response = await site.fetch(PAGES[name]);
  await response.text();
  return response.headers.get("Cache-Status");
}

const revisionOf = async (number: number): Promise<number> => {
  const [row] = await db.execute<{ revision: number }>(sql`
    select revision from thread_replies
    where number = ${number} and thread_id = (select id from threads where number = ${thread.number})`);
  return row?.revision ?? 0;
};

/** Changes the text of a reply, and of the opening post the title too. */
const edit = async (number: number, title: string | null) =>
  editReply(db, {
    thread: thread.number,
    number,
    authorId: number === 1 ? ada.id : ben.id,
    body: `Edited ${crypto.randomUUID()}.`,
    title,
    revision: await revisionOf(number),
  });

const remove = (number: number, deleted: boolean) =>
  deleteReply(db, { thread: thread.number, number, authorId: ben.id, deleted });

const later = new Date(Date.now() + 60_000);
const clerkUpdate = ({ id, handle }: typeof ada, firstName: string) =>
  recordClerkEvent(db, {
    kind: "saved",
    id,
    email: null,
    firstName,
    lastName: null,
    username: handle,
    imageUrl: null,
    updatedAt: later,
    tie: "1",
  });

const settings = { colorScheme: "dark", dateStyle: "absolute" } as const;

/** Where somebody's name stands: Ben wrote last in the thread, whose head names Ada, who started it; Eve started the two others. */
const NAMING = {
  ada: ["home", "home by score", "category", ...OF_THREAD, "Ada's threads", "Ada's replies"],
  ben: ["home", "home by score", "category", ...OF_THREAD, "Ben's threads", "Ben's replies"],
  eve: [...LISTS, "home by score", "other category", "neighbour", "stranger", "Eve's threads"],
} satisfies Record<string, Name[]>;

/** Where a thread's title and state stand. */
const OF_STATE: Name[] = [...LISTS, "home by score", ...OF_THREAD, "Ada's threads", "Ben's replies"];

const A_REPLY: Name[] = [...LISTS, ...OF_THREAD, "Ben's replies", "Ada's threads"];
/** Every page with the forum's frame names all categories. */
const FRAMED: Name[] = [
  ...LISTS,
  "home by score",
  "other category",
  ...OF_THREAD,
  "neighbour",
  "stranger",
  "Ada's threads",
  "Ada's replies",
  "Ben's threads",
  "Ben's replies",
  "Eve's threads",
];
/** And an address that is no category's may be one's now. */
const OF_CATEGORIES: Name[] = [...FRAMED, "no category"];
/** Once Eve, whose page is the last of them, is gone; "no thread" is one of Ada's by then. */
const FRAMED_AT_LAST: Name[] = [...FRAMED.filter((name) => name !== "Eve's threads"), "no thread"];

/** For each thing that can happen, as its functions write it: which pages are dropped. Every other one stays kept. */
const EVENTS: [what: string, act: () => Promise<unknown>, goes: Name[]][] = [
  ["a reply", () => makeReply(db, { author: ben, thread }), A_REPLY],
  [
    "an opening post that is deleted, which replies say on each page",
    () => deleteReply(db, { thread: thread.number, number: 1, authorId: ada.id, deleted: true }),
    OF_THREAD,
  ],
  [
    "the same opening post, restored",
    () => deleteReply(db, { thread: thread.number, number: 1, authorId: ada.id, deleted: false }),
    OF_THREAD,
  ],
  ["a reply that is edited", () => edit(21, null), ["page 2", "Ben's replies"]],
  ["an opening post that is edited", () => edit(1, "The thread"), ["page 1", "wrong slug"]],
  ["another title", () => edit(1, "The thread, said otherwise"), OF_STATE],
  ["the title as it was", () => edit(1, "The thread"), OF_STATE],
  ["a reply that is deleted", () => remove(22, true), A_REPLY],
  ["a reply that is restored", () => remove(22, false), A_REPLY],
  ["a lock", () => lockThread(db, { number: thread.number, locked: true, by: moderator.id }), OF_STATE],
  [
    "a lock that is taken off",
    () => lockThread(db, { number: thread.number, locked: false, by: moderator.id }),
    OF_STATE,
  ],
  [
    "a lock on what is open already",
    () => lockThread(db, { number: thread.number, locked: false, by: moderator.id }),
    [],
  ],
  ["a pin", () => pinThread(db, { number: thread.number, pinned: true, by: moderator.id }), OF_STATE],
  // The moderator has started a thread of their own, which is listed.
  ["a name of who pinned it", () => clerkUpdate(moderator, "Mo"), ["home", "home by score", ...OF_THREAD]],
  ["a picture and a name at Clerk", () => clerkUpdate(ada, "Augusta"), NAMING.ada],
  ["the same at Clerk once more", () => clerkUpdate(ada, "Augusta"), []],
  ["colours and dates", () => saveSettings(db, ben.id, { handle: ben.handle, ...settings }), []],
  ["a role", () => setRole(db, ben.handle, "moderator"), NAMING.ben],
  [
    "a suspension",
    () => setSuspension(db, ben.handle, { until: "2100-01-01T00:00:00Z", reason: "Noise" }),
    NAMING.ben,
  ],
  ["a category", () => addCategory(db, { slug: "new-one", name: "New", description: "" }), OF_CATEGORIES],
  ["a category that is removed", () => removeCategory(db, "new-one"), OF_CATEGORIES],
  ["a category's other name", () => changeCategory(db, near, { name: "Nearby" }), OF_CATEGORIES],
  ["a category's name as it is", () => changeCategory(db, near, { name: "Nearby" }), []],
  ["a category's other slug", () => changeCategory(db, near, { slug: "moved" }), OF_CATEGORIES],
  ["a category's slug as it was", () => changeCategory(db, "moved", { slug: near }), OF_CATEGORIES],
  ["a category's other place", () => changeCategory(db, near, { position: 9 }), OF_CATEGORIES],
  ["a category's other colour", () => changeCategory(db, near, { color: "teal" }), OF_CATEGORIES],
  [
    "a thread",
    () => makeThread(db, { author: ada, category: far, title: "Not yet" }),
    ["home", "other category", "no thread", "Ada's threads"],
  ],
  [
    "a thread that nobody has answered, deleted with its opening post",
    () => deleteReply(db, { thread: neighbour.number, number: 1, authorId: eve.id, deleted: true }),
    [...LISTS, "home by score", "neighbour", "Eve's threads"],
  ],
  [
    "the same thread, restored",
    () => deleteReply(db, { thread: neighbour.number, number: 1, authorId: eve.id, deleted: false }),
    [...LISTS, "neighbour", "Eve's threads"],
  ],
  ["a picture that is removed", () => removePicture(), []],
  ["an import", () => finishImport(db), ALL.filter((name) => !UNNAMED.includes(name))],
  [
    "an account that is deleted",
    () => recordClerkEvent(db, { kind: "deleted", id: eve.id, deletedAt: new Date() }),
    NAMING.eve,
  ],
  [
    "a category that is merged into another one",
    () => mergeCategory(db, far, { into: near }),
    [...FRAMED_AT_LAST, "no category"],
  ],
];

/** Uploads and deletes a picture, which has no bytes here; the sweep removes it. */
async function removePicture(): Promise<void> {
  const picture = { hash: "0".repeat(32), kind: "png", width: 1, height: 1, bytes: 1 } as const;
  await createPicture(db, { ...picture, ownerId: ada.id });
  await deletePicture(db, { hash: picture.hash, ownerId: ada.id });
}

async function keepAll(): Promise<void> {
  for (const name of ALL) await cacheOf(name);
  for (const name of ALL) expect([name, await cacheOf(name)]).toEqual([name, "edgewise; hit"]);
}

async function dropped(): Promise<Name[]> {
  const gone: Name[] = [];
  for (const name of ALL) if ((await cacheOf(name)) !== "edgewise; hit") gone.push(name);
  return gone;
}

test.each(EVENTS)("%s drops the pages that show it, and no others", async (_, act, goes) => {
  await site.sweep();
  await keepAll();
  await act();
  await site.sweep();
  expect((await dropped()).sort()).toEqual([...goes].sort());
});

/** An answer that names nothing is kept for a minute, which may end while a score waits. Eve has no page any more. */
const ENDED_BY_AGE: Name[] = [...UNNAMED, "Eve's threads"];

// The two that wait for the purge of a score wait at once.
test.concurrent("a vote drops its page within a minute, and no list", async ({ expect }) => {
  await site.sweep();
  await keepAll();
  const ids = { thread: thread.number, voterId: moderator.id };
  await castVote(db, { ...ids, number: 2, value: 1 });
  await site.sweep();
  expect(SCORE_WAIT_MS).toBeLessThan(60_000);
  expect(await dropped()).toEqual([]);
  const gone = new Set<Name>();
  await expect
    .poll(async () => {
      for (const name of await dropped()) if (!ENDED_BY_AGE.includes(name)) gone.add(name);
      return [...gone].sort();
    })
    .toEqual(["page 1", "wrong slug"]);
});

test.concurrent("readers see a vote (within a minute) at once, wherever it shows", async ({ expect }) => {
  const text = async () => (await site.fetch(threadPath(voted))).text();
  expect(await text()).not.toContain('data-score="1"');
  const form = { value: "1" };
  const { status } = await site.fetch(`/t/${voted.number}/replies/1/vote`, { as: ada, form });
  expect(status).toBe(303);
  await expect.poll(text).toContain('data-score="1"');
});

/** The compiler asks here for a kind that is new, and the test then for a row above that lets it happen. */
const KINDS: Record<EventKind, true> = {
  "category-added": true,
  "category-changed": true,
  "category-merged": true,
  "category-removed": true,
  "import-finished": true,
  "member-changed": true,
  "member-deleted": true,
  "member-suspended": true,
  "picture-removed": true,
  "preferences-saved": true,
  "reply-deleted": true,
  "reply-edited": true,
  "reply-restored": true,
  "reply-written": true,
  "role-set": true,
  "thread-deleted": true,
  "thread-locked": true,
  "thread-pinned": true,
  "thread-restored": true,
  "thread-retitled": true,
  "thread-started": true,
  "vote-cast": true,
};

test("every kind of event that there is was tried", async () => {
  const rows = await db.execute<{ kind: string }>(sql`select distinct kind from events order by kind`);
  expect(rows.map(({ kind }) => kind)).toEqual(Object.keys(KINDS).sort());
});
