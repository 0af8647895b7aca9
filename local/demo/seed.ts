import type postgres from "postgres";
import { v7 as uuidv7 } from "uuid";
import { recordClerkEvent } from "#app/db/identity.server.ts";
import { finishImport } from "#app/db/import.server.ts";
import { CATEGORY_COLORS } from "#app/domain/category.ts";
import { personFromUser } from "#app/domain/clerk-event.ts";
import { RENDERER_VERSION, renderMarkdown } from "#app/domain/markdown.ts";
import { type Connection, connect } from "#scripts/connection.ts";
import { personJson } from "../clerk/clerk-json.ts";
import { DEMO_MEMBERS, type DemoAuthor, demoPeople } from "./people.ts";
import { type DemoPost, type DemoThread, readDemoThreads } from "./thread-file.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

const CATEGORIES = [
  ["announcements", "Announcements", "What changes here, and how the forum is run."],
  ["edge", "Edge & Workers", "Caches, streams, limits, and code that runs near its readers."],
  ["databases", "Databases", "Postgres, SQLite and friends: schemas, indexes, migrations, backups."],
  ["tooling", "Tooling", "Editors, tests, linters, builds and deploys."],
  ["show", "Show your work", "Something that you made, and what it taught you."],
] as const;

/**
 * Puts a small, lively forum into a database that has no categories yet; any other is left alone.
 * @param now milliseconds since 1970: the forum's dates lead up to it
 */
export async function seedDemo(url: string, now = Date.now()): Promise<void> {
  const connection = await connect(url);
  try {
    const [found] = await connection.sql`select 1 from categories limit 1`;
    if (found !== undefined) return;
    await seedPeople(connection, now);
    await connection.sql.begin((sql) => seedThreads(sql, now));
    await finishImport(connection.db);
  } finally {
    await connection.close();
  }
}

/** People come as they would by webhook, so that the stand-in's own events change nothing later. */
async function seedPeople({ sql, db }: Connection, now: number): Promise<void> {
  for (const person of demoPeople(now)) {
    const event = await personFromUser(personJson({ ...person, updatedAt: person.createdAt }));
    if (event.kind === "saved") await recordClerkEvent(db, event);
    const joined = iso(person.createdAt);
    await sql`update "user" set created_at = ${joined} where id = ${person.id}`;
    await sql`
      update members set created_at = ${joined}, role = ${person.note ?? "member"}, role_set_at = ${joined}
      where user_id = ${person.id}`;
  }
}

async function seedThreads(sql: postgres.TransactionSql, now: number): Promise<void> {
  const threads = readDemoThreads().sort((a, b) => b.startsDaysAgo - a.startsDaysAgo);
  const categories = CATEGORIES.map(([slug, name, description], position) => {
    const held = threads.filter((thread) => thread.category === slug);
    const replies = held.flatMap(({ posts }) => posts.slice(1)).filter((post) => !post.deleted);
    const counts = { thread_count: held.length, reply_count: replies.length };
    return {
      id: uuidv7(),
      slug,
      name,
      description,
      position,
      color: CATEGORY_COLORS[position % CATEGORY_COLORS.length],
      ...counts,
      created_at: iso(now - 120 * DAY_MS),
    };
  });
  await sql`insert into categories ${sql(categories)}`;
  for (const thread of threads) {
    const category = categories.find(({ slug }) => slug === thread.category);
    if (category === undefined) throw new Error(`"${thread.title}" is in no category of seed.ts`);
    await seedThread(sql, thread, category.id, now);
  }
}

async function seedThread(
  sql: postgres.TransactionSql,
  thread: DemoThread,
  categoryId: string,
  now: number,
): Promise<void> {
  const threadId = uuidv7({ msecs: now - thread.startsDaysAgo * DAY_MS });
  const replies = replyRows(thread, threadId, now);
  const [opening] = replies;
  const newest = replies.at(-1)?.created_at;
  if (opening === undefined || newest === undefined) throw new Error(`"${thread.title}" has no posts`);
  await sql`insert into threads ${sql({
    id: threadId,
    category_id: categoryId,
    author_id: opening.author_id,
    title: thread.title,
    status: thread.lockedBy === null ? "open" : "locked",
    status_set_at: thread.lockedBy && newest,
    status_set_by: thread.lockedBy && DEMO_MEMBERS[thread.lockedBy].id,
    is_pinned: thread.isPinned,
    pinned_at: thread.isPinned ? opening.created_at : null,
    pinned_by: thread.isPinned ? opening.author_id : null,
    last_number: replies.length,
    reply_count: replies.filter((reply) => reply.number > 1 && reply.deleted_at === null).length,
    score: opening.score,
    last_activity_at: newest,
    created_at: opening.created_at,
  })}`;
  await sql`insert into thread_replies ${sql(replies)}`;
  const votes = thread.posts.flatMap((post, index) => voteRows(post, replies[index], now));
  if (votes.length > 0) await sql`insert into reply_votes ${sql(votes)}`;
}

function replyRows(thread: DemoThread, threadId: string, now: number) {
  let at = now - thread.startsDaysAgo * DAY_MS;
  return thread.posts.map((post, index) => {
    at += post.afterMinutes * MINUTE_MS;
    if (at > now) throw new Error(`"${thread.title}" has a reply in the future`);
    const authorId = DEMO_MEMBERS[post.author].id;
    return {
      id: uuidv7({ msecs: at }),
      thread_id: threadId,
      author_id: authorId,
      number: index + 1,
      reply_to_number: post.replyTo,
      body: post.body,
      body_html: renderMarkdown(post.body),
      renderer_version: RENDERER_VERSION,
      score: post.up - post.down,
      deleted_at: post.deleted ? iso(Math.min(at + 20 * MINUTE_MS, now)) : null,
      deleted_by: post.deleted ? authorId : null,
      created_at: iso(at),
    };
  });
}

type ReplyRow = ReturnType<typeof replyRows>[number];

/** The threads say how many voted; who did is dealt out, a little differently for each post. */
function voteRows(post: DemoPost, reply: ReplyRow | undefined, now: number) {
  if (reply === undefined) return [];
  const others = (Object.keys(DEMO_MEMBERS) as DemoAuthor[]).filter((word) => word !== post.author);
  if (post.up + post.down > others.length) throw new Error(`More votes than people on: ${post.body}`);
  const written = Date.parse(reply.created_at);
  return Array.from({ length: post.up + post.down }, (_, index) => {
    const voter = others[(index + reply.number) % others.length] as DemoAuthor;
    const at = Math.min(written + (index + 1) * 47 * MINUTE_MS, now);
    return {
      id: uuidv7({ msecs: at }),
      reply_id: reply.id,
      voter_id: DEMO_MEMBERS[voter].id,
      value: index < post.up ? 1 : -1,
      created_at: iso(at),
    };
  });
}

function iso(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
