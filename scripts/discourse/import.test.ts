import { sql } from "drizzle-orm";
import { afterAll, expect, test } from "vitest";
import type { Database } from "#app/db/client.server.ts";
import { verify } from "#app/db/verify.server.ts";
import { testForum } from "#test/database.ts";
import { makeCategory, makeReply, makeThread } from "#test/forum.ts";
import { makeMember } from "#test/people.ts";
import { type Connection, connect } from "../connection.ts";
import { makeTopic, writeExport } from "./fixture.ts";
import { type ImportOptions, importDiscourse } from "./import.ts";
import { NOTES } from "./notes.ts";

/** A forum with nothing in it, for one test. */
const removals: (() => Promise<void>)[] = [];
afterAll(async () => {
  for (const remove of removals) await remove();
});

async function importLines(
  forum: Connection,
  lines: (object | string)[],
  options: Omit<ImportOptions, "file"> & { gzip?: boolean } = {},
) {
  const { file, remove } = await writeExport(lines, { gzip: options.gzip });
  removals.push(remove);
  return importDiscourse(forum, { ...options, file });
}

/** Everything that an import writes, in an order of its own. */
async function everything(db: Database): Promise<unknown> {
  const [row] = await db.execute<{ all: unknown }>(sql`
    select json_build_object(
      'people', (select json_agg(to_jsonb(m) - 'imported_at' order by user_id) from members m),
      'categories', (select json_agg(to_jsonb(c) - 'created_at' order by slug) from categories c),
      'threads', (select json_agg(t order by number) from threads t),
      'replies', (select json_agg(r order by thread_id, number) from thread_replies r),
      'votes', (select json_agg(v order by id) from reply_votes v)) as all`);
  return row?.all;
}

test("a topic becomes a thread with its numbers, dates, scores and state", async () => {
  const forum = await testForum({ max: 3 });
  const topic = makeTopic({
    id: 40,
    title: "Shadows :sunny:",
    closed: true,
    pinned: true,
    posts: [
      { number: 1, username: "ada", likes: 3, version: 2 },
      { number: 2, username: "Boa", replyTo: 1, accepted: true },
      { number: 4, username: "ada", replyTo: 2, raw: "[b]Yes[/b]" },
      {
        number: 5,
        username: "Cy",
        type: 3,
        action: "closed.enabled",
        raw: "",
        createdAt: "2015-04-01T00:00:00.000Z",
      },
    ],
  });
  const report = await importLines(forum, [topic], { categories: new Map([[7, "Help & hints"]]) });

  expect(report).toMatchObject({
    host: "forum.example.org",
    threads: 1,
    replies: 2,
    people: 3,
    categories: 1,
  });
  expect(report.notes.count(NOTES.smallAction)).toBe(1);
  const [thread] = await forum.db.execute(sql`
    select t.number::integer, t.title, t.status, to_json(t.status_set_at) as "lockedAt", t.status_set_by as "lockedBy",
      t.is_pinned as "isPinned", t.last_number as "lastNumber", t.reply_count as "replyCount", t.score,
      t.accepted_number as "acceptedNumber", to_json(t.created_at) as "createdAt",
      to_json(t.last_activity_at) as "lastActivityAt", c.slug, c.name, c.thread_count as "threadCount",
      c.reply_count as "categoryReplies"
    from threads t join categories c on c.id = t.category_id`);
  expect(thread).toEqual({
    number: 1,
    title: "Shadows ☀️",
    status: "locked",
    lockedAt: "2015-04-01T00:00:00+00:00",
    lockedBy: "discourse:forum.example.org:cy",
    isPinned: true,
    lastNumber: 4,
    replyCount: 2,
    score: 3,
    acceptedNumber: 2,
    createdAt: "2015-03-01T10:01:00+00:00",
    lastActivityAt: "2015-03-01T10:04:00+00:00",
    slug: "help-hints",
    name: "Help & hints",
    threadCount: 1,
    categoryReplies: 2,
  });
  const replies = await forum.db.execute(sql`
    select r.number, m.handle, r.reply_to_number as "replyTo", r.body, r.body_html as html, r.starting_score as start,
      r.score, r.revision, to_json(r.edited_at) as "editedAt"
    from thread_replies r join members m on m.user_id = r.author_id order by r.number`);
  expect(replies).toEqual([
    {
      number: 1,
      handle: "ada",
      replyTo: null,
      body: "Post 1.",
      html: "<p>Post 1.</p>",
      start: 3,
      score: 3,
      revision: 1,
      editedAt: "2016-01-01T00:00:00+00:00",
    },
    {
      number: 2,
      handle: "Boa",
      replyTo: 1,
      body: "Post 2.",
      html: "<p>Post 2.</p>",
      start: 0,
      score: 0,
      revision: 0,
      editedAt: null,
    },
    {
      number: 4,
      handle: "ada",
      replyTo: 2,
      body: "**Yes**",
      html: "<p><strong>Yes</strong></p>",
      start: 0,
      score: 0,
      revision: 0,
      editedAt: null,
    },
  ]);
  expect(await verify(forum.db)).toEqual([]);
});

test("people come as plain members whom Clerk does not know, under handles that are ours", async () => {
  const forum = await testForum({ max: 3 });
  await makeMember(forum.db, { handle: "taken" });
  const names = ["ada", "Sir_Nate", "sir-nate", "jo", "admin", "Иван", "Taken", "x".repeat(40)];
  await importLines(forum, [
    makeTopic({ id: 1, posts: names.map((username, index) => ({ number: index + 1, username })) }),
  ]);
  const people = await forum.db.execute(sql`
    select u.username, m.handle, m.role, m.handle_source as source, m.imported_at is not null as "isImported"
    from members m join "user" u on u.id = m.user_id
    where u.id like 'discourse:forum.example.org:%' order by u.created_at`);
  expect(people.map((person) => (person as { handle: string }).handle)).toEqual([
    "ada",
    "Sir-Nate-2",
    "sir-nate",
    "member-jo",
    "member-admin",
    expect.stringMatching(/^member-[0-9a-f]{8}$/),
    "Taken-2",
    "x".repeat(30),
  ]);
  expect(people[0]).toEqual({
    username: "ada",
    handle: "ada",
    role: "member",
    source: "import",
    isImported: true,
  });
});

test("likes count from the start, and named ones are votes", async () => {
  const forum = await testForum({ max: 3 });
  const posts = [
    { number: 1, username: "ada", likes: 4, likedBy: ["Bo", "Cy", "bo"] },
    { number: 2, username: "bo", likedBy: ["bo"] },
  ];
  const report = await importLines(forum, [makeTopic({ id: 1, posts })]);
  expect(report.votes).toBe(2);
  const [opening] = await forum.db.execute(sql`
    select starting_score as start, score, (select json_agg(voter_id order by voter_id) from reply_votes) as voters
    from thread_replies where number = 1`);
  expect(opening).toEqual({
    start: 2,
    score: 4,
    voters: ["discourse:forum.example.org:bo", "discourse:forum.example.org:cy"],
  });
  expect(await verify(forum.db)).toEqual([]);
});

test("threads are numbered in the order in which they were begun, and links lead forward and back", async () => {
  const forum = await testForum({ max: 3 });
  const link = (id: number, post: number) => `https://forum.example.org/t/any-slug/${id}/${post}`;
  await importLines(forum, [
    makeTopic({
      id: 2,
      title: "Younger",
      posts: [
        { number: 1, createdAt: "2016-01-01T00:00:00Z", raw: `[back](${link(1, 1)})` },
        { number: 25, createdAt: "2016-01-02T00:00:00Z" },
      ],
    }),
    makeTopic({
      id: 1,
      title: "Older",
      posts: [{ number: 1, createdAt: "2015-01-01T00:00:00Z", raw: `${link(2, 25)} and ${link(3, 1)}` }],
    }),
  ]);
  const bodies = await forum.db.execute<{ number: number; body: string }>(sql`
    select t.number::integer, r.body from thread_replies r join threads t on t.id = r.thread_id
    where r.number = 1 order by t.number`);
  expect(bodies).toEqual([
    { number: 1, body: `[Younger (#25)](/t/2/younger?page=2#reply-25) and ${link(3, 1)}` },
    { number: 2, body: "[back](/t/1/older)" },
  ]);
});

test("what the old forum hid keeps its place without its text, and nothing dangles", async () => {
  const forum = await testForum({ max: 3 });
  const posts = [
    { number: 1 },
    { number: 2, hidden: true, raw: "Hidden." },
    { number: 3, deletedAt: "2016-02-02T00:00:00.000Z", raw: "Deleted." },
    { number: 4, raw: "", cooked: "" },
    { number: 5, type: 4, raw: "A whisper." },
    { number: 6, replyTo: 2 },
    { number: 7, replyTo: 5 },
    { number: 8, replyTo: 90 },
  ];
  const { notes } = await importLines(forum, [makeTopic({ id: 1, posts })]);
  const replies = await forum.db.execute(sql`
    select number, body, deleted_at is not null as "isDeleted", reply_to_number as "replyTo"
    from thread_replies where number > 1 order by number`);
  expect(replies).toEqual([
    { number: 2, body: "", isDeleted: true, replyTo: null },
    { number: 3, body: "", isDeleted: true, replyTo: null },
    { number: 4, body: "", isDeleted: true, replyTo: null },
    { number: 6, body: "Post 6.", isDeleted: false, replyTo: 2 },
    { number: 7, body: "Post 7.", isDeleted: false, replyTo: null },
    { number: 8, body: "Post 8.", isDeleted: false, replyTo: null },
  ]);
  const counts = [NOTES.gone, NOTES.empty, NOTES.whisper, NOTES.dangling].map((kind) => notes.count(kind));
  expect(counts).toEqual([2, 1, 1, 2]);
  expect(await verify(forum.db)).toEqual([]);
});

test("topics that were never public, and lines that are none, are left out and named", async () => {
  const forum = await testForum({ max: 3 });
  const report = await importLines(forum, [
    makeTopic({ id: 1 }),
    "{ not json",
    { id: "two" },
    "",
    makeTopic({ id: 2, archetype: "private_message" }),
    makeTopic({ id: 3, visible: false }),
    makeTopic({ id: 4, deleted_at: "2015-05-05T00:00:00.000Z" }),
    makeTopic({ id: 5, posts: [{ number: 1, hidden: true }, { number: 2 }] }),
    makeTopic({ id: 6, posts: [{ number: 2 }] }),
    makeTopic({ id: 1, title: "Again" }),
  ]);
  expect(report.threads).toBe(1);
  expect(report.notes.lines()).toEqual([
    expect.stringMatching(
      /^Lines that are no topics left out: 2 \(line 2 is no JSON, line 3 is no topic \(id: .+\)\)$/,
    ),
    "Private messages left out: 1 (topic 2 (line 5))",
    "Unlisted topics left out: 1 (topic 3 (line 6))",
    "Deleted topics left out: 1 (topic 4 (line 7))",
    "Topics whose opening post is missing, hidden or deleted left out: 2 (topic 5 (line 8), topic 6 (line 9))",
    "Topics that came before in the file left out: 1 (topic 1 (line 10))",
  ]);
});

test("posts and titles that are too long come along whole", async () => {
  const forum = await testForum({ max: 3 });
  const long = "long ".repeat(7000).trim();
  const { notes } = await importLines(forum, [
    makeTopic({ id: 1, title: "t".repeat(220), posts: [{ number: 1, raw: long }] }),
  ]);
  const [row] = await forum.db.execute(sql`select char_length(body) as length from thread_replies`);
  expect(row).toEqual({ length: long.length });
  expect([notes.count(NOTES.tooLong), notes.count(NOTES.longTitle)]).toEqual([1, 1]);
});

test("a post that cannot be converted comes along as it stands", async () => {
  const forum = await testForum({ max: 3 });
  const cooked = `${"<div>".repeat(20_000)}deep`;
  const { notes } = await importLines(forum, [
    makeTopic({ id: 1, posts: [{ number: 1 }, { number: 2, raw: undefined, cooked }] }),
  ]);
  const [row] = await forum.db.execute(sql`select body from thread_replies where number = 2`);
  expect(row).toEqual({ body: cooked });
  expect(notes.count(NOTES.unconverted)).toBe(1);
});

test("text that Postgres cannot store is cleaned", async () => {
  const forum = await testForum({ max: 3 });
  const posts = [{ number: 1, raw: "a\u0000b \ud800 c", username: "ada" }];
  await importLines(forum, [makeTopic({ id: 1, title: "A\u0000B \ud800", posts })]);
  const [row] = await forum.db.execute(sql`
    select t.title, r.body from threads t join thread_replies r on r.thread_id = t.id`);
  expect(row).toEqual({ title: "AB \ufffd", body: "ab \ufffd c" });
});

/** Twelve topics in no order, large enough for several batches, with links into both directions. */
function manyTopics() {
  return Array.from({ length: 12 }, (_, index) => {
    const id = ((index * 7) % 12) + 1;
    const other = (id % 12) + 1;
    const posts = Array.from({ length: 100 }, (_, post) => ({
      number: post + 1,
      username: `person-${(id + post) % 9}`,
      raw: `See https://forum.example.org/t/x/${other}/${post + 1}`,
      createdAt: new Date(Date.UTC(2015, id, 1, 0, post)).toISOString(),
    }));
    return makeTopic({ id, category: id % 3, posts });
  });
}

test("plain or packed, at once or in pieces, twice or thrice: the same forum", async () => {
  const once = await testForum({ max: 3 });
  await importLines(once, manyTopics());
  const pieces = await testForum({ max: 3 });
  let runs = 0;
  for (let left = 1; left > 0; runs += 1)
    ({ left } = await importLines(pieces, manyTopics(), { gzip: true, isStopped: () => true }));
  const again = await importLines(pieces, manyTopics(), { gzip: true });

  expect(runs).toBeGreaterThan(2);
  expect(again).toMatchObject({ threads: 0, replies: 0, people: 0, categories: 0, alreadyHere: 12, left: 0 });
  expect(await everything(pieces.db)).toEqual(await everything(once.db));
  expect(await verify(pieces.db)).toEqual([]);
});

test("what members do between two runs stays, and their threads get numbers of their own", async () => {
  const forum = await testForum({ max: 3 });
  const author = await makeMember(forum.db);
  const category = await makeCategory(forum.db, { slug: "talk" });
  const earlier = await makeThread(forum.db, { author, category });
  const first = await importLines(forum, manyTopics(), { isStopped: () => true });
  const [imported] = await forum.db.execute<{ number: number; title: string }>(sql`
    select number::integer, title from threads where author_id like 'discourse:%' limit 1`);
  await makeReply(forum.db, { author, thread: imported as { number: number; title: string } });
  const later = await makeThread(forum.db, { author, category });
  const second = await importLines(forum, manyTopics());

  expect(first.threads + second.threads).toBe(12);
  expect([earlier.number, later.number]).toEqual([1, 14]);
  const numbers = await forum.db.execute<{ number: number }>(sql`
    select number::integer from threads where author_id like 'discourse:%' order by created_at`);
  expect(numbers.map(({ number }) => number)).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]);
  const [written] = await forum.db.execute(
    sql`select count(*)::integer from thread_replies where author_id = ${author.id}`,
  );
  expect(written).toEqual({ count: 3 });
  expect(await verify(forum.db)).toEqual([]);
});

test("a longer export of the same forum adds what is missing", async () => {
  const forum = await testForum({ max: 3 });
  const topics = manyTopics();
  await importLines(forum, topics.slice(0, 5));
  const author = await makeMember(forum.db);
  await makeThread(forum.db, { author, category: await makeCategory(forum.db) });
  const report = await importLines(forum, topics);
  expect(report).toMatchObject({ threads: 7, alreadyHere: 5, left: 0 });
  expect(await verify(forum.db)).toEqual([]);
});

test("a category of the same name is joined, and its counters hold", async () => {
  const forum = await testForum({ max: 3 });
  const author = await makeMember(forum.db);
  const category = await makeCategory(forum.db, { slug: "support" });
  await makeThread(forum.db, { author, category });
  const names = new Map([
    [1, "Support"],
    [2, "Support"],
  ]);
  await importLines(forum, manyTopics(), { categories: names });
  const rows = await forum.db.execute(sql`
    select slug, name, thread_count as threads, reply_count as replies from categories order by position`);
  expect(rows).toEqual([
    { slug: "support", name: "support", threads: 9, replies: 792 },
    { slug: "uncategorized", name: "Uncategorized", threads: 4, replies: 396 },
  ]);
  expect(await verify(forum.db)).toEqual([]);
});

test("a category whose name has no letters from a to z gets an address that its page can be read at", async () => {
  const forum = await testForum({ max: 3 });
  const names = new Map([
    [1, "Вопросы"],
    [2, "Café & Bar"],
  ]);
  await importLines(forum, manyTopics(), { categories: names });
  const rows = await forum.db.execute(sql`select slug, name from categories order by position`);
  expect(rows).toEqual([
    { slug: "uncategorized", name: "Uncategorized" },
    { slug: "category-1", name: "Вопросы" },
    { slug: "cafe-bar", name: "Café & Bar" },
  ]);
});

test("an import that added something says so once, at its end, and one that did not says nothing", async () => {
  const forum = await testForum({ max: 3 });
  const events = async () =>
    (await forum.db.execute<{ event: string }>(sql`select kind || data::text as event from events`)).map(
      ({ event }) => event,
    );
  let batches = 0;
  const onProgress = () => {
    batches += 1;
  };
  await importLines(forum, manyTopics(), { onProgress });
  expect(batches).toBeGreaterThan(1);
  expect(await events()).toEqual(["import-finished{}"]);
  await importLines(forum, manyTopics());
  expect(await events()).toEqual(["import-finished{}"]);
  await importLines(forum, [...manyTopics(), makeTopic({ id: 9999 })], { isStopped: () => true });
  expect(await events()).toEqual(["import-finished{}", "import-finished{}"]);
});

test("two imports at once: the second is refused", async () => {
  const forum = await testForum({ max: 3 });
  const { file, remove } = await writeExport(manyTopics());
  removals.push(remove);
  const other = await connect(forum.url, { max: 2 });
  const results = await Promise.allSettled([
    importDiscourse(forum, { file }),
    importDiscourse(other, { file }),
  ]);
  await other.close();
  expect(results.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  expect(results.find((result) => result.status === "rejected")?.reason).toMatchObject({
    message: "Another import is running on this forum. Wait for its end.",
  });
  expect(await verify(forum.db)).toEqual([]);
});

test("without people's pictures the host has to be told", async () => {
  const forum = await testForum({ max: 3 });
  const topic = makeTopic({ id: 1 });
  for (const post of topic.post_stream.posts) post.avatar_template = "";
  await expect(importLines(forum, [topic])).rejects.toThrow("add --host");
  expect(await importLines(forum, [topic], { host: "Old.example.org" })).toMatchObject({
    host: "old.example.org",
  });
});

test("a file without topics is refused, and says why", async () => {
  const forum = await testForum({ max: 3 });
  await expect(importLines(forum, ["{}"])).rejects.toThrow(
    /holds no topics to import\. Line 1 is no topic \(id: /,
  );
  await expect(importDiscourse(forum, { file: "no-such-file" })).rejects.toThrow(
    "There is no file no-such-file.",
  );
});
