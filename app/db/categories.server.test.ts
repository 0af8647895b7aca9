import { randomUUID } from "node:crypto";
import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { CATEGORY_COLORS, CategoryForm } from "#app/domain/category.ts";
import { testDatabase } from "#test/database.ts";
import { makeReply, makeThread, type TestThread } from "#test/forum.ts";
import { makeMember } from "#test/people.ts";
import { meet } from "#test/race.ts";
import {
  addCategory,
  changeCategory,
  listCategoryCounts,
  mergeCategory,
  removeCategory,
} from "./categories.server.ts";
import type { Database } from "./client.server.ts";
import { deleteReply } from "./replies.server.ts";
import { createThread, getCategoryPage } from "./threads.server.ts";
import { verify } from "./verify.server.ts";

const { db, connect } = await testDatabase();

async function add(category: Partial<CategoryInput>) {
  return addCategory(db, CategoryForm.parse({ slug: "x", name: "X", ...category }));
}
type CategoryInput = { slug: string; name: string; description: string; position: number };

async function idOf(slug: string): Promise<string> {
  const [row] = await db.execute<{ id: string }>(sql`select id from categories where slug = ${slug}`);
  return row?.id ?? "";
}

/** What happened to a category, as it is stored. */
async function eventsOf(id: string): Promise<string[]> {
  const rows = await db.execute<{ kind: string }>(
    sql`select kind from events where data = json_build_object('category', ${id}::text)::jsonb order by id`,
  );
  return rows.map(({ kind }) => kind);
}

test("categories are added in order, listed, and removed while they are empty", async () => {
  const done = { outcome: "done" };
  expect(await add({ slug: "support", name: "Support", description: "Questions" })).toEqual(done);
  expect(await add({ slug: "news", name: "News", position: 0 })).toEqual(done);
  expect(await add({ slug: "chat", name: "Chat" })).toEqual(done);
  expect(await add({ slug: "chat", name: "Talk" })).toEqual({ outcome: "conflict" });
  expect(await listCategoryCounts(db)).toEqual([
    { slug: "news", name: "News", color: "orange", position: 0, threads: 0, replies: 0 },
    { slug: "support", name: "Support", color: "sky", position: 1, threads: 0, replies: 0 },
    { slug: "chat", name: "Chat", color: "green", position: 2, threads: 0, replies: 0 },
  ]);
  const author = await makeMember(db);
  const thread = await makeThread(db, { author, category: "support" });
  const [support, chat] = [await idOf("support"), await idOf("chat")];
  expect(await removeCategory(db, "support")).toEqual({ outcome: "conflict", threads: 1, deleted: 0 });
  await deleteReply(db, { thread: thread.number, number: 1, authorId: author.id, deleted: true });
  expect(await removeCategory(db, "support")).toEqual({ outcome: "conflict", threads: 1, deleted: 1 });
  expect(await removeCategory(db, "no-such")).toEqual({ outcome: "missing" });
  expect(await removeCategory(db, "chat")).toEqual(done);
  expect((await listCategoryCounts(db)).map(({ slug }) => slug)).toEqual(["news", "support"]);
  expect([await eventsOf(support), await eventsOf(chat)]).toEqual([
    ["category-added"],
    ["category-added", "category-removed"],
  ]);
  expect(await verify(db)).toEqual([]);
});

test("a category has the colour that was asked for, or one that as few as possible have", async () => {
  const { db: own } = await testDatabase();
  const colors = async () => (await listCategoryCounts(own)).map(({ color }) => color);
  for (const [at, color] of [undefined, "green", undefined, undefined].entries())
    await addCategory(own, CategoryForm.parse({ slug: `given-${at}`, name: "Given", color }));
  expect(await colors()).toEqual(["sky", "green", "orange", "magenta"]);
  for (let at = 0; at < 7; at += 1)
    await addCategory(own, CategoryForm.parse({ slug: `later-${at}`, name: "Later" }));
  const all = await colors();
  expect([all.slice(0, 10).toSorted(), all[10]]).toEqual([[...CATEGORY_COLORS].toSorted(), "sky"]);
  expect(await changeCategory(own, "given-0", { color: "brown" })).toMatchObject({ isChanged: true });
  expect(await changeCategory(own, "given-0", { color: "brown" })).toMatchObject({ isChanged: false });
  expect((await colors())[0]).toBe("brown");
});

test("of 20 who add one category at once, one adds it", async () => {
  const category = CategoryForm.parse({ slug: "wanted", name: "Wanted" });
  const answers = await Promise.all(connect(20).map((each) => addCategory(each, category)));
  expect(answers.map(({ outcome }) => outcome).toSorted()).toEqual([
    ...new Array(19).fill("conflict"),
    "done",
  ]);
  expect(await eventsOf(await idOf("wanted"))).toEqual(["category-added"]);
});

test("a category in which a thread is started at that moment stays", async () => {
  await add({ slug: "busy", name: "Busy" });
  const author = await makeMember(db);
  const start = (on: Database) => makeThread(on, { author, category: "busy", title: randomUUID() });
  const [, removed] = await meet(connect, start, (second) => removeCategory(second, "busy"));
  expect(removed).toEqual({ outcome: "conflict", threads: 1, deleted: 0 });
  expect(await eventsOf(await idOf("busy"))).toEqual(["category-added"]);
});

test("a thread that is started in a category which is removed at that moment finds none", async () => {
  await add({ slug: "going", name: "Going" });
  const author = await makeMember(db);
  const form = { category: "going", title: "Too late", body: "Text.", submission: randomUUID() };
  const [removed, started] = await meet(
    connect,
    (first) => removeCategory(first, "going"),
    (second) => createThread(second, { authorId: author.id, ...form }),
  );
  expect(removed).toEqual({ outcome: "done" });
  expect(started).toEqual({ outcome: "refused", refusal: "no-category" });
  expect(await verify(db)).toEqual([]);
});

/** What is said of a category, as it is stored. */
async function saidOf(slug: string) {
  const [row] = await db.execute(
    sql`select name, description, position from categories where slug = ${slug}`,
  );
  return row;
}

test("a change leaves what it does not name, and says whether anything is another than before", async () => {
  await add({ slug: "help", name: "Help", description: "Questions", position: 7 });
  const renamed = { name: "Ask", description: "Questions", position: 7 };
  expect(await changeCategory(db, "help", { name: "Ask" })).toEqual({
    outcome: "done",
    name: "Ask",
    isChanged: true,
  });
  expect(await saidOf("help")).toEqual(renamed);
  expect(await changeCategory(db, "help", renamed)).toEqual({
    outcome: "done",
    name: "Ask",
    isChanged: false,
  });
  await changeCategory(db, "help", { description: "", position: 0 });
  expect(await saidOf("help")).toEqual({ name: "Ask", description: "", position: 0 });
  expect(await changeCategory(db, "no-such-one", { name: "Ask" })).toEqual({ outcome: "missing" });
  // The second one changed nothing, and so nothing happened.
  expect(await eventsOf(await idOf("help"))).toEqual([
    "category-added",
    "category-changed",
    "category-changed",
  ]);
});

test("two who change one category at once both have their way", async () => {
  await add({ slug: "shared", name: "Shared" });
  const [first, second] = await meet(
    connect,
    (one) => changeCategory(one, "shared", { name: "Common" }),
    (two) => changeCategory(two, "shared", { description: "For everyone" }),
  );
  expect([first, second]).toEqual(new Array(2).fill({ outcome: "done", name: "Common", isChanged: true }));
  expect(await saidOf("shared")).toMatchObject({ name: "Common", description: "For everyone" });
});

/** Which category the page at a slug is of; null where there is none. */
async function leadsTo(slug: string): Promise<string | null> {
  return (await getCategoryPage(db, slug, { sort: "latest", after: null }))?.slug ?? null;
}

test("a category gets another slug, and the former one leads to it until another category gets that", async () => {
  await add({ slug: "asks", name: "Asks" });
  const done = { outcome: "done", name: "Asks", isChanged: true };
  expect(await changeCategory(db, "asks", { slug: "questions" })).toEqual(done);
  expect([await leadsTo("asks"), await leadsTo("questions")]).toEqual(["questions", "questions"]);
  expect(await changeCategory(db, "questions", { slug: "asked" })).toEqual(done);
  expect([await leadsTo("asks"), await leadsTo("questions")]).toEqual(["asked", "asked"]);
  // What leads to a category is no name of it: nothing is changed by it.
  expect(await changeCategory(db, "questions", { name: "Other" })).toEqual({ outcome: "missing" });
  expect(await changeCategory(db, "asked", { slug: "questions" })).toEqual(done);
  expect([await leadsTo("asked"), await leadsTo("questions")]).toEqual(["questions", "questions"]);
  expect(await add({ slug: "asks", name: "New asks" })).toEqual({ outcome: "done" });
  expect([await leadsTo("asks"), await leadsTo("asked")]).toEqual(["asks", "questions"]);
  expect(await changeCategory(db, "asks", { slug: "questions" })).toEqual({ outcome: "conflict" });
  expect(await eventsOf(await idOf("questions"))).toEqual([
    "category-added",
    ...Array(3).fill("category-changed"),
  ]);
  expect(await verify(db)).toEqual([]);
});

test("a removed category's slugs, former ones too, lead nowhere", async () => {
  await add({ slug: "first-name", name: "Gone soon" });
  await changeCategory(db, "first-name", { slug: "last-name" });
  await removeCategory(db, "last-name");
  expect([await leadsTo("first-name"), await leadsTo("last-name")]).toEqual([null, null]);
});

test("of two categories that want one slug at once, one gets it", async () => {
  await add({ slug: "left", name: "Left" });
  await add({ slug: "right", name: "Right" });
  const answers = await meet(
    connect,
    (one) => changeCategory(one, "left", { slug: "middle" }),
    (two) => changeCategory(two, "right", { slug: "middle" }),
  );
  expect(answers.map(({ outcome }) => outcome)).toEqual(["done", "conflict"]);
  expect([await leadsTo("left"), await leadsTo("right")]).toEqual(["middle", "right"]);
});

/** Two categories, each with a thread of two replies; the first one's also holds a deleted thread. */
async function twoCategories() {
  const [from, into] = [`from-${randomUUID()}`, `into-${randomUUID()}`];
  const author = await makeMember(db);
  const threads = [];
  for (const slug of [from, into]) {
    await add({ slug, name: slug.slice(0, 4) });
    const thread = await makeThread(db, { author, category: slug });
    for (const _ of "12") await makeReply(db, { author, thread });
    threads.push(thread);
  }
  const gone = await makeThread(db, { author, category: from });
  await deleteReply(db, { thread: gone.number, number: 1, authorId: author.id, deleted: true });
  return {
    from,
    into,
    author,
    gone,
    thread: threads[0] as TestThread,
    ids: [await idOf(from), await idOf(into)],
  };
}

/** How many threads and replies a category says that it holds, and what `verify` says of all. */
async function countsOf(slug: string) {
  const found = (await listCategoryCounts(db)).find((each) => each.slug === slug);
  expect(await verify(db)).toEqual([]);
  return found && [found.threads, found.replies];
}

test("a category goes with all its threads into another one, once", async () => {
  const { from, into, author, gone, ids } = await twoCategories();
  expect(await mergeCategory(db, from, { into })).toEqual({ outcome: "done", name: "into", threads: 1 });
  expect([await countsOf(from), await countsOf(into)]).toEqual([undefined, [2, 4]]);
  expect(await leadsTo(from)).toBe(into);
  await deleteReply(db, { thread: gone.number, number: 1, authorId: author.id, deleted: false });
  expect(await countsOf(into)).toEqual([3, 4]);
  for (const [slug, other] of [
    [from, into],
    [into, from],
    [into, into],
  ] as const)
    expect(await mergeCategory(db, slug, { into: other })).toEqual({ outcome: "missing" });
  const events = await db.execute(sql`
    select kind, data from events where data ->> 'category' = ${ids[0]} and kind like 'category-m%'`);
  expect(events).toEqual([{ kind: "category-merged", data: { category: ids[0], into: ids[1] } }]);
  expect(await countsOf(into)).toEqual([3, 4]);
});

test("what led to a category leads to the one that it is merged into, and on from there", async () => {
  const { from, into } = await twoCategories();
  const [before, last] = [`before-${randomUUID()}`, `last-${randomUUID()}`];
  await changeCategory(db, from, { slug: before });
  await add({ slug: last, name: "Last" });
  await mergeCategory(db, before, { into });
  await mergeCategory(db, into, { into: last });
  for (const slug of [from, before, into, last]) expect(await leadsTo(slug)).toBe(last);
  expect(await countsOf(last)).toEqual([2, 4]);
});

test("a thread that is started while its category is merged comes along", async () => {
  const { from, into, author } = await twoCategories();
  const [, merged] = await meet(
    connect,
    (one) => makeThread(one, { author, category: from }),
    (two) => mergeCategory(two, from, { into }),
  );
  expect(merged).toEqual({ outcome: "done", name: "into", threads: 2 });
  expect([await countsOf(from), await countsOf(into)]).toEqual([undefined, [3, 4]]);
});

test("a reply that is written before or after its thread moves is counted where it stands", async () => {
  for (const isFirst of [true, false]) {
    const { from, into, author, thread } = await twoCategories();
    const merge = (on: Database) => mergeCategory(on, from, { into });
    const write = (on: Database) => makeReply(on, { author, thread });
    await meet<unknown, unknown>(connect, isFirst ? write : merge, isFirst ? merge : write);
    expect([await countsOf(from), await countsOf(into)]).toEqual([undefined, [2, 5]]);
  }
});

test("of two merges in opposite directions one is carried out", async () => {
  const { from, into } = await twoCategories();
  const answers = await meet(
    connect,
    (one) => mergeCategory(one, from, { into }),
    (two) => mergeCategory(two, into, { into: from }),
  );
  expect(answers.map(({ outcome }) => outcome)).toEqual(["done", "missing"]);
  expect(await countsOf(into)).toEqual([2, 4]);
});

test("while a category is merged and back, what members write is counted once", async () => {
  const { from, into, author, thread } = await twoCategories();
  const writers = connect(6).map(async (each, writer) => {
    for (let turn = 0; turn < 10; turn += 1)
      if (writer % 2 === 0) await makeReply(each, { author, thread });
      else await makeThread(each, { author, category: into });
  });
  const [merging = db] = connect(1);
  for (let turn = 0; turn < 5; turn += 1) {
    await mergeCategory(merging, from, { into });
    await add({ slug: from, name: "from" });
    const again = await makeThread(merging, { author, category: from });
    await makeReply(merging, { author, thread: again });
  }
  await mergeCategory(merging, from, { into });
  await Promise.all(writers);
  expect([await countsOf(from), await countsOf(into)]).toEqual([undefined, [2 + 30 + 5, 4 + 30 + 5]]);
});
