import { type SQL, sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { testDatabase } from "#test/database.ts";
import { makeCategory, makeReply, makeThread, makeVote } from "#test/forum.ts";
import { makeMember } from "#test/people.ts";

const { db } = await testDatabase();
const category = await makeCategory(db, { slug: "support" });
const author = await makeMember(db, { handle: "author" });
const voter = await makeMember(db);
const thread = await makeThread(db, { author, category });
await makeReply(db, { author: voter, thread });
await makeVote(db, { voter, thread });

/** SQLSTATE (PostgreSQL manual, appendix A). Before Postgres 18 a restriction was reported as a foreign key. */
const REASONS: Record<string, string> = {
  "23001": "foreign key",
  "23503": "foreign key",
  "23505": "unique",
  "23514": "check",
};

/** What refuses a statement; null where nothing does. */
async function refusal(statement: SQL): Promise<string | null> {
  try {
    await db.execute(statement);
    return null;
  } catch (error) {
    const { code } = (error as { cause: { code: string } }).cause;
    return REASONS[code] ?? code;
  }
}

const theThread = sql`(select id from threads where number = ${thread.number})`;
const theOpeningPost = sql`(select id from thread_replies where number = 1 and thread_id = ${theThread})`;

test("a category that holds threads cannot be deleted; an empty one can", async () => {
  const empty = await makeCategory(db);
  expect(await refusal(sql`delete from categories where slug = ${category}`)).toBe("foreign key");
  expect(await refusal(sql`delete from categories where slug = ${empty}`)).toBeNull();
});

test.each([
  ["a thread", author.id],
  ["a reply and a vote", voter.id],
])("a person who wrote %s cannot be deleted, with or without their member row", async (_, id) => {
  expect(await refusal(sql`delete from "user" where id = ${id}`)).toBe("foreign key");
  await db.execute(sql`begin`);
  await db.execute(sql`delete from members where user_id = ${id}`);
  expect(await refusal(sql`delete from "user" where id = ${id}`)).toBe("foreign key");
  await db.execute(sql`rollback`);
});

test.each([
  ["a thread with replies", sql`delete from threads where id = ${theThread}`],
  ["a reply with votes", sql`delete from thread_replies where id = ${theOpeningPost}`],
  ["a thread of an unknown category", sql`update threads set category_id = gen_random_uuid()`],
  ["a thread of an unknown author", sql`update threads set author_id = 'nobody'`],
  ["a reply of an unknown author", sql`update thread_replies set author_id = 'nobody'`],
  ["a reply to a number that is not there", sql`update thread_replies set reply_to_number = 9`],
  ["a vote on an unknown reply", sql`update reply_votes set reply_id = gen_random_uuid()`],
  ["a vote of an unknown voter", sql`update reply_votes set voter_id = 'nobody'`],
])("refused by a foreign key: %s", async (_, statement) => {
  expect(await refusal(statement)).toBe("foreign key");
});

test.each([
  ["a status", sql`update threads set status = 'closed'`],
  ["a vote of 0", sql`update reply_votes set value = 0`],
  ["a vote of 2", sql`update reply_votes set value = 2`],
  ["a role", sql`update members set role = 'owner'`],
  ["a colour scheme", sql`update members set color_scheme = 'pink'`],
  ["a date style", sql`update members set date_style = 'julian'`],
  ["a language", sql`update members set language = 'Deutsch'`],
  ["a source of handles", sql`update members set handle_source = 'magic'`],
])("refused by a check: %s that there is not", async (_, statement) => {
  expect(await refusal(statement)).toBe("check");
});

test.each([
  [
    "a second vote of one person on one reply",
    sql`
    insert into reply_votes (id, reply_id, voter_id, value)
    select gen_random_uuid(), reply_id, voter_id, -1 from reply_votes`,
  ],
  ["a number twice in a thread", sql`update thread_replies set number = 1`],
  ["a category's slug twice", sql`insert into categories (slug, name) values ('support', 'Again')`],
  [
    "a handle that differs in its case alone",
    sql`
    update members set handle = 'AUTHOR' where user_id = ${voter.id}`,
  ],
])("refused by a unique constraint: %s", async (_, statement) => {
  expect(await refusal(statement)).toBe("unique");
});

/** An act of the author's, with whatever else is given. */
const act = (columns: SQL, values: SQL): SQL => sql`
  insert into moderations (moderator_id, value, ${columns}) values (${author.id}, 'true', ${values})`;

test.each([
  ["a lock of a member", act(sql`action, member_id`, sql`'lock', ${voter.id}`)],
  ["a role of a thread", act(sql`action, thread_id`, sql`'role', ${theThread}`)],
  ["a lock of nothing", act(sql`action`, sql`'lock'`)],
  ["a lock of both", act(sql`action, thread_id, member_id`, sql`'lock', ${theThread}, ${voter.id}`)],
  ["an act that there is not", act(sql`action, thread_id`, sql`'hide', ${theThread}`)],
])("refused by a check: %s", async (_, statement) => {
  expect(await refusal(statement)).toBe("check");
});

test("what a moderator did can be added to and not changed; the reason alone can be taken away", async () => {
  await db.execute(
    act(sql`action, member_id, reason`, sql`'suspension', ${voter.id}, 'Words about a person'`),
  );
  const rows = () => db.execute<Record<string, unknown>>(sql`select * from moderations`);
  const before = await rows();
  for (const statement of [
    sql`update moderations set value = 'false'`,
    sql`update moderations set reason = 'Other words'`,
    sql`update moderations set reason = null, created_at = now() + interval '1 hour'`,
    sql`update moderations set moderator_id = null`,
    sql`delete from moderations`,
    sql`truncate moderations`,
  ])
    expect(await refusal(statement)).toBe("P0001");
  expect(await rows()).toEqual(before);
  await db.execute(sql`update moderations set reason = null`);
  expect(await rows()).toEqual([{ ...before[0], reason: null }]);
});
