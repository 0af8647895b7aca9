import { type SQL, sql } from "drizzle-orm";
import { v7 as uuidv7 } from "uuid";
import type { ShowElsewhere } from "#app/domain/elsewhere.ts";
import { RENDERER_VERSION, renderMarkdown } from "#app/domain/markdown.ts";
import type { Outcome } from "#app/domain/outcome.ts";
import type { ReplyContext } from "#app/domain/views.ts";
import { CATEGORY_NAMES } from "./categories.server.ts";
import { type Database, violatedConstraint } from "./client.server.ts";
import { defineRead } from "./reads.server.ts";
import { deleteRefusal, editRefusal, personOf, replyRefusal, writeRefusal } from "./refusals.server.ts";
import { integer, nullable, word } from "./statements.server.ts";
import { FIRST_BODY, THREAD_STATE, type ThreadPlace } from "./threads.server.ts";
import { EVENTS, eventOf, recordEvents, write } from "./write.server.ts";

/**
 * A thread's state with one of its replies as it was typed (null where no such reply is), as `viewerId` may
 * see them: what somebody deleted is theirs alone. Null where the thread is not there. One statement.
 */
export async function getReply(
  db: Database,
  { thread, number, viewerId }: { thread: number; number: number | null; viewerId: string },
): Promise<ReplyContext | null> {
  const [row] = await REPLY.rows<ReplyContext>(db, { thread, number, viewer: viewerId });
  return row ?? null;
}

const REPLY = defineRead(
  "reply",
  { thread: integer, number: nullable(integer), viewer: word },
  ({ thread, number, viewer }) => sql`
    select to_jsonb(state) - 'id' as thread, (
      select json_build_object('number', r.number, 'authorId', r.author_id, 'handle', m.handle,
        'body', r.body, 'bodyHtml', r.body_html, 'revision', r.revision, 'isDeleted', r.deleted_at is not null)
      from thread_replies r join members m on m.user_id = r.author_id
      where r.thread_id = state.id and r.number = ${number}
        and (r.deleted_at is null or r.author_id = ${viewer})) as reply, ${CATEGORY_NAMES} as categories
    from (
      select ${THREAD_STATE}, t.id from threads t
      where t.number = ${thread} and (t.deleted_at is null or t.author_id = ${viewer})
    ) state`,
);

export type NewReply = {
  thread: number;
  authorId: string;
  body: string;
  replyTo: number | null;
  submission: string;
};
export type CreatedReply = { number: number; thread: ThreadPlace };

/**
 * Writes a reply. One statement: the thread's row lock gives out the number, and the thread's state is
 * looked at under it. A second arrival of a submission answers with the reply that the first one made. `conflict`: the
 * submission came before with another text, and nothing was written. `show` shows pictures of other hosts.
 */
export async function createReply(
  db: Database,
  reply: NewReply,
  show: ShowElsewhere | null = null,
): Promise<Outcome<CreatedReply, object>> {
  try {
    return await insertReply(db, reply, show);
  } catch (error) {
    if (violatedConstraint(error) !== "thread_replies_submission_key") throw error;
    return insertReply(db, reply, show);
  }
}

function insertReply(db: Database, reply: NewReply, show: ShowElsewhere | null) {
  const { authorId, submission } = reply;
  return write<CreatedReply, object>(
    db,
    sql`
    with ${personOf(authorId)}, earlier as (
      select r.number, t.number as thread, t.title,
        (t.number, ${FIRST_BODY}) = (${reply.thread}, ${reply.body}) as "isRepeat"
      from thread_replies r join threads t on t.id = r.thread_id
      where r.author_id = ${authorId} and r.submission = ${submission}::uuid
    ), target as materialized (
      select t.id, ${replyRefusal} as refusal
      from threads t cross join person
      where t.number = ${reply.thread} and t.deleted_at is null and not exists (select 1 from earlier)
      for no key update of t
    ), thread as (
      update threads t
      set last_number = t.last_number + 1, reply_count = t.reply_count + 1,
        -- now() was fixed before this statement waited for the lock; times must follow the numbers.
        last_activity_at = greatest(t.last_activity_at, clock_timestamp())
      from target
      where t.id = target.id and target.refusal is null
      returning t.id, t.number, t.title, t.author_id, t.category_id, t.last_number, t.last_activity_at
    ), created as (
      insert into thread_replies
        (id, thread_id, author_id, number, reply_to_number, body, body_html, renderer_version, submission, created_at)
      select ${uuidv7()}::uuid, thread.id, person.id, thread.last_number,
        (select p.number from thread_replies p where p.thread_id = thread.id and p.number = ${reply.replyTo}::integer),
        ${reply.body}, ${renderMarkdown(reply.body, show)}, ${RENDERER_VERSION}::smallint, ${submission}::uuid,
        thread.last_activity_at
      from thread, person
    ), counted as (
      update categories set reply_count = reply_count + 1 where id in (select category_id from thread)
    ), ${recordEvents(
      eventOf(
        "reply-written",
        {
          thread: sql`thread.number`,
          reply: sql`thread.last_number`,
          category: sql`thread.category_id`,
          author: sql`person.id`,
          starter: sql`thread.author_id`,
        },
        sql`from thread, person`,
      ),
    )}
    select
      case when earlier."isRepeat" then null else coalesce(target.refusal, ${writeRefusal}) end as refusal,
      case when not earlier."isRepeat" then '{}'::json end as newer,
      coalesce(thread.last_number, earlier.number) as number,
      json_build_object('number', coalesce(thread.number, earlier.thread), 'title', coalesce(thread.title, earlier.title))
        as thread,
      ${EVENTS}
    from person
    left join earlier on true
    left join target on true
    left join thread on true
    where ${writeRefusal} is not null or earlier.number is not null or target.id is not null`,
  );
}

export type ReplyEdit = {
  thread: number;
  number: number;
  authorId: string;
  body: string;
  /** The thread's title, where the opening post is edited. */
  title: string | null;
  /** The revision that the form was drawn from. */
  revision: number;
};
/** What stands there in place of what the form was drawn from. */
export type NewerReply = { body: string; title: string; revision: number };

/**
 * Saves what an author changed, and keeps what that replaced. One statement. Where the reply was edited since the form
 * was drawn, nothing is written and the newer text comes back; a repeat of the very same edit counts as saved. `show` shows pictures of other hosts.
 */
export function editReply(
  db: Database,
  { thread, number, authorId, body, title, revision }: ReplyEdit,
  show: ShowElsewhere | null = null,
): Promise<Outcome<{ title: string }, NewerReply>> {
  return write(
    db,
    sql`
    with ${personOf(authorId)}, target as materialized (
      select t.id as thread_id, t.number as thread, t.title, coalesce(${title}::text, t.title) as new_title,
        r.id, r.number, r.body, r.revision, ${editRefusal} as refusal
      from threads t join thread_replies r on r.thread_id = t.id cross join person
      where t.number = ${thread} and r.number = ${number}::integer
        and (t.deleted_at is null or t.author_id = person.id)
      ${lockPost(number)}
    ), edit as materialized (
      -- A save that changes no word counts as an edit of the text: it shows as edited from now on.
      select target.*, body <> ${body} or title = new_title as "isRewritten", title <> new_title as "isRetitled"
      from target
      where refusal is null and revision = ${revision}::integer
    ), replaced as (
      insert into reply_revisions (reply_id, revision, title, body, replaced_by)
      select edit.id, edit.revision, case when edit.number = 1 then edit.title end, edit.body, person.id
      from edit, person
    ), saved as (
      update thread_replies r
      set body = ${body}, body_html = ${renderMarkdown(body, show)},
        renderer_version = ${RENDERER_VERSION}::smallint, revision = r.revision + 1, edited_at = now()
      from edit
      where r.id = edit.id
    ), retitled as (
      update threads t set title = edit.new_title from edit where t.id = edit.thread_id and edit."isRetitled"
    ), ${recordEvents(
      eventOf(
        "reply-edited",
        { thread: sql`edit.thread`, reply: sql`edit.number`, author: sql`person.id` },
        sql`from edit, person where edit."isRewritten"`,
      ),
      eventOf(
        "thread-retitled",
        { thread: sql`edit.thread`, author: sql`person.id` },
        sql`from edit, person where edit."isRetitled"`,
      ),
    )}
    select coalesce(target.refusal, ${writeRefusal}) as refusal, target.new_title as title,
      case when target.revision <> ${revision}::integer and (target.body, target.title) <> (${body}, target.new_title)
        then json_build_object('body', target.body, 'title', target.title, 'revision', target.revision)
      end as newer,
      ${EVENTS}
    from person left join target on true
    where ${writeRefusal} is not null or target.id is not null`,
  );
}

/**
 * Locks a post for a write: the thread's row first, as strongly as the write needs it, then the reply's. The opening post's
 * title and score stand in the thread's row.
 */
export function lockPost(number: number): SQL {
  return number === 1 ? sql`for no key update of t, r` : sql`for share of t for no key update of r`;
}

/**
 * Deletes what its author wrote, or brings it back. A reply leaves its place; an opening post that nobody
 * has answered takes its thread along. Answers the thread that it stands in. One statement.
 */
export function deleteReply(
  db: Database,
  {
    thread,
    number,
    authorId,
    deleted,
  }: { thread: number; number: number; authorId: string; deleted: boolean },
): Promise<Outcome<ThreadPlace>> {
  const place = {
    thread: sql`thread`,
    category: sql`category_id`,
    author: sql`author_id`,
  };
  return write(
    db,
    sql`
    with ${personOf(authorId)}, target as materialized (
      select t.id as thread_id, t.number as thread, t.title, t.category_id, t.author_id as starter,
        r.id, r.number, r.author_id, (r.deleted_at is null) = ${deleted} as "isChanged",
        case when r.number > 1 then ${deleted ? -1 : 1}::integer else 0 end as replies,
        case
          when r.number > 1 then 0
          when ${deleted} and t.reply_count = 0 then -1
          when not ${deleted} and t.deleted_at is not null then 1
          else 0
        end as threads,
        ${deleteRefusal} as refusal
      from threads t join thread_replies r on r.thread_id = t.id cross join person
      where t.number = ${thread} and r.number = ${number}::integer
        and (t.deleted_at is null or (r.number = 1 and t.author_id = person.id))
      for no key update of t, r
    ), change as materialized (
      select * from target where refusal is null and "isChanged"
    ), changed as (
      update thread_replies r
      set deleted_at = ${deleted ? sql`now()` : sql`null`}, deleted_by = ${deleted ? authorId : null}
      from change
      where r.id = change.id
    ), counted as (
      update threads t
      set reply_count = t.reply_count + change.replies,
        deleted_at = case change.threads when 0 then t.deleted_at when -1 then now() end,
        deleted_by = case change.threads when 0 then t.deleted_by when -1 then change.author_id end
      from change
      where t.id = change.thread_id
    ), category as (
      update categories c
      set reply_count = c.reply_count + change.replies, thread_count = c.thread_count + change.threads
      from change
      where c.id = change.category_id and (change.replies, change.threads) <> (0, 0)
    ), ${recordEvents(
      eventOf(
        deleted ? "reply-deleted" : "reply-restored",
        { ...place, reply: sql`number`, starter: sql`starter` },
        sql`from change`,
      ),
      eventOf(deleted ? "thread-deleted" : "thread-restored", place, sql`from change where threads <> 0`),
    )}
    select coalesce(target.refusal, ${writeRefusal}) as refusal, target.thread::integer as number, target.title, ${EVENTS}
    from person left join target on true
    where ${writeRefusal} is not null or target.id is not null`,
  );
}
