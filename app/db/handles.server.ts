import { type SQL, sql } from "drizzle-orm";

/*
 * Who may have a handle. One that somebody gave up stays theirs, and one of a deleted account nobody's, for a time
 * (docs/decisions/0022-names-that-stay.md). A statement asks as the database stood when it began, and that is enough: a handle
 * which somebody is giving up in that moment is still seen with them, and the unique index decides between two who take a free one.
 */

/** Whether a handle is somebody else's than this person's, or kept for somebody else. Both may be any expression. */
export function isTaken(handle: SQL, userId: SQL): SQL {
  return sql`(
    exists (
      select 1 from members other where lower(other.handle) = lower(${handle}) and other.user_id <> ${userId})
    or exists (
      select 1 from former_handles f
      where f.handle_hash = hash_of_handle(${handle}) and f.user_id is distinct from ${userId}
        and (f.free_on is null or f.free_on > current_date)))`;
}

/** The id of the member who has this handle, or who had it and left it to nobody; null where there is none. */
export function holderOf(handle: SQL): SQL {
  return sql`coalesce(
    (select holder.user_id from members holder where lower(holder.handle) = lower(${handle})),
    (select f.user_id from former_handles f where f.handle_hash = hash_of_handle(${handle})))`;
}
