import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { createReply, editReply } from "#app/db/replies.server.ts";
import { RENDERER_VERSION } from "#app/domain/markdown.ts";
import { testDatabase } from "#test/database.ts";
import { makeCategory, makeThread } from "#test/forum.ts";
import { makeMember } from "#test/people.ts";
import { showUnsigned } from "#test/pictures-elsewhere.ts";
import { describeRendering } from "./commands/render.ts";
import { renderPosts } from "./render.ts";

const { db } = await testDatabase();
const ada = await makeMember(db);
const category = await makeCategory(db);
const thread = await makeThread(db, { author: ada, category, body: "*Words*" });
const PICTURE = "![A cat](https://pictures.example.com/cat.png)";

for (let number = 2; number <= 450; number += 1) {
  const body = number % 3 === 0 ? PICTURE : `Reply ${number}`;
  const reply = { thread: thread.number, authorId: ada.id, body, replyTo: null };
  await createReply(db, { ...reply, submission: crypto.randomUUID() });
}

/** As if all had been rendered by the version before. */
const makeOlder = () => db.execute(sql`update thread_replies set renderer_version = ${RENDERER_VERSION - 1}`);

async function state() {
  const [posts] = await db.execute<Record<string, number>>(sql`
    select count(*) filter (where renderer_version = ${RENDERER_VERSION})::integer as current,
      count(*) filter (where body_html like '%<img %')::integer as pictures from thread_replies`);
  const [events] = await db.execute<{ count: number }>(
    sql`select count(*)::integer as count from events where kind = 'import-finished'`,
  );
  return { ...posts, dropped: events?.count };
}

test("older posts are rendered anew, and pages are dropped once; a second run finds nothing to do", async () => {
  await makeOlder();
  const done: number[] = [];
  const onProgress = (now: number) => void done.push(now);
  expect(await renderPosts(db, { which: "older", show: showUnsigned, onProgress })).toEqual({
    rendered: 450,
    changed: 150,
    left: 0,
  });
  expect(done).toEqual([200, 400, 450]);
  expect(await state()).toEqual({ current: 450, pictures: 150, dropped: 1 });
  const again = await renderPosts(db, { which: "older", show: showUnsigned });
  expect(again).toEqual({ rendered: 0, changed: 0, left: 0 });
  expect(await state()).toMatchObject({ dropped: 1 });
});

test("a run that is stopped has kept what it did and dropped its pages, and the next one goes on", async () => {
  await makeOlder();
  let batches = 0;
  const isStopped = () => batches++ > 0;
  const first = await renderPosts(db, { which: "older", show: null, isStopped });
  expect(first).toMatchObject({ rendered: 200, left: 250 });
  expect(await state()).toMatchObject({ current: 200, dropped: 2 });
  expect(describeRendering(first).at(-1)).toBe(
    "Stopped: 250 posts left. Run the same command again to go on.",
  );
  expect(await renderPosts(db, { which: "older", show: null })).toMatchObject({ rendered: 250, left: 0 });
  expect(await state()).toEqual({ current: 450, pictures: 0, dropped: 3 });
});

test("all posts are rendered where that is asked for, and nothing is dropped where nothing changed", async () => {
  expect(await renderPosts(db, { which: "all", show: null })).toEqual({ rendered: 450, changed: 0, left: 0 });
  expect(await state()).toMatchObject({ dropped: 3 });
});

test("what is edited while it is rendered stays as it was edited", async () => {
  await makeOlder();
  // Between reading a batch and storing it: the command shows its only picture then.
  let edited: Promise<unknown> | null = null;
  const show = (address: string) => {
    const edit = {
      thread: thread.number,
      number: 3,
      authorId: ada.id,
      body: "Edited",
      title: null,
      revision: 0,
    };
    edited ??= editReply(db, edit);
    return showUnsigned(address);
  };
  const rendering = renderPosts(db, { which: "older", show });
  await rendering;
  await edited;
  const [reply] = await db.execute<{ html: string }>(
    sql`select body_html as html from thread_replies where number = 3`,
  );
  expect(reply?.html).toBe("<p>Edited</p>");
});
