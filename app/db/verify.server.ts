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

/**
 * What edits replaced, as far as it was kept: nothing is missing between the first that was kept and the text that stands.
 * Edits from before there were revisions have none.
 */
const REPLY_REVISIONS = differences(
  sql`
    select 'thread ' || t.number || ', reply ' || r.number as subject, r.revision, r.edited_at,
      count(*) as kept, count(v.title) as titled, min(v.revision) as first, max(v.revision) as last,
      max(v.replaced_at) as replaced_at, case when r.number = 1 then count(*) else 0 end as titles
    from reply_revisions v
    join thread_replies r on r.id = v.reply_id
    join threads t on t.id = r.thread_id
    group by r.id, t.id`,
  {
    "thread_replies.revision": { stored: sql`revision`, expected: sql`last + 1` },
    "thread_replies.edited_at": { stored: sql`edited_at`, expected: sql`replaced_at` },
    "reply_revisions.revision": { stored: sql`kept`, expected: sql`last - first + 1` },
    "reply_revisions.title": { stored: sql`titled`, expected: sql`titles` },
  },
);

/** A thread is as the last moderator left it. What was locked or pinned before acts were kept has no row. */
const MODERATED_THREADS = differences(
  sql`
    select 'thread ' || t.number as subject, (t.status = 'locked')::text as locked, t.is_pinned::text as pinned,
      (array_agg(m.value order by m.id desc) filter (where m.action = 'lock'))[1] as last_lock,
      (array_agg(m.value order by m.id desc) filter (where m.action = 'pin'))[1] as last_pin
    from moderations m
    join threads t on t.id = m.thread_id
    group by t.id`,
  {
    "threads.status": { stored: sql`locked`, expected: sql`coalesce(last_lock, locked)` },
    "threads.is_pinned": { stored: sql`pinned`, expected: sql`coalesce(last_pin, pinned)` },
  },
);

/** A member is as the last act of a moderator or an operator left them; an account that is deleted has nothing of it. */
const MODERATED_MEMBERS = differences(
  sql`
    select 'user ' || u.id as subject, member.role, member.suspended_until,
      (array_agg(m.value order by m.id desc) filter (where m.action = 'role'))[1] as last_role,
      (array_agg(m.value order by m.id desc) filter (where m.action = 'suspension'))[1] as last_suspension
    from moderations m
    join "user" u on u.id = m.member_id
    join members member on member.user_id = u.id
    where u.deleted_at is null
    group by u.id, member.user_id`,
  {
    "members.role": { stored: sql`role`, expected: sql`coalesce(last_role, role)` },
    "members.suspended_until": {
      stored: sql`coalesce(suspended_until, 'infinity')`,
      expected: sql`case last_suspension when 'false' then 'infinity' else coalesce(last_suspension::timestamptz, suspended_until, 'infinity') end`,
    },
  },
);

/** Deleting an account takes these words along, and what the person uploaded (`erase_words`). Says how many are left, and never which. */
const ERASED_WORDS = sql`
  select 'user ' || u.id as subject, kept.name as column, kept.rows || ' kept' as stored, 'none' as expected
  from "user" u
  cross join lateral (
    select 'reply_revisions.body' as name, count(*) as rows
    from thread_replies r join reply_revisions v on v.reply_id = r.id where r.author_id = u.id
    union all
    select 'moderations.reason', count(m.reason) from moderations m where m.member_id = u.id
    union all
    select 'picture_owners.owner_id', count(*) from picture_owners o where o.owner_id = u.id
  ) kept
  where u.deleted_at is not null and kept.rows > 0
  order by u.id, kept.name`;

/** A handle that is kept is nobody's, and a deleted account has none. Says whose, and never which. */
const FORMER_HANDLES = sql`
  select 'user ' || coalesce(m.user_id, f.user_id) as subject, 'former_handles.handle_hash' as column,
    case when m.user_id is null then 'kept' else 'a handle that somebody has' end as stored,
    case when m.user_id is null then 'none of a deleted account' else 'a handle that nobody has' end as expected
  from former_handles f
  left join members m on hash_of_handle(m.handle) = f.handle_hash
  left join "user" u on u.id = f.user_id
  where m.user_id is not null or u.deleted_at is not null
  order by 1`;

const FORMER_SLUGS = sql`
  select 'category ' || c.slug as subject, 'former_slugs.slug' as column, f.slug as stored,
    'a slug that no category has' as expected
  from former_slugs f join categories c on c.slug = f.slug
  order by f.slug`;

/** A picture that is being removed is nobody's. */
const PICTURE_OWNERS = differences(
  sql`
    select 'picture ' || p.hash as subject, p.owners, count(o.owner_id) as counted, p.remove_at is null or count(o.owner_id) = 0 as sound
    from pictures p
    left join picture_owners o on o.hash = p.hash
    group by p.hash`,
  {
    "pictures.owners": { stored: sql`owners`, expected: sql`counted` },
    "pictures.remove_at": { stored: sql`sound`, expected: sql`true` },
  },
);

/** What nobody owns is removed within minutes. Its bytes are still there if the row is. */
const FORGOTTEN_PICTURES = sql`
  select 'picture ' || hash as subject, 'pictures.remove_at' as column, remove_at::text as stored, 'its removal' as expected
  from pictures
  where owners = 0 and remove_at < now() - interval '1 day'
  order by hash`;

const CHECKS = [
  CATEGORY_COUNTERS,
  OPENING_POSTS,
  THREAD_COUNTERS,
  ACCEPTED_NUMBERS,
  REPLY_SCORES,
  REPLY_NUMBERS,
  REPLY_TARGETS,
  MEMBER_ROWS,
  REPLY_REVISIONS,
  MODERATED_THREADS,
  MODERATED_MEMBERS,
  ERASED_WORDS,
  FORMER_HANDLES,
  FORMER_SLUGS,
  PICTURE_OWNERS,
  FORGOTTEN_PICTURES,
];
