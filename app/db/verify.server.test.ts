import { type SQL, sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { testDatabase } from "#test/database.ts";
import { makeCategory, makeReply, makeThread, makeVote, type TestThread } from "#test/forum.ts";
import { makeMember } from "#test/people.ts";
import type { Database } from "./client.server.ts";
import { deleteReply, editReply } from "./replies.server.ts";
import { lockThread, pinThread } from "./threads.server.ts";
import { verify } from "./verify.server.ts";

/** A forum of its own, for a test to break. */
async function freshForum(): Promise<{ db: Database }> {
  const { db } = await testDatabase();
  await makeCategory(db, { slug: "verify" });
  return { db };
}

/** A pinned thread with an edited opening post, a reply to it, a deleted reply and two votes. It was locked once. */
async function livelyThread(db: Database): Promise<TestThread> {
  const author = await makeMember(db);
  const voter = await makeMember(db);
  const thread = await makeThread(db, { author, category: "verify" });
  await makeReply(db, { author: voter, thread, replyTo: 1 });
  const deleted = await makeReply(db, { author, thread });
  await deleteReply(db, { thread: thread.number, number: deleted, authorId: author.id, deleted: true });
  await makeVote(db, { voter, thread });
  await makeVote(db, { voter: author, thread, number: 2, value: -1 });
  for (const revision of [0, 1, 2])
    await editReply(db, {
      thread: thread.number,
      number: 1,
      authorId: author.id,
      body: `Edited ${revision}`,
      title: null,
      revision,
    });
  const { id: by } = await makeMember(db, { role: "moderator" });
  for (const locked of [true, false]) await lockThread(db, { number: thread.number, locked, by });
  await pinThread(db, { number: thread.number, pinned: true, by });
  return thread;
}

test("a sound forum has no discrepancies", async () => {
  const { db } = await freshForum();
  await livelyThread(db);
  await livelyThread(db);
  expect(await verify(db)).toEqual([]);
});

/** A plain member. */
const HERE = sql`
  person as (insert into "user" (id) values ('user_here')),
  member as (insert into members (user_id, handle) values ('user_here', 'here'))`;

/** Somebody whose account is deleted. */
const GONE = sql`
  person as (insert into "user" (id, deleted_at) values ('user_gone', now())),
  member as (insert into members (user_id, handle, handle_source) values ('user_gone', 'gone', 'deleted'))`;

type Damage = { column: string; subject?: string; statement: (thread: number) => SQL };

const DAMAGES: Damage[] = [
  {
    column: "categories.thread_count",
    subject: "category verify",
    statement: () => sql`update categories set thread_count = thread_count + 1 where slug = 'verify'`,
  },
  {
    column: "categories.reply_count",
    subject: "category verify",
    statement: () => sql`update categories set reply_count = reply_count - 1 where slug = 'verify'`,
  },
  {
    column: "threads.reply_count",
    statement: (thread) => sql`update threads set reply_count = 7 where number = ${thread}`,
  },
  {
    column: "threads.last_number",
    statement: (thread) => sql`update threads set last_number = 9 where number = ${thread}`,
  },
  {
    column: "threads.score",
    statement: (thread) => sql`update threads set score = -4 where number = ${thread}`,
  },
  {
    column: "threads.last_activity_at",
    statement: (thread) => sql`
      update threads set last_activity_at = last_activity_at - interval '1 ms' where number = ${thread}`,
  },
  {
    column: "threads.accepted_number",
    statement: (thread) => sql`update threads set accepted_number = 12 where number = ${thread}`,
  },
  {
    column: "thread_replies.score",
    subject: "reply 2",
    statement: (thread) => sql`
      update thread_replies set starting_score = 1
      where number = 2 and thread_id = (select id from threads where number = ${thread})`,
  },
  {
    column: "thread_replies.score",
    subject: "reply 2",
    statement: (thread) => sql`
      delete from reply_votes v using thread_replies r, threads t
      where v.reply_id = r.id and r.number = 2 and t.id = r.thread_id and t.number = ${thread}`,
  },
  {
    column: "thread_replies.reply_to_number",
    subject: "reply 2",
    statement: (thread) => sql`
      update thread_replies set reply_to_number = 3
      where number = 2 and thread_id = (select id from threads where number = ${thread})`,
  },
  {
    column: "thread_replies.number",
    subject: "reply 0",
    statement: (thread) => sql`
      update thread_replies set number = 0
      where number = 3 and thread_id = (select id from threads where number = ${thread})`,
  },
  {
    column: "thread_replies.number",
    statement: (thread) => sql`
      with emptied as (delete from reply_votes), loose as (
        update thread_replies set reply_to_number = null
      )
      update thread_replies set number = 8
      where number = 1 and thread_id = (select id from threads where number = ${thread})`,
  },
  {
    column: "thread_replies.revision",
    subject: "reply 1",
    statement: (thread) => sql`
      update thread_replies set revision = 7
      where number = 1 and thread_id = (select id from threads where number = ${thread})`,
  },
  {
    column: "thread_replies.edited_at",
    subject: "reply 1",
    statement: (thread) => sql`
      update thread_replies set edited_at = null
      where number = 1 and thread_id = (select id from threads where number = ${thread})`,
  },
  {
    column: "reply_revisions.revision",
    subject: "reply 1",
    statement: () => sql`delete from reply_revisions where revision = 1`,
  },
  {
    column: "reply_revisions.title",
    subject: "reply 1",
    statement: () => sql`update reply_revisions set title = null where revision = 0`,
  },
  {
    column: "threads.status",
    statement: (thread) => sql`update threads set status = 'locked' where number = ${thread}`,
  },
  {
    column: "threads.is_pinned",
    statement: (thread) => sql`update threads set is_pinned = false where number = ${thread}`,
  },
  {
    column: "members.user_id",
    subject: "user user_nobody",
    statement: () => sql`insert into "user" (id) values ('user_nobody')`,
  },
  {
    column: "members.role",
    subject: "user user_here",
    statement: () => sql`
      with ${HERE}
      insert into moderations (action, member_id, value) values ('role', 'user_here', 'admin')`,
  },
  {
    column: "members.suspended_until",
    subject: "user user_here",
    statement: () => sql`
      with ${HERE}
      insert into moderations (action, member_id, value)
      values ('suspension', 'user_here', '2999-01-31T00:00:00.000Z')`,
  },
  {
    column: "reply_revisions.body",
    subject: "user user_gone",
    statement: (thread) => sql`
      with ${GONE}, reply as (
        update thread_replies set author_id = 'user_gone'
        where number = 2 and thread_id = (select id from threads where number = ${thread})
        returning id
      )
      insert into reply_revisions (reply_id, revision, body, replaced_by)
      select id, 0, 'What stood there.', 'user_gone' from reply`,
  },
  {
    column: "moderations.reason",
    subject: "user user_gone",
    statement: () => sql`
      with ${GONE}
      insert into moderations (action, member_id, value, reason)
      values ('suspension', 'user_gone', 'false', 'Rude')`,
  },
  {
    column: "former_handles.handle_hash",
    subject: "user user_here",
    // One after the other: a member's row takes what is kept of its handle along.
    statement: () => sql`
      do $$ begin
        with ${HERE} update members set role = role where false;
        insert into former_handles (handle_hash, free_on) values (hash_of_handle('HERE'), current_date + 1);
      end $$`,
  },
  {
    column: "former_handles.handle_hash",
    subject: "user user_gone",
    statement: () => sql`
      with ${GONE}
      insert into former_handles (handle_hash, user_id, released_at)
      values (hash_of_handle('before'), 'user_gone', now())`,
  },
  {
    column: "former_slugs.slug",
    subject: "category verify",
    statement: () => sql`insert into former_slugs (slug, category_id) select slug, id from categories`,
  },
  {
    column: "pictures.owners",
    subject: "picture abc",
    statement: () => sql`
      insert into pictures (hash, kind, width, height, bytes, owners) values ('abc', 'png', 1, 1, 1, 1)`,
  },
  {
    column: "pictures.remove_at",
    subject: "picture abc",
    statement: () => sql`
      insert into pictures (hash, kind, width, height, bytes, owners, remove_at)
      values ('abc', 'png', 1, 1, 1, 0, now() - interval '2 days')`,
  },
  {
    column: "picture_owners.owner_id",
    subject: "user user_gone",
    statement: () => sql`
      with ${GONE}, picture as (
        insert into pictures (hash, kind, width, height, bytes, owners) values ('abc', 'png', 1, 1, 1, 1)
      )
      insert into picture_owners (hash, owner_id) values ('abc', 'user_gone')`,
  },
];

test.each(DAMAGES)(
  "damage is found and named: $column of $subject",
  async ({ column, subject, statement }) => {
    const { db } = await freshForum();
    const thread = await livelyThread(db);
    const named = `thread ${thread.number}`;
    const expected = subject?.startsWith("reply") ? `${named}, ${subject}` : (subject ?? named);
    await db.execute(statement(thread.number));
    expect(await verify(db)).toContainEqual(expect.objectContaining({ subject: expected, column }));
  },
);

test("a discrepancy says what stands there and what should", async () => {
  const { db } = await freshForum();
  const thread = await livelyThread(db);
  await db.execute(sql`update threads set reply_count = 7, score = 5 where number = ${thread.number}`);
  const subject = `thread ${thread.number}`;
  expect(await verify(db)).toEqual([
    { subject, column: "threads.reply_count", stored: "7", expected: "1" },
    { subject, column: "threads.score", stored: "5", expected: "1" },
  ]);
});
