import { sql } from "drizzle-orm";
import type { Database } from "#app/db/client.server.ts";

type Row = Record<string, unknown>;
export type Rows = Record<
  | "user"
  | "members"
  | "categories"
  | "threads"
  | "thread_replies"
  | "reply_votes"
  | "reply_revisions"
  | "moderations"
  | "events",
  Row[]
>;

/** Every row of every table, for telling whether anything at all was written. Meant for small forums. */
export async function allRows(db: Database): Promise<Rows> {
  const [row] = await db.execute<{ rows: Rows }>(sql`
    select json_build_object(
      'user', (select coalesce(json_agg(u order by u.id), '[]') from "user" u),
      'members', (select coalesce(json_agg(m order by m.user_id), '[]') from members m),
      'categories', (select coalesce(json_agg(c order by c.id), '[]') from categories c),
      'threads', (select coalesce(json_agg(t order by t.id), '[]') from threads t),
      'thread_replies', (select coalesce(json_agg(r order by r.id), '[]') from thread_replies r),
      'reply_votes', (select coalesce(json_agg(v order by v.id), '[]') from reply_votes v),
      'reply_revisions', (select coalesce(json_agg(e order by e.reply_id, e.revision), '[]') from reply_revisions e),
      'moderations', (select coalesce(json_agg(d order by d.id), '[]') from moderations d),
      'pictures', (select coalesce(json_agg(p order by p.hash), '[]') from pictures p),
      'picture_owners', (select coalesce(json_agg(o order by o.hash, o.owner_id), '[]') from picture_owners o),
      'picture_allowances', (select coalesce(json_agg(a order by a.owner_id), '[]') from picture_allowances a),
      'events', (select coalesce(json_agg(h order by h.id), '[]') from events h)
    ) as rows`);
  if (!row) throw new Error("The database answered nothing.");
  return row.rows;
}

export type ThreadRow = {
  title: string;
  status: "open" | "locked";
  isPinned: boolean;
  isDeleted: boolean;
  replyCount: number;
  lastNumber: number;
  score: number;
  replies: {
    number: number;
    authorId: string;
    body: string;
    score: number;
    revision: number;
    isDeleted: boolean;
    votes: Record<string, number>;
  }[];
};

/** A thread with everything that hangs on it, as it is stored. */
export async function threadRow(db: Database, number: number): Promise<ThreadRow> {
  const [row] = await db.execute<ThreadRow>(sql`
    select t.title, t.status, t.is_pinned as "isPinned", t.deleted_at is not null as "isDeleted",
      t.reply_count as "replyCount", t.last_number as "lastNumber", t.score,
      (select json_agg(json_build_object('number', r.number, 'authorId', r.author_id, 'body', r.body,
        'score', r.score, 'revision', r.revision, 'isDeleted', r.deleted_at is not null,
        'votes', (select coalesce(json_object_agg(v.voter_id, v.value), '{}') from reply_votes v
          where v.reply_id = r.id)) order by r.number)
      from thread_replies r where r.thread_id = t.id) as replies
    from threads t where t.number = ${number}`);
  if (!row) throw new Error(`There is no thread ${number}.`);
  return row;
}

/** How many threads someone has started. */
export async function countThreads(db: Database, authorId: string): Promise<number> {
  const [row] = await db.execute<{ count: number }>(
    sql`select count(*)::integer as count from threads where author_id = ${authorId}`,
  );
  return row?.count ?? 0;
}
