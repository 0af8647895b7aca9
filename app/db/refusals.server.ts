import { type SQL, sql } from "drizzle-orm";

/*
 * The questions of app/domain/permissions.ts once more, in the same words, for the statements that write: asked there,
 * they are about the rows as they stand under their locks. A test holds each against its twin in every state.
 *
 * They speak of `person`, as `personOf` finds it, of a thread `t` and of a reply `r`. A statement locks rows in one order:
 * the person, the thread, its reply, and counters last (docs/decisions/0015-outcomes-and-events.md).
 */

/**
 * The part of a write that finds who writes, to stand first in its `with`. One row in any case, with `refusal` as the
 * answer to `writeRefusal`; `id` is null for somebody of whom there is no row. Their standing is locked: a suspension,
 * another role or the end of the account comes before this write, and is seen by it, or after it. `lock` is another
 * one for a write that changes the member: two of those must not both share the row, and then wait for each other.
 */
export function personOf(userId: string, lock = sql`for share of u, m`): SQL {
  return sql`person as materialized (
    select known.id, known.role, known.handle, known.color_scheme, known.date_style, known.language,
      known.pictures_as_links,
      case
        when known.id is null then 'signed-out'
        when known.deleted_at is not null then 'account-deleted'
        when known.suspended_until > now() then 'suspended'
      end as refusal
    from (select 1) one
    left join (
      select u.id, u.deleted_at, m.role, m.suspended_until, m.handle, m.color_scheme, m.date_style, m.language,
        m.pictures_as_links
      from "user" u join members m on m.user_id = u.id
      where u.id = ${userId}
      ${lock}
    ) known on true)`;
}

/** Why the person may not write anything at all, or null. */
export const writeRefusal = sql`person.refusal`;

const isStaff = sql`person.role in ('moderator', 'admin')`;

/** Why the person may not reply in the thread, or null. */
export const replyRefusal = sql`coalesce(person.refusal, case
  when t.deleted_at is not null then 'deleted'
  when t.status = 'locked' and not ${isStaff} then 'locked' end)`;

/** Why the person may not vote on the reply, or null. */
export const voteRefusal = sql`coalesce(${replyRefusal}, case
  when t.status = 'locked' then 'locked'
  when r.deleted_at is not null then 'deleted'
  when r.author_id = person.id then 'own-reply' end)`;

/** Why the person may not change the text of the reply, or null. */
export const editRefusal = sql`coalesce(person.refusal, case
  when r.author_id <> person.id then 'not-author'
  when t.deleted_at is not null or r.deleted_at is not null then 'deleted'
  when t.status = 'locked' and not ${isStaff} then 'locked' end)`;

/** Why the person may not delete or restore the reply, or null. */
export const deleteRefusal = sql`coalesce(person.refusal, case
  when r.author_id <> person.id then 'not-author' end)`;

/** Why the person may not lock and pin threads, or null. */
export const moderateRefusal = sql`coalesce(person.refusal, case
  when not ${isStaff} then 'not-staff' end)`;

/** Why the person may not delete what others have uploaded, or null. */
export const pictureRefusal = sql`coalesce(person.refusal, case
  when person.role <> 'admin' then 'not-admin' end)`;
