import { type SQL, sql } from "drizzle-orm";

/**
 * True where this person may write at the moment the statement runs, whatever the request believed:
 * they exist, their account is not deleted, and they are not suspended.
 */
export function mayWrite(userId: string): SQL {
  return sql`exists (
    select 1 from members m join "user" u on u.id = m.user_id
    where m.user_id = ${userId} and u.deleted_at is null
      and (m.suspended_until is null or m.suspended_until <= now()))`;
}
