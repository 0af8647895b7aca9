import { randomUUID } from "node:crypto";
import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { CategoryForm } from "#app/domain/category.ts";
import { testDatabase } from "#test/database.ts";
import { makeThread } from "#test/forum.ts";
import { makeMember } from "#test/people.ts";
import { meet } from "#test/race.ts";
import { addCategory, changeCategory, listCategoryCounts, removeCategory } from "./categories.server.ts";
import type { Database } from "./client.server.ts";
import { deleteReply } from "./replies.server.ts";
import { createThread } from "./threads.server.ts";
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
    { slug: "news", name: "News", position: 0, threads: 0, replies: 0 },
    { slug: "support", name: "Support", position: 1, threads: 0, replies: 0 },
    { slug: "chat", name: "Chat", position: 2, threads: 0, replies: 0 },
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
