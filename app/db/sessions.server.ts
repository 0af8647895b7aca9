import { type SQL, sql } from "drizzle-orm";
import type { Database } from "./client.server.ts";
import { integer, word } from "./statements.server.ts";

/** Longer than a session token lives: 60 seconds, and 5 that Clerk allows for clocks. The rest is for ours. */
const TOKEN_SECONDS = 120;

/** True where somebody has signed out of this session (an expression, which may be null), and a token of it may still be valid. */
export function isSessionEnded(sessionId: SQL): SQL {
  return sql`exists (
    select 1 from ended_sessions where session_id = ${sessionId} and ended_at > ${oldestThatCounts()})`;
}

/**
 * Notes that somebody signed out of a session, and forgets those whose tokens have run out. One statement. Rows that
 * another sign-out is busy with are left to it, so that no two wait for one another.
 */
export async function endSession(db: Database, sessionId: string): Promise<void> {
  await db.execute(sql`
    with forgotten as (
      delete from ended_sessions where session_id in (
        select session_id from ended_sessions
        where ended_at <= ${oldestThatCounts()} and session_id <> ${word(sessionId)}
        for update skip locked)
    )
    insert into ended_sessions (session_id) values (${word(sessionId)})
    on conflict (session_id) do update set ended_at = excluded.ended_at`);
}

function oldestThatCounts(): SQL {
  return sql`now() - make_interval(secs => ${integer(TOKEN_SECONDS)})`;
}
