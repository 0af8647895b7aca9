import { randomUUID } from "node:crypto";
import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { THREADS_PER_PAGE } from "#app/domain/limits.ts";
import { SORTS } from "#app/domain/paging.ts";
import { testDatabase } from "#test/database.ts";
import { makeCategory, makeReply, makeThread, makeVote } from "#test/forum.ts";
import { deleteMember, makeMember } from "#test/people.ts";
import { meet } from "#test/race.ts";
import { changeCategory } from "./categories.server.ts";
import { getMemberPage } from "./members.server.ts";
import { deleteReply, getReply } from "./replies.server.ts";
import {
  createThread,
  getCategoryPage,
  getHomePage,
  getThreadPage,
  listCategories,
  lockThread,
  pinThread,
} from "./threads.server.ts";
import { verify } from "./verify.server.ts";

const { db, connect } = await testDatabase();
const category = await makeCategory(db, { slug: "support", name: "Support", position: 1 });
const ada = await makeMember(db, { handle: "ada" });
const ben = await makeMember(db, { handle: "ben" });
const moderator = await makeMember(db, { role: "moderator" });
const admin = await makeMember(db, { role: "admin" });
const suspended = await makeMember(db, { suspendedUntil: new Date(Date.now() + 3_600_000) });
const suspendedOnce = await makeMember(db, { suspendedUntil: new Date(Date.now() - 3_600_000) });
const gone = await makeMember(db);
await deleteMember(db, gone);

function newThread(changes: Partial<Parameters<typeof createThread>[1]> = {}) {
  return {
    authorId: ada.id,
    category,
    title: "A title",
    body: "**Text**",
    submission: randomUUID(),
    ...changes,
  };
}

async function counted(slug: string) {
  const [row] = await db.execute(sql`
    select thread_count as threads, reply_count as replies from categories where slug = ${slug}`);
  return row;
}

test("a thread is a row with an opening post, and its category counts it", async () => {
  const slug = await makeCategory(db);
  const created = await createThread(db, newThread({ category: slug, title: "Hello" }));
  expect(created).toEqual({ outcome: "done", number: expect.any(Number), title: "Hello" });
  if (created.outcome !== "done") return;
  const page = await getThreadPage(db, { number: created.number, page: 1, viewerId: null });
  expect(page).toMatchObject({
    number: created.number,
    title: "Hello",
    status: "open",
    isPinned: false,
    isDeleted: false,
    authorId: ada.id,
    replyCount: 0,
    lastNumber: 1,
    category: { slug, name: slug },
    replies: [
      {
        number: 1,
        authorId: ada.id,
        author: { handle: "ada", role: "member", isDeleted: false },
        bodyHtml: "<p><strong>Text</strong></p>",
        replyTo: null,
        score: 0,
        vote: 0,
        isDeleted: false,
        editedAt: null,
      },
    ],
  });
  expect(await counted(slug)).toEqual({ threads: 1, replies: 0 });
});

test("50 arrivals of one form at once make one thread, and all answers lead to it", async () => {
  const slug = await makeCategory(db);
  const thread = newThread({ category: slug });
  const answers = await Promise.all(connect(50).map((connection) => createThread(connection, thread)));
  expect(answers[0]).toMatchObject({ outcome: "done" });
  expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
  expect(await counted(slug)).toEqual({ threads: 1, replies: 0 });
  expect(
    await db.execute(sql`
      select t.number::integer as number from threads t join categories c on c.id = t.category_id where c.slug = ${slug}`),
  ).toHaveLength(1);
  expect(await createThread(db, thread)).toEqual(answers[0]);
});

test("one submission id of two people is two threads", async () => {
  const thread = newThread();
  const [first, second] = [
    await createThread(db, thread),
    await createThread(db, { ...thread, authorId: ben.id }),
  ];
  expect(second).toMatchObject({ outcome: "done" });
  expect(second).not.toEqual(first);
});

test("a category that is not there is said so, and nothing is written", async () => {
  const thread = newThread({ category: "none" });
  expect(await createThread(db, thread)).toEqual({ outcome: "refused", refusal: "no-category" });
  expect(
    await db.execute(sql`select 1 from thread_replies where submission = ${thread.submission}::uuid`),
  ).toEqual([]);
});

test.each([
  ["suspended", suspended.id, "suspended"],
  ["deleted", gone.id, "account-deleted"],
  ["unknown", "user_nobody", "signed-out"],
])("a member who is %s is refused by the statement itself", async (_, authorId, refusal) => {
  const thread = newThread({ authorId });
  expect(await createThread(db, thread)).toEqual({ outcome: "refused", refusal });
  expect(
    await db.execute(sql`select 1 from thread_replies where submission = ${thread.submission}::uuid`),
  ).toEqual([]);
});

test("a suspension that is over keeps nobody from writing", async () => {
  expect(await createThread(db, newThread({ authorId: suspendedOnce.id }))).toMatchObject({
    outcome: "done",
  });
});

test("staff lock and open a thread, and the row says who did and when", async () => {
  const { number } = await makeThread(db, { author: ada, category });
  const state = () =>
    db.execute(sql`
      select status, status_set_by as by, status_set_at = now() as "isNow" from threads where number = ${number}`);
  expect(await lockThread(db, { number, locked: true, by: moderator.id })).toMatchObject({
    outcome: "done",
    number,
  });
  expect(await state()).toEqual([{ status: "locked", by: moderator.id, isNow: false }]);
  expect(await lockThread(db, { number, locked: false, by: admin.id })).toMatchObject({ outcome: "done" });
  expect(await state()).toEqual([{ status: "open", by: admin.id, isNow: false }]);
});

test("staff pin and unpin a thread, and the row says who did", async () => {
  const { number } = await makeThread(db, { author: ada, category });
  const state = () =>
    db.execute(sql`select is_pinned as "isPinned", pinned_by as by from threads where number = ${number}`);
  await pinThread(db, { number, pinned: true, by: moderator.id });
  expect(await state()).toEqual([{ isPinned: true, by: moderator.id }]);
  await pinThread(db, { number, pinned: false, by: admin.id });
  expect(await state()).toEqual([{ isPinned: false, by: admin.id }]);
});

const suspendedModerator = await makeMember(db, {
  role: "moderator",
  suspendedUntil: new Date(Date.now() + 3_600_000),
});
const goneModerator = await makeMember(db, { role: "moderator" });
await deleteMember(db, goneModerator);

test.each([
  ["the author", ada.id, "not-staff"],
  ["another member", ben.id, "not-staff"],
  ["a suspended moderator", suspendedModerator.id, "suspended"],
  ["a moderator whose account is deleted", goneModerator.id, "account-deleted"],
  ["nobody known", "user_nobody", "signed-out"],
])("%s can neither lock nor pin", async (_, by, refusal) => {
  const { number } = await makeThread(db, { author: ada, category });
  expect(await lockThread(db, { number, locked: true, by })).toEqual({ outcome: "refused", refusal });
  expect(await pinThread(db, { number, pinned: true, by })).toEqual({ outcome: "refused", refusal });
  expect(await db.execute(sql`select status, is_pinned from threads where number = ${number}`)).toEqual([
    { status: "open", is_pinned: false },
  ]);
});

test("a thread that is not there, or deleted, is neither locked nor pinned", async () => {
  const { number } = await makeThread(db, { author: ada, category });
  await deleteReply(db, { thread: number, number: 1, authorId: ada.id, deleted: true });
  for (const each of [number, 999_999_999]) {
    expect(await lockThread(db, { number: each, locked: true, by: admin.id })).toEqual({
      outcome: "missing",
    });
    expect(await pinThread(db, { number: each, pinned: true, by: admin.id })).toEqual({ outcome: "missing" });
  }
});

test("who lost their role while they locked is refused", async () => {
  const demoted = await makeMember(db, { role: "moderator" });
  const { number } = await makeThread(db, { author: ada, category });
  const [, answer] = await meet(
    connect,
    (first) => first.execute(sql`update members set role = 'member' where user_id = ${demoted.id}`),
    (second) => lockThread(second, { number, locked: true, by: demoted.id }),
  );
  expect(answer).toEqual({ outcome: "refused", refusal: "not-staff" });
});

test("a page of a thread has its 20 replies, with the viewer's votes and what was answered", async () => {
  const thread = await makeThread(db, { author: ada, category });
  for (let number = 2; number <= 41; number += 1)
    await makeReply(db, { author: ben, thread, replyTo: number === 21 ? 3 : null });
  await makeVote(db, { voter: ada, thread, number: 22, value: -1 });
  const page = await getThreadPage(db, { number: thread.number, page: 2, viewerId: ada.id });
  expect(page?.replies.map(({ number }) => number)).toEqual(Array.from({ length: 20 }, (_, at) => at + 21));
  expect(page?.replies[0]?.replyTo).toEqual({
    number: 3,
    handle: "ben",
    authorId: ben.id,
    isDeleted: false,
  });
  expect(page?.replies[1]).toMatchObject({ score: -1, vote: -1 });
  expect(page).toMatchObject({ lastNumber: 41, replyCount: 40 });
  const stranger = await getThreadPage(db, { number: thread.number, page: 2, viewerId: null });
  expect(stranger?.replies[1]).toMatchObject({ score: -1, vote: 0 });
  const last = await getThreadPage(db, { number: thread.number, page: 3, viewerId: null });
  expect(last?.replies.map(({ number }) => number)).toEqual([41]);
});

test("a page says who locked and pinned its thread, when, and the reason of the last time", async () => {
  const thread = await makeThread(db, { author: ada, category });
  const { number } = thread;
  const page = async () => {
    const found = await getThreadPage(db, { number, page: 1, viewerId: null });
    return { author: found?.author, lock: found?.lock, pin: found?.pin };
  };
  expect(await page()).toEqual({ author: "ada", lock: null, pin: null });
  const mod = await makeMember(db, { role: "moderator", handle: "mod-of-the-day" });
  await lockThread(db, { number, locked: true, by: admin.id, reason: "The first reason" });
  await lockThread(db, { number, locked: false, by: admin.id });
  await lockThread(db, { number, locked: true, by: mod.id, reason: "It is answered" });
  await lockThread(db, { number, locked: true, by: admin.id, reason: "It was locked already" });
  await pinThread(db, { number, pinned: true, by: mod.id });
  const by = { id: mod.id, handle: "mod-of-the-day", isDeleted: false };
  const at = expect.stringMatching(/^\d{4}-/);
  expect(await page()).toEqual({
    author: "ada",
    lock: { by, at, reason: "It is answered" },
    pin: { by, at, reason: null },
  });
  await deleteMember(db, mod);
  expect(await page()).toMatchObject({
    lock: { by: { id: mod.id, isDeleted: true }, reason: "It is answered" },
  });
  // As an import brings it that names nobody.
  await db.execute(sql`
    update threads set status_set_by = null, status_set_at = null, pinned_by = null where number = ${number}`);
  expect(await page()).toMatchObject({ lock: { by: null, at: null }, pin: { by: null } });
});

test("a reply says that what it answers is deleted, wherever that stands", async () => {
  const thread = await makeThread(db, { author: ada, category });
  for (let number = 2; number <= 21; number += 1)
    await makeReply(db, { author: ben, thread, replyTo: number > 2 ? 2 : null });
  await deleteReply(db, { thread: thread.number, number: 2, authorId: ben.id, deleted: true });
  for (const page of [1, 2]) {
    const found = await getThreadPage(db, { number: thread.number, page, viewerId: null });
    expect(found?.replies.at(-1)?.replyTo).toMatchObject({ number: 2, isDeleted: true });
  }
});

test("a deleted reply leaves its place on its page, and its words to nobody", async () => {
  const thread = await makeThread(db, { author: ada, category });
  const number = await makeReply(db, { author: ben, thread, body: "A secret" });
  await makeReply(db, { author: ada, thread });
  await deleteReply(db, { thread: thread.number, number, authorId: ben.id, deleted: true });
  for (const viewerId of [null, ben.id]) {
    const page = await getThreadPage(db, { number: thread.number, page: 1, viewerId });
    expect(page?.replies.map((reply) => [reply.number, reply.isDeleted])).toEqual([
      [1, false],
      [2, true],
      [3, false],
    ]);
    expect(JSON.stringify(page)).not.toContain("A secret");
  }
});

test("a deleted thread is there for its author alone", async () => {
  const thread = await makeThread(db, { author: ada, category });
  await deleteReply(db, { thread: thread.number, number: 1, authorId: ada.id, deleted: true });
  const seenBy = (viewerId: string | null) => getThreadPage(db, { number: thread.number, page: 1, viewerId });
  expect(await seenBy(null)).toBeNull();
  expect(await seenBy(ben.id)).toBeNull();
  expect(await seenBy(admin.id)).toBeNull();
  expect(await seenBy(ada.id)).toMatchObject({ isDeleted: true });
});

test("the home page begins with the three threads that were pinned last, and says of no other that it is pinned", async () => {
  const { db: own } = await testDatabase();
  const [author, moderator] = [await makeMember(own), await makeMember(own, { role: "moderator" })];
  const slug = await makeCategory(own);
  const threads = [];
  for (let count = 0; count < THREADS_PER_PAGE + 5; count += 1)
    threads.push((await makeThread(own, { author, category: slug })).number);
  const pin = (number = 0) => pinThread(own, { number, pinned: true, by: moderator.id });
  for (const at of [3, 0, 2, 1]) await pin(threads[at]);
  for (const sort of SORTS) {
    const { threads: first } = await getHomePage(own, { sort, after: null });
    const ofPinned = first.filter(({ isPinned }) => isPinned).map(({ number }) => number);
    expect([sort, first.slice(0, 3).map(({ number }) => number)]).toEqual([sort, ofPinned]);
    expect([sort, ofPinned.toSorted()]).toEqual([sort, threads.slice(0, 3).toSorted()]);
    expect(first.slice(3).map(({ number }) => number)).toEqual(threads.slice(7).toReversed());
    const last = first[THREADS_PER_PAGE - 1] as (typeof first)[number];
    const key = { latest: last.lastActivityAt, new: last.createdAt, top: last.score }[sort];
    const after = { isPinned: last.isPinned, key, number: last.number };
    const { threads: further } = await getHomePage(own, { sort, after });
    expect(further.map(({ number, isPinned }) => [number, isPinned])).toEqual(
      threads
        .slice(0, 8)
        .toReversed()
        .map((number) => [number, false]),
    );
  }
});

test("every page names the categories in their order, and the home page has a line on each", async () => {
  const slug = await makeCategory(db, { position: -2, name: "First" });
  await changeCategory(db, slug, { color: "teal", description: "What comes first." });
  const thread = await makeThread(db, { author: ada, category: slug });
  const [home, category, page, member, reply] = [
    await getHomePage(db, { sort: "latest", after: null }),
    await getCategoryPage(db, slug, { sort: "latest", after: null }),
    await getThreadPage(db, { number: thread.number, page: 1, viewerId: null }),
    await getMemberPage(db, "ada", { show: "replies", before: null }),
    await getReply(db, { thread: thread.number, number: null, viewerId: ada.id }),
  ];
  const names = await listCategories(db);
  expect(names[0]).toEqual({ slug, name: "First", color: "teal" });
  for (const named of [category, page, member, reply]) expect(named?.categories).toEqual(names);
  expect(home.categories[0]).toEqual({ ...names[0], description: "What comes first." });
  expect(home.categories.map(({ description: _, ...name }) => name)).toEqual(names);
});

test("a thread of a list names who wrote last", async () => {
  const slug = await makeCategory(db);
  const thread = await makeThread(db, { author: ada, category: slug });
  const listed = async () => (await getCategoryPage(db, slug, { sort: "latest", after: null }))?.threads[0];
  expect(await listed()).toMatchObject({
    number: thread.number,
    author: { handle: "ada" },
    lastAuthor: "ada",
  });
  await makeReply(db, { author: ben, thread });
  expect(await listed()).toMatchObject({ author: { handle: "ada" }, lastAuthor: "ben", replyCount: 1 });
});

test("a category lists its pinned threads first, and none of another's or deleted", async () => {
  const slug = await makeCategory(db);
  const [first, second, third] = [
    await makeThread(db, { author: ada, category: slug }),
    await makeThread(db, { author: ada, category: slug }),
    await makeThread(db, { author: ada, category: slug }),
  ];
  await makeThread(db, { author: ada, category });
  await pinThread(db, { number: first.number, pinned: true, by: admin.id });
  await deleteReply(db, { thread: second.number, number: 1, authorId: ada.id, deleted: true });
  const page = await getCategoryPage(db, slug, { sort: "latest", after: null });
  expect(page?.threads.map(({ number }) => number)).toEqual([first.number, third.number]);
  expect(page).toMatchObject({ slug, threadCount: 2, replyCount: 0 });
});

test("a category that is not there has no page", async () => {
  expect(await getCategoryPage(db, "none", { sort: "new", after: null })).toBeNull();
});

test("categories are listed by position, then by name", async () => {
  const position = 1000;
  const b = await makeCategory(db, { name: "B", position });
  const a = await makeCategory(db, { name: "A", position });
  expect((await listCategories(db)).slice(-2)).toEqual([
    { slug: a, name: "A", color: "sky" },
    { slug: b, name: "B", color: "sky" },
  ]);
});

test("every counter is right after all of this", async () => {
  expect(await verify(db)).toEqual([]);
});
