import { sql } from "drizzle-orm";
import { beforeEach, expect, test } from "vitest";
import { testDatabase } from "#test/database.ts";
import { makeMember } from "#test/people.ts";
import { getViewerWithVotes } from "./members.server.ts";
import { endSession } from "./sessions.server.ts";

const { db, connect } = await testDatabase();
const { id } = await makeMember(db);
const ENDED = "sess_2aaaaaaaaaaaaaaaaaaaaaaaaaa";
const OTHER = "sess_2bbbbbbbbbbbbbbbbbbbbbbbbbb";

beforeEach(() => db.execute(sql`delete from ended_sessions`));

async function isEnded(session: string): Promise<boolean | undefined> {
  return (await getViewerWithVotes(db, id, null, session))?.isSessionEnded;
}

async function endedAgo(session: string, seconds: number): Promise<void> {
  await db.execute(sql`
    insert into ended_sessions values (${session}, now() - make_interval(secs => ${seconds}::integer))`);
}

test("a session that somebody has signed out of is known for that, and no other session of theirs", async () => {
  await endSession(db, ENDED);
  expect([await isEnded(ENDED), await isEnded(OTHER)]).toEqual([true, false]);
});

test("a session counts as ended for as long as a token of it can be valid: 65 seconds, and some for clocks", async () => {
  await endedAgo(ENDED, 66);
  await endedAgo(OTHER, 130);
  expect([await isEnded(ENDED), await isEnded(OTHER)]).toEqual([true, false]);
});

test("signing out again begins the time anew, and forgets the sessions whose tokens have run out", async () => {
  await endedAgo(ENDED, 130);
  await endedAgo(OTHER, 130);
  await endSession(db, ENDED);
  expect(await isEnded(ENDED)).toBe(true);
  expect(await db.execute(sql`select session_id from ended_sessions`)).toEqual([{ session_id: ENDED }]);
});

test("people who sign out at once do not disturb one another", async () => {
  await endedAgo(OTHER, 130);
  const sessions = Array.from({ length: 20 }, (_, at) => `sess_${String(at % 10).padStart(27, "0")}`);
  const connections = connect(sessions.length);
  await Promise.all(connections.map((each, at) => endSession(each, sessions[at] ?? "")));
  const rows = await db.execute(sql`select count(*)::integer as rows from ended_sessions`);
  expect(rows).toEqual([{ rows: 10 }]);
});

test("nothing that is no id of Clerk's gets into the statement", async () => {
  await expect(endSession(db, "sess_'; drop table members")).rejects.toThrow(TypeError);
  await expect(isEnded("sess_'; drop table members")).rejects.toThrow(TypeError);
});
