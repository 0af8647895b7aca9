import { type SQL, sql } from "drizzle-orm";
import type { Database } from "#app/db/client.server.ts";
import type { Cursor } from "#app/domain/cursor.ts";
import { REPLIES_PER_PAGE, THREADS_PER_PAGE } from "#app/domain/limits.ts";
import { SORTS, type Sort } from "#app/domain/paging.ts";

/** A place in one of a member's lists. */
type Place = { time: string; id: string };

/** What there is to ask a forum for that costs the most: its longest thread, the far ends of its lists. */
export type Subjects = {
  /** The longest thread that is open. */
  long: { number: number; lastNumber: number };
  /** Threads of about one page. */
  short: number[];
  /** The category with the most threads. */
  category: string;
  /** Places far down in the list of all threads, and in that of `category`. */
  deep: Record<Sort, { everywhere: Cursor; inCategory: Cursor }>;
  /** Who wrote the most, and places far down in their lists. */
  prolific: { handle: string; thread: Place; reply: Place };
  /** A member who neither writes much nor is new. */
  reader: string;
  moderator: string;
  /** Replies of the long thread, all over it, on which the reader has no vote and which are not theirs. */
  replies: { number: number; authorId: string; revision: number }[];
  /** Votes on replies of the long thread. */
  votes: { number: number; voterId: string }[];
};

/** How far down a list "far down" is. */
const DEPTH = 0.6;

/** How many of each kind are looked at: one reply's page on the disk has room for a change and another's has none. */
const SAMPLE = 20;

const KEYS: Record<Sort, SQL> = {
  latest: sql`t.last_activity_at`,
  new: sql`t.created_at`,
  top: sql`t.score`,
};

/**
 * Finds them. It reads whole tables.
 * @throws Error in a forum that is too small to have them
 */
export async function findSubjects(db: Database): Promise<Subjects> {
  const long = await findOne<Subjects["long"] & { id: string }>(
    db,
    sql`select id, number::integer as number, last_number as "lastNumber" from threads
      where status = 'open' and deleted_at is null order by last_number desc, number limit 1`,
  );
  const { slug: category } = await findOne<{ slug: string }>(
    db,
    sql`select slug from categories order by thread_count desc, slug limit 1`,
  );
  const { id: reader } = await findOne<{ id: string }>(
    db,
    sql`select user_id as id from members where role = 'member'
      order by created_at, user_id offset (select count(*) / 2 from members) limit 1`,
  );
  const { id: moderator } = await findOne<{ id: string }>(
    db,
    sql`select user_id as id from members where role = 'moderator' order by user_id limit 1`,
  );
  const short = await db.execute<{ number: number }>(
    sql`select number::integer as number from threads where status = 'open' and deleted_at is null
      order by abs(last_number - ${REPLIES_PER_PAGE}::integer), number limit ${SAMPLE}::integer`,
  );
  const deep = {} as Subjects["deep"];
  for (const sort of SORTS)
    deep[sort] = {
      everywhere: await findCursor(db, sort, sql`true`),
      inCategory: await findCursor(
        db,
        sort,
        sql`category_id = (select id from categories where slug = ${category})`,
      ),
    };
  return {
    long,
    category,
    reader,
    moderator,
    deep,
    short: short.map(({ number }) => number),
    prolific: await findProlific(db),
    replies: await db.execute(sql`
      select number, author_id as "authorId", revision from thread_replies r
      where thread_id = ${long.id}::uuid and deleted_at is null and author_id <> ${reader} and number > 1
        and not exists (select 1 from reply_votes v where v.reply_id = r.id and v.voter_id = ${reader})
      order by hashint4(number) limit ${SAMPLE}::integer`),
    votes: await db.execute(sql`
      select distinct on (hashint4(r.number)) r.number, v.voter_id as "voterId"
      from thread_replies r join reply_votes v on v.reply_id = r.id
      where r.thread_id = ${long.id}::uuid and r.deleted_at is null and r.number > 1
      order by hashint4(r.number), v.voter_id limit ${SAMPLE}::integer`),
  };
}

async function findOne<Row>(db: Database, statement: SQL): Promise<Row> {
  const [row] = await db.execute<Row>(statement);
  if (row === undefined) throw new Error("This forum is too small to be measured: generate a larger one.");
  return row;
}

function findCursor(db: Database, sort: Sort, where: SQL): Promise<Cursor> {
  const listed = sql`from threads t where t.deleted_at is null and not t.is_pinned and ${where}`;
  return findOne(
    db,
    sql`select t.is_pinned as "isPinned", to_json(${KEYS[sort]}) as key, t.number::integer as number ${listed}
      order by ${KEYS[sort]} desc, t.number desc
      offset (select (count(*) * ${DEPTH}::float8)::integer ${listed}) limit 1`,
  );
}

async function findProlific(db: Database): Promise<Subjects["prolific"]> {
  const { id, handle } = await findOne<{ id: string; handle: string }>(
    db,
    sql`select user_id as id, handle from members join (
        select author_id, count(*) as threads from threads where deleted_at is null group by author_id
        order by threads desc, author_id limit 1
      ) most on author_id = user_id`,
  );
  // Far down, and still with a full page to come.
  const place = (key: SQL, listed: SQL) =>
    findOne<Place>(
      db,
      sql`select to_json(created_at) as time, ${key}::text as id ${listed}
        order by created_at desc, ${key} desc
        offset (select least(count(*) * ${DEPTH}::float8, count(*) - ${THREADS_PER_PAGE + 2}::integer)::integer ${listed})
        limit 1`,
    );
  return {
    handle,
    thread: await place(sql`number`, sql`from threads where author_id = ${id} and deleted_at is null`),
    reply: await place(sql`id`, sql`from thread_replies where author_id = ${id} and deleted_at is null`),
  };
}
