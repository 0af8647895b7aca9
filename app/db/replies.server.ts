import { sql } from "drizzle-orm";
import { v7 as uuidv7 } from "uuid";
import { RENDERER_VERSION, renderMarkdown } from "#app/domain/markdown.ts";
import type { Refusal } from "#app/domain/permissions.ts";
import type { ReplyContext } from "#app/domain/views.ts";
import { type Database, violatedConstraint } from "./client.server.ts";
import { integer, mayWrite, word } from "./statements.server.ts";
import { THREAD_STATE } from "./threads.server.ts";

/**
 * A thread's state with one of its replies as it was typed (null where no such reply is), as `viewerId` may
 * see them: what somebody deleted is theirs alone. Null where the thread is not there. One statement.
 */
export async function getReply(
  db: Database,
  { thread, number, viewerId }: { thread: number; number: number | null; viewerId: string },
): Promise<ReplyContext | null> {
  const viewer = word(viewerId);
  const wanted = number === null ? sql`null` : integer(number);
  const [row] = await db.execute<ReplyContext>(sql`
    select to_jsonb(state) - 'id' as thread, (
      select json_build_object('number', r.number, 'authorId', r.author_id, 'handle', m.handle,
        'body', r.body, 'bodyHtml', r.body_html, 'revision', r.revision, 'isDeleted', r.deleted_at is not null)
      from thread_replies r join members m on m.user_id = r.author_id
      where r.thread_id = state.id and r.number = ${wanted}
        and (r.deleted_at is null or r.author_id = ${viewer})) as reply
    from (
      select ${THREAD_STATE}, t.id from threads t
      where t.number = ${integer(thread)} and (t.deleted_at is null or t.author_id = ${viewer})
    ) state`);
  return row ?? null;
}

export type NewReply = {
  thread: number;
  authorId: string;
  body: string;
  replyTo: number | null;
  submission: string;
};
export type CreatedReply =
  | { outcome: "created"; number: number; thread: { number: number; title: string; category: string } }
  | { outcome: "refused"; refusal: Refusal }
  | { outcome: "no-thread" };

/**
 * Writes a reply. One statement: the thread's row lock gives out the number, and the thread's state is
 * looked at under it. A second arrival of a submission answers with the reply that the first one made.
 */
export async function createReply(db: Database, reply: NewReply): Promise<CreatedReply> {
  try {
    return await insertReply(db, reply);
  } catch (error) {
    if (violatedConstraint(error) !== "thread_replies_submission_key") throw error;
    return insertReply(db, reply);
  }
}

type InsertedReply = {
  number: number | null;
  thread: number | null;
  title: string;
  category: string;
  status: "open" | "locked" | null;
  mayWrite: boolean;
};

async function insertReply(db: Database, reply: NewReply): Promise<CreatedReply> {
  const { authorId, submission } = reply;
  const [row] = await db.execute<InsertedReply>(sql`
    with earlier as (
      select r.number, t.number as thread, t.title, t.category_id from thread_replies r join threads t on t.id = r.thread_id
      where r.author_id = ${authorId} and r.submission = ${submission}::uuid
    ), thread as (
      update threads
      set last_number = last_number + 1, reply_count = reply_count + 1,
        -- now() was fixed before this statement waited for the lock; times must follow the numbers.
        last_activity_at = greatest(last_activity_at, clock_timestamp())
      where number = ${reply.thread} and status = 'open' and deleted_at is null
        and ${mayWrite(authorId)} and not exists (select 1 from earlier)
      returning id, number, title, category_id, last_number, last_activity_at
    ), created as (
      insert into thread_replies
        (id, thread_id, author_id, number, reply_to_number, body, body_html, renderer_version, submission, created_at)
      select ${uuidv7()}::uuid, thread.id, ${authorId}, thread.last_number,
        (select p.number from thread_replies p where p.thread_id = thread.id and p.number = ${reply.replyTo}::integer),
        ${reply.body}, ${renderMarkdown(reply.body)}, ${RENDERER_VERSION}::smallint, ${submission}::uuid,
        thread.last_activity_at
      from thread
      returning number
    ), counted as (
      update categories set reply_count = reply_count + 1 where id in (select category_id from thread)
    ), result as (
      select created.number, thread.number as thread, thread.title, thread.category_id from created, thread
      union all select number, thread, title, category_id from earlier
    )
    select result.number, result.thread::integer as thread, result.title, c.slug as category, state.status,
      ${mayWrite(authorId)} as "mayWrite"
    from (select 1) one
    left join result on true
    left join categories c on c.id = result.category_id
    left join threads state on state.number = ${reply.thread} and state.deleted_at is null`);
  if (row?.number && row.thread) {
    const { number, thread, title, category } = row;
    return { outcome: "created", number, thread: { number: thread, title, category } };
  }
  if (!row?.mayWrite) return { outcome: "refused", refusal: "suspended" };
  return row.status ? { outcome: "refused", refusal: "locked" } : { outcome: "no-thread" };
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
export type EditedReply =
  | {
      outcome: "saved";
      title: string;
      /** Whether the thread's title may be another now. */
      isRetitled: boolean;
    }
  | { outcome: "conflict"; body: string; title: string; revision: number }
  | { outcome: "refused"; refusal: Refusal }
  | { outcome: "no-reply" };

/**
 * Saves what an author changed. One statement. Where the reply was edited since the form was drawn, nothing
 * is written and the newer text comes back; a repeat of the very same edit counts as saved.
 */
export async function editReply(db: Database, edit: ReplyEdit): Promise<EditedReply> {
  const [row] = await db.execute<{
    isSaved: boolean;
    body: string | null;
    title: string | null;
    revision: number | null;
    refusal: Refusal | null;
  }>(sql`
    with target as (
      select r.id, t.id as thread_id, r.body, r.revision, t.title,
        case
          when not ${mayWrite(edit.authorId)} then 'suspended'
          when r.author_id <> ${edit.authorId} then 'not-author'
          when r.deleted_at is not null or t.deleted_at is not null then 'deleted'
          when t.status = 'locked' then 'locked'
        end as refusal
      from thread_replies r join threads t on t.id = r.thread_id
      where t.number = ${edit.thread} and r.number = ${edit.number}::integer
        and (t.deleted_at is null or t.author_id = ${edit.authorId})
    ), saved as (
      update thread_replies r
      set body = ${edit.body}, body_html = ${renderMarkdown(edit.body)},
        renderer_version = ${RENDERER_VERSION}::smallint, revision = r.revision + 1, edited_at = now()
      from target
      where r.id = target.id and target.refusal is null and r.revision = ${edit.revision}::integer
        and r.deleted_at is null
      returning r.id
    ), retitled as (
      update threads t set title = ${edit.title ?? ""} from target
      where ${edit.title !== null} and t.id = target.thread_id and exists (select 1 from saved)
    )
    select exists (select 1 from saved) as "isSaved", target.body, target.title, target.revision,
      target.refusal
    from target`);
  if (!row) return { outcome: "no-reply" };
  if (row.refusal) return { outcome: "refused", refusal: row.refusal };
  const title = edit.title ?? row.title ?? "";
  if (row.isSaved) return { outcome: "saved", title, isRetitled: title !== row.title };
  const current = row.revision === edit.revision ? await getCurrent(db, edit) : row;
  if (current?.body === edit.body && current.title === title)
    return { outcome: "saved", title, isRetitled: edit.title !== null };
  if (!current) return { outcome: "refused", refusal: "deleted" };
  return {
    outcome: "conflict",
    body: current.body ?? "",
    title: current.title ?? "",
    revision: current.revision ?? 0,
  };
}

/** The text that won a race which the losing statement's snapshot could not see yet. */
async function getCurrent(db: Database, { thread, number, authorId }: ReplyEdit) {
  const found = await getReply(db, { thread, number, viewerId: authorId });
  if (!found?.reply || found.reply.isDeleted) return null;
  return { body: found.reply.body, title: found.thread.title, revision: found.reply.revision };
}

/** The thread that a reply was deleted from or restored to, and why nothing was done, if so. */
export type DeletedReply = { number: number; title: string; category: string; refusal: Refusal | null };

/**
 * Deletes what its author wrote, or brings it back. A reply leaves its place; an opening post that nobody
 * has answered takes its thread along. `refusal` says why nothing was done. Null: no such reply. One statement.
 */
export async function deleteReply(
  db: Database,
  {
    thread,
    number,
    authorId,
    deleted,
  }: { thread: number; number: number; authorId: string; deleted: boolean },
): Promise<DeletedReply | null> {
  const step = deleted ? -1 : 1;
  const [row] = await db.execute<DeletedReply>(sql`
    with target as (
      select r.id, t.number, t.title, t.category_id,
        case
          when not ${mayWrite(authorId)} then 'suspended'
          when r.author_id <> ${authorId} then 'not-author'
        end as refusal
      from thread_replies r join threads t on t.id = r.thread_id
      where t.number = ${thread} and r.number = ${number}::integer
        and (t.deleted_at is null or (r.number = 1 and t.author_id = ${authorId}))
    ), changed as (
      update thread_replies r
      set deleted_at = ${deleted ? sql`now()` : sql`null`}, deleted_by = ${deleted ? authorId : null}
      from target
      where r.id = target.id and target.refusal is null and (r.deleted_at is null) = ${deleted}
      returning r.thread_id, r.number
    ), counted as (
      update threads t
      set reply_count = t.reply_count + case when changed.number > 1 then ${step}::integer else 0 end,
        deleted_at = case when changed.number > 1 then t.deleted_at
          when ${deleted} and t.reply_count = 0 then now() end,
        deleted_by = case when changed.number > 1 then t.deleted_by
          when ${deleted} and t.reply_count = 0 then ${authorId} end
      from changed
      where t.id = changed.thread_id
      returning t.id, t.category_id, changed.number, t.deleted_at
    ), category as (
      update categories c
      set reply_count = c.reply_count + case when counted.number > 1 then ${step}::integer else 0 end,
        thread_count = c.thread_count + case
          when counted.number = 1 and ${deleted} and counted.deleted_at is not null then -1
          when counted.number = 1 and not ${deleted} and before.deleted_at is not null then 1
          else 0 end
      from counted join threads before on before.id = counted.id
      where c.id = counted.category_id
    )
    select target.number::integer as number, target.title, c.slug as category, target.refusal
    from target join categories c on c.id = target.category_id`);
  return row ?? null;
}
