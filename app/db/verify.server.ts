import { type SQL, sql } from "drizzle-orm";
import type { Database } from "./client.server.ts";

/** Something the database says that its base rows do not bear out. */
export type Discrepancy = {
  /** What it is about: `thread 12`, `thread 12, reply 3`, `category support`, `user user_…`. */
  subject: string;
  /** The column, as `table.column`. */
  column: string;
  /** What stands there; null where nothing does. */
  stored: string | null;
  /** What should stand there. */
  expected: string;
};

/** Enough of each kind to see what went wrong; a broken counter may be wrong in every thread. */
const EACH_KIND_MAX = 100;

/**
 * Proves every counter and number from the base rows, set by set. Each check is one statement and so sees one
 * moment of the database: it may run while people write.
 * @returns what differs, at most `EACH_KIND_MAX` of each kind; an empty list for a sound database
 */
export async function verify(db: Database): Promise<Discrepancy[]> {
  const found: Discrepancy[] = [];
  for (const check of CHECKS)
    found.push(...(await db.execute<Discrepancy>(sql`${check} limit ${EACH_KIND_MAX}`)));
  return found;
}

/** Compares the columns of `named`, a query of `subject` and pairs of (stored, expected), and answers what differs. */
function differences(query: SQL, columns: Record<string, { stored: SQL; expected: SQL }>): SQL {
  const pairs = Object.entries(columns).map(
    ([name, { stored, expected }]) => sql`(${name}::text, (${stored})::text, (${expected})::text)`,
  );
  return sql`
    select subject, compared.name as column, compared.stored, compared.expected
    from (${query}) base
    cross join lateral (values ${sql.join(pairs, sql`, `)}) as compared (name, stored, expected)
    where compared.stored is distinct from compared.expected
    order by subject, compared.name`;
}

const CATEGORY_COUNTERS = differences(
  sql`
    select 'category ' || c.slug as subject, c.thread_count, c.reply_count,
      count(t.id) filter (where t.deleted_at is null) as threads, coalesce(sum(t.replies), 0) as replies
    from categories c
    left join (
      select t.id, t.category_id, t.deleted_at, count(r.id) as replies
      from threads t
      left join thread_replies r on r.thread_id = t.id and r.number > 1 and r.deleted_at is null
      group by t.id
    ) t on t.category_id = c.id
    group by c.id`,
  {
    "categories.thread_count": { stored: sql`thread_count`, expected: sql`threads` },
    "categories.reply_count": { stored: sql`reply_count`, expected: sql`replies` },
  },
);

const THREAD_COUNTERS = differences(
  sql`
    select 'thread ' || t.number as subject, t.reply_count, t.last_number, t.score, t.last_activity_at,
      count(*) filter (where r.number > 1 and r.deleted_at is null) as replies, max(r.number) as highest,
      max(r.score) filter (where r.number = 1) as opening_score, max(r.created_at) as newest
    from threads t
    join thread_replies r on r.thread_id = t.id
    group by t.id`,
  {
    "threads.reply_count": { stored: sql`reply_count`, expected: sql`replies` },
    "threads.last_number": { stored: sql`last_number`, expected: sql`highest` },
    "threads.score": { stored: sql`score`, expected: sql`coalesce(opening_score, score)` },
    "threads.last_activity_at": { stored: sql`last_activity_at`, expected: sql`newest` },
  },
);

const OPENING_POSTS = sql`
  select 'thread ' || t.number as subject, 'thread_replies.number' as column, null as stored, '1' as expected
  from threads t
  where not exists (select 1 from thread_replies r where r.thread_id = t.id and r.number = 1)
  order by t.number`;

const ACCEPTED_NUMBERS = sql`
  select 'thread ' || t.number as subject, 'threads.accepted_number' as column,
    t.accepted_number::text as stored, 'the number of a reply of this thread' as expected
  from threads t
  where t.accepted_number is not null and not exists (
    select 1 from thread_replies r where r.thread_id = t.id and r.number = t.accepted_number)
  order by t.number`;

const REPLY_SCORES = differences(
  sql`
    select 'thread ' || t.number || ', reply ' || r.number as subject, r.score,
      r.starting_score + coalesce(v.votes, 0) as counted
    from thread_replies r
    join threads t on t.id = r.thread_id
    left join (select reply_id, sum(value) as votes from reply_votes group by reply_id) v on v.reply_id = r.id`,
  { "thread_replies.score": { stored: sql`score`, expected: sql`counted` } },
);

const REPLY_NUMBERS = sql`
  select 'thread ' || t.number || ', reply ' || r.number as subject, 'thread_replies.number' as column,
    r.number::text as stored, 'at least 1' as expected
  from thread_replies r join threads t on t.id = r.thread_id
  where r.number < 1
  order by t.number, r.number`;

/** That the reply exists at all is the foreign key's to keep; that it comes earlier is not. */
const REPLY_TARGETS = sql`
  select 'thread ' || t.number || ', reply ' || r.number as subject, 'thread_replies.reply_to_number' as column,
    r.reply_to_number::text as stored, 'the number of an earlier reply' as expected
  from thread_replies r join threads t on t.id = r.thread_id
  where r.reply_to_number is not null and (r.reply_to_number >= r.number or not exists (
    select 1 from thread_replies p where p.thread_id = r.thread_id and p.number = r.reply_to_number))
  order by t.number, r.number`;

const MEMBER_ROWS = sql`
  select 'user ' || u.id as subject, 'members.user_id' as column, null as stored, u.id as expected
  from "user" u
  where not exists (select 1 from members m where m.user_id = u.id)
  order by u.id`;

const CHECKS = [
  CATEGORY_COUNTERS,
  OPENING_POSTS,
  THREAD_COUNTERS,
  ACCEPTED_NUMBERS,
  REPLY_SCORES,
  REPLY_NUMBERS,
  REPLY_TARGETS,
  MEMBER_ROWS,
];
