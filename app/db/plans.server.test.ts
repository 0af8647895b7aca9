import { randomUUID } from "node:crypto";
import { type SQL, sql } from "drizzle-orm";
import { beforeAll, expect, test } from "vitest";
import { SORTS, type Sort } from "#app/domain/paging.ts";
import { connect } from "#scripts/connection.ts";
import { testDatabase } from "#test/database.ts";
import { makeCategory } from "#test/forum.ts";
import { makeMember } from "#test/people.ts";
import type { Database } from "./client.server.ts";
import { ensureMember, recordClerkEvent } from "./identity.server.ts";
import { getMemberPage, getViewer, saveSettings } from "./members.server.ts";
import { createReply, deleteReply, editReply, getReply } from "./replies.server.ts";
import {
  createThread,
  getCategoryPage,
  getHomePage,
  getThreadPage,
  listCategories,
  lockThread,
  pinThread,
} from "./threads.server.ts";
import { castVote } from "./votes.server.ts";

/**
 * A page reads about as many rows as it shows, and each brings its author, its place and its category along. Reading
 * ten times more than any page shows means that an index does not serve.
 */
const ROWS_READ_MAX = 300;
/** What is sorted is one page, never a list. */
const ROWS_SORTED_MAX = 60;

const THREADS = 40_000;
const MEMBERS = 10_000;
/** The first thread is this long; the others have an opening post and a reply. */
const LONG_THREAD = 50_000;

const { url, db } = await testDatabase();
const author = await makeMember(db, { handle: "prolific", role: "moderator" });
const reader = await makeMember(db);

beforeAll(async () => {
  for (let count = 1; count <= 8; count += 1) await makeCategory(db, { slug: `c${count}` });
  // A page's connection waits five seconds for an answer; making this forum takes longer.
  const patient = await connect(url);
  for (const statement of LARGE_FORUM) await patient.db.execute(statement);
  await patient.close();
});

/** A forum in which reading a table from one end to the other would be the wrong thing to do. */
const LARGE_FORUM = [
  sql`insert into "user" (id) select 'user_' || n from generate_series(1, ${MEMBERS}::integer) n`,
  sql`insert into members (user_id, handle) select 'user_' || n, 'm-' || n from generate_series(1, ${MEMBERS}::integer) n`,
  sql`
    insert into threads (id, category_id, author_id, title, is_pinned, score, last_number, reply_count, created_at, last_activity_at)
    select gen_random_uuid(), (select id from categories where slug = 'c' || (n % 8 + 1)),
      case when n % 4 = 0 then ${author.id} else 'user_' || (n % ${MEMBERS}::integer + 1) end,
      'Thread ' || n, n % 2000 = 0, n % 50, case when n = 1 then ${LONG_THREAD}::integer else 2 end, 1,
      now() - n * interval '7 minutes', now() - ((n * 7919) % ${THREADS}::integer) * interval '5 minutes'
    from generate_series(1, ${THREADS}::integer) n`,
  sql`
    insert into thread_replies (id, thread_id, author_id, number, body, body_html, renderer_version, reply_to_number, created_at)
    select gen_random_uuid(), t.id, case when n % 2 = 1 then t.author_id else ${author.id} end, n, 'Text', '<p>Text</p>',
      1::smallint, case when n > 1 then 1 end, t.created_at + n * interval '1 second'
    from threads t cross join lateral generate_series(1, t.last_number) n`,
  sql`
    insert into reply_votes (id, reply_id, voter_id, value)
    select gen_random_uuid(), id, ${reader.id}, 1 from thread_replies where number = 2 or number % 3 = 0`,
  sql`vacuum analyze`,
];

type Node = {
  "Node Type": string;
  "Relation Name"?: string;
  "Actual Rows": number;
  "Actual Loops": number;
  "Rows Removed by Filter"?: number;
  "Rows Removed by Index Recheck"?: number;
  Plans?: Node[];
};

const LARGE_TABLES = new Set(["threads", "thread_replies", "reply_votes", "members", "user"]);

/** What is wrong with the plans of the statements that `act` sends; each is carried out and rolled back. */
async function problemsOf(act: (db: Database) => Promise<unknown>): Promise<string[]> {
  const problems: string[] = [];
  let statements = 0;
  await db.execute(sql`begin`);
  try {
    await act({
      async execute<Row>(statement: SQL): Promise<Row[]> {
        statements += 1;
        await db.execute(sql`savepoint before`);
        const [row] = await db.execute<{ "QUERY PLAN": { Plan: Node }[] }>(
          sql`explain (analyze, format json) ${statement}`,
        );
        await db.execute(sql`rollback to savepoint before`);
        for (const { Plan } of row?.["QUERY PLAN"] ?? []) problems.push(...problemsIn(Plan));
        return db.execute<Row>(statement);
      },
    });
  } finally {
    await db.execute(sql`rollback`);
  }
  expect(statements).toBe(1);
  return problems;
}

function problemsIn(node: Node): string[] {
  const below = (node.Plans ?? []).flatMap(problemsIn);
  const { "Node Type": type, "Relation Name": table = "" } = node;
  if (type.includes("Sort")) {
    const sorted = (node.Plans ?? []).reduce((sum, child) => sum + rowsThrough(child), 0);
    return sorted > ROWS_SORTED_MAX ? [...below, `${type} of ${sorted} rows`] : below;
  }
  if (!LARGE_TABLES.has(table)) return below;
  const read = rowsThrough(node);
  const isTooMuch = type === "Seq Scan" || (type.includes("Scan") && read > ROWS_READ_MAX);
  return isTooMuch ? [...below, `${type} of ${read} rows of ${table}`] : below;
}

function rowsThrough(node: Node): number {
  const dropped = (node["Rows Removed by Filter"] ?? 0) + (node["Rows Removed by Index Recheck"] ?? 0);
  return (node["Actual Rows"] + dropped) * node["Actual Loops"];
}

const after = (sort: Sort) => ({
  isPinned: false,
  key: sort === "top" ? 25 : new Date(Date.now() - 60 * 86_400_000).toISOString(),
  number: 20_000,
});

const lists: [string, (db: Database) => Promise<unknown>][] = SORTS.flatMap((sort) => [
  [`the home page by ${sort}`, (db) => getHomePage(db, { sort, after: null })],
  [`the home page by ${sort}, far down`, (db) => getHomePage(db, { sort, after: after(sort) })],
  [`a category by ${sort}`, (db) => getCategoryPage(db, "c3", { sort, after: null })],
  [`a category by ${sort}, far down`, (db) => getCategoryPage(db, "c3", { sort, after: after(sort) })],
  [
    `a category by ${sort}, among its pinned threads`,
    (db) => getCategoryPage(db, "c1", { sort, after: { ...after(sort), isPinned: true } }),
  ],
]);

const before = { time: new Date(Date.now() - 60 * 86_400_000).toISOString() };

const pages: [string, (db: Database) => Promise<unknown>][] = [
  ["the first page of a long thread", (db) => getThreadPage(db, { number: 1, page: 1, viewerId: null })],
  ["page 2,000 of a long thread", (db) => getThreadPage(db, { number: 1, page: 2000, viewerId: reader.id })],
  ["a short thread", (db) => getThreadPage(db, { number: 777, page: 1, viewerId: reader.id })],
  ["a reply", (db) => getReply(db, { thread: 1, number: 40_000, viewerId: reader.id })],
  ["a member's threads", (db) => getMemberPage(db, "Prolific", { show: "threads", before: null })],
  [
    "a member's threads, far down",
    (db) => getMemberPage(db, "prolific", { show: "threads", before: { ...before, id: "20000" } }),
  ],
  ["a member's replies", (db) => getMemberPage(db, "prolific", { show: "replies", before: null })],
  [
    "a member's replies, far down",
    (db) => getMemberPage(db, "prolific", { show: "replies", before: { ...before, id: randomUUID() } }),
  ],
  ["the viewer", (db) => getViewer(db, reader.id)],
  ["the categories", (db) => listCategories(db)],
];

const body = "Text";
const writes: [string, (db: Database) => Promise<unknown>][] = [
  [
    "a new thread",
    (db) =>
      createThread(db, {
        authorId: reader.id,
        category: "c2",
        title: "A title",
        body,
        submission: randomUUID(),
      }),
  ],
  [
    "a reply",
    (db) =>
      createReply(db, { thread: 1, authorId: reader.id, body, replyTo: 40_000, submission: randomUUID() }),
  ],
  [
    "an edit",
    (db) => editReply(db, { thread: 1, number: 40_000, authorId: author.id, body, title: null, revision: 0 }),
  ],
  ["a vote", (db) => castVote(db, { thread: 1, number: 40_000, voterId: reader.id, value: -1 })],
  ["a vote taken back", (db) => castVote(db, { thread: 1, number: 3, voterId: reader.id, value: 0 })],
  ["a deletion", (db) => deleteReply(db, { thread: 1, number: 40_000, authorId: author.id, deleted: true })],
  ["a lock", (db) => lockThread(db, { number: 777, locked: true, by: author.id })],
  ["a pin", (db) => pinThread(db, { number: 777, pinned: true, by: author.id })],
  [
    "settings",
    (db) => saveSettings(db, reader.id, { handle: "another", colorScheme: "dark", dateStyle: "absolute" }),
  ],
  ["a first request", (db) => ensureMember(db, "user_new")],
  [
    "a deletion at Clerk",
    (db) => recordClerkEvent(db, { kind: "deleted", id: "user_77", deletedAt: new Date() }),
  ],
];

test.each([...lists, ...pages, ...writes])(
  "%s reads by index, and little more than it needs",
  async (_, act) => {
    expect(await problemsOf(act)).toEqual([]);
  },
);

test("a plan that reads or sorts a whole table is found", async () => {
  const slow = sql`select * from threads order by title limit 5`;
  expect(await problemsOf((each) => each.execute(slow))).toEqual([
    `Seq Scan of ${THREADS} rows of threads`,
    `Sort of ${THREADS} rows`,
  ]);
});
