import { randomUUID } from "node:crypto";
import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { testDatabase } from "#test/database.ts";
import { makeCategory, makeReply, makeThread, type TestThread } from "#test/forum.ts";
import { deleteMember, makeMember, setStanding } from "#test/people.ts";
import { meet } from "#test/race.ts";
import {
  createReply,
  deleteReply,
  editReply,
  getReply,
  type NewReply,
  type ReplyEdit,
} from "./replies.server.ts";
import { lockThread } from "./threads.server.ts";
import { verify } from "./verify.server.ts";

const { db, connect } = await testDatabase();
const category = await makeCategory(db);
const ada = await makeMember(db, { handle: "ada" });
const ben = await makeMember(db, { handle: "ben" });
const moderator = await makeMember(db, { role: "moderator" });
const suspended = await makeMember(db, { suspendedUntil: new Date(Date.now() + 3_600_000) });
const gone = await makeMember(db);
await deleteMember(db, gone);

const newThread = () => makeThread(db, { author: ada, category, title: "A title" });
const lock = (thread: TestThread, locked = true) =>
  lockThread(db, { number: thread.number, locked, by: moderator.id });

function newReply(thread: TestThread, changes: Partial<NewReply> = {}): NewReply {
  const submission = randomUUID();
  return { thread: thread.number, authorId: ben.id, body: "**Text**", replyTo: null, submission, ...changes };
}

/** The replies of a thread as they stand, with what its row says of them. */
async function standing(thread: TestThread) {
  const [row] = await db.execute<Record<string, unknown>>(sql`
    select t.reply_count as replies, t.last_number as last, t.deleted_at is not null as "isDeleted",
      (select json_agg(r.number order by r.number) from thread_replies r where r.thread_id = t.id) as numbers
    from threads t where t.number = ${thread.number}`);
  return row;
}

test("a reply gets the next number, and its thread and category count it", async () => {
  const thread = await newThread();
  const before = await db.execute<{ count: number }>(
    sql`select reply_count as count from categories where slug = ${category}`,
  );
  const created = await createReply(db, newReply(thread, { replyTo: 1 }));
  expect(created).toEqual({
    outcome: "done",
    number: 2,
    thread: { number: thread.number, title: "A title" },
  });
  expect(await standing(thread)).toEqual({ replies: 1, last: 2, isDeleted: false, numbers: [1, 2] });
  expect(await db.execute(sql`select reply_count as count from categories where slug = ${category}`)).toEqual(
    [{ count: (before[0]?.count ?? 0) + 1 }],
  );
  const found = await getReply(db, { thread: thread.number, number: 2, viewerId: ada.id });
  expect(found?.reply).toMatchObject({ handle: "ben", body: "**Text**", revision: 0, isDeleted: false });
});

test("50 arrivals of one form at once make one reply, and all answers lead to it", async () => {
  const thread = await newThread();
  const reply = newReply(thread);
  const answers = await Promise.all(connect(50).map((connection) => createReply(connection, reply)));
  expect(answers).toEqual(
    new Array(50).fill({
      outcome: "done",
      number: 2,
      thread: { number: thread.number, title: "A title" },
    }),
  );
  expect(await standing(thread)).toEqual({ replies: 1, last: 2, isDeleted: false, numbers: [1, 2] });
});

test("40 replies at once are numbered 2 to 41, without a gap and without a double", async () => {
  const thread = await newThread();
  const answers = await Promise.all(
    connect(40).map((connection, at) => createReply(connection, newReply(thread, { body: `Reply ${at}` }))),
  );
  const numbers = answers.map((answer) => (answer.outcome === "done" ? answer.number : 0));
  const all = Array.from({ length: 41 }, (_, at) => at + 1);
  expect(numbers.toSorted((a, b) => a - b)).toEqual(all.slice(1));
  expect(await standing(thread)).toEqual({ replies: 40, last: 41, isDeleted: false, numbers: all });
});

test("a form that is sent again after its thread was locked leads to its reply", async () => {
  const thread = await newThread();
  const reply = newReply(thread);
  const first = await createReply(db, reply);
  await lock(thread);
  expect(await createReply(db, reply)).toEqual(first);
});

test("a reply to a number that is not there answers nothing in particular", async () => {
  const thread = await newThread();
  await createReply(db, newReply(thread, { replyTo: 7 }));
  expect(
    await db.execute(sql`
      select r.reply_to_number as "to" from thread_replies r join threads t on t.id = r.thread_id
      where t.number = ${thread.number} and r.number = 2`),
  ).toEqual([{ to: null }]);
});

test("a locked thread takes no reply", async () => {
  const thread = await newThread();
  await lock(thread);
  expect(await createReply(db, newReply(thread))).toEqual({ outcome: "refused", refusal: "locked" });
  expect(await standing(thread)).toMatchObject({ replies: 0, last: 1, numbers: [1] });
  await lock(thread, false);
  expect(await createReply(db, newReply(thread))).toMatchObject({ outcome: "done", number: 2 });
});

test("a moderator goes on writing in a locked thread, and who lost that role does not", async () => {
  const thread = await newThread();
  await lock(thread);
  const staff = await makeMember(db, { role: "moderator" });
  const reply = () => createReply(db, newReply(thread, { authorId: staff.id }));
  expect(await reply()).toMatchObject({ outcome: "done", number: 2 });
  const edit = newEdit(thread, { number: 2, authorId: staff.id });
  expect(await editReply(db, edit)).toMatchObject({ outcome: "done" });
  await setStanding(db, staff.id, { role: "member" });
  expect(await reply()).toEqual({ outcome: "refused", refusal: "locked" });
  expect(await editReply(db, { ...edit, revision: 1 })).toEqual({ outcome: "refused", refusal: "locked" });
  expect(await standing(thread)).toMatchObject({ replies: 1, last: 2, numbers: [1, 2] });
});

test("a reply that meets the lock of its thread is refused", async () => {
  const thread = await newThread();
  const [, answer] = await meet(
    connect,
    (first) => lockThread(first, { number: thread.number, locked: true, by: moderator.id }),
    (second) => createReply(second, newReply(thread)),
  );
  expect(answer).toEqual({ outcome: "refused", refusal: "locked" });
  expect(await standing(thread)).toMatchObject({ replies: 0, last: 1, numbers: [1] });
});

test("a lock that meets a reply waits for it, and the reply stands", async () => {
  const thread = await newThread();
  const [answer, state] = await meet(
    connect,
    (first) => createReply(first, newReply(thread)),
    (second) => lockThread(second, { number: thread.number, locked: true, by: moderator.id }),
  );
  expect([answer, state]).toMatchObject([{ outcome: "done", number: 2 }, { outcome: "done" }]);
});

test("of 30 replies and a lock at once, exactly those that were created have rows", async () => {
  const thread = await newThread();
  const connections = connect(31);
  const locking = connections.pop();
  if (!locking) return;
  const replies = connections.map((connection) => createReply(connection, newReply(thread)));
  await lockThread(locking, { number: thread.number, locked: true, by: moderator.id });
  const created = (await Promise.all(replies)).filter(({ outcome }) => outcome === "done");
  expect(await standing(thread)).toMatchObject({ replies: created.length, last: created.length + 1 });
  expect(await createReply(db, newReply(thread))).toMatchObject({ outcome: "refused" });
});

test("a deleted thread, and one that is not there, take no reply", async () => {
  const thread = await newThread();
  await deleteReply(db, { thread: thread.number, number: 1, authorId: ada.id, deleted: true });
  expect(await createReply(db, newReply(thread))).toEqual({ outcome: "missing" });
  expect(await createReply(db, newReply({ number: 999_999_999, title: "" }))).toEqual({
    outcome: "missing",
  });
});

test("a reply that meets the deletion of its thread is not written", async () => {
  const thread = await newThread();
  const [, answer] = await meet(
    connect,
    (first) => deleteReply(first, { thread: thread.number, number: 1, authorId: ada.id, deleted: true }),
    (second) => createReply(second, newReply(thread)),
  );
  expect(answer.outcome).not.toBe("created");
  expect(await standing(thread)).toEqual({ replies: 0, last: 1, isDeleted: true, numbers: [1] });
});

test("the deletion of an opening post that meets a reply leaves the thread", async () => {
  const thread = await newThread();
  await meet(
    connect,
    (first) => createReply(first, newReply(thread)),
    (second) => deleteReply(second, { thread: thread.number, number: 1, authorId: ada.id, deleted: true }),
  );
  expect(await standing(thread)).toEqual({ replies: 1, last: 2, isDeleted: false, numbers: [1, 2] });
});

test.each([
  ["suspended", suspended, "suspended"],
  ["deleted", gone, "account-deleted"],
  ["unknown", { id: "user_nobody", handle: "nobody" }, "signed-out"],
])(
  "a member who is %s neither replies, edits nor deletes, in the statement itself",
  async (_, { id }, refusal) => {
    const refused = { outcome: "refused", refusal };
    const thread = await newThread();
    const number = await makeReply(db, { author: ben, thread });
    await db.execute(sql`
    update thread_replies set author_id = ${id}
    where number = ${number}::integer and exists (select 1 from "user" where id = ${id})
      and thread_id = (select t.id from threads t where t.number = ${thread.number})`);
    expect(await createReply(db, newReply(thread, { authorId: id }))).toEqual(refused);
    const edited = await editReply(db, newEdit(thread, { number, authorId: id }));
    expect(edited).toEqual(refused);
    const deleted = await deleteReply(db, { thread: thread.number, number, authorId: id, deleted: true });
    expect(deleted).toEqual(refused);
    expect(await standing(thread)).toMatchObject({ replies: 1, last: 2, numbers: [1, 2] });
  },
);

function newEdit(thread: TestThread, changes: Partial<ReplyEdit> = {}): ReplyEdit {
  const edit = { number: 1, authorId: ada.id, body: "Other words", title: null, revision: 0 };
  return { thread: thread.number, ...edit, ...changes };
}

async function written(thread: TestThread, number = 1) {
  const [row] = await db.execute<Record<string, unknown>>(sql`
    select t.title, r.body, r.body_html as html, r.revision, r.edited_at is not null as "isEdited"
    from thread_replies r join threads t on t.id = r.thread_id
    where t.number = ${thread.number} and r.number = ${number}::integer`);
  return row;
}

test("an edit saves the text, its HTML and the title, and counts the revision", async () => {
  const thread = await newThread();
  expect(await editReply(db, newEdit(thread, { body: "*New*", title: "New title" }))).toEqual({
    outcome: "done",
    title: "New title",
  });
  expect(await written(thread)).toEqual({
    title: "New title",
    body: "*New*",
    html: "<p><em>New</em></p>",
    revision: 1,
    isEdited: true,
  });
  expect(await editReply(db, newEdit(thread, { body: "Again", revision: 1 }))).toEqual({
    outcome: "done",
    title: "New title",
  });
  expect(await written(thread)).toMatchObject({ title: "New title", body: "Again", revision: 2 });
});

test("an edit of an older revision is answered with the newer text, and changes nothing", async () => {
  const thread = await newThread();
  await editReply(db, newEdit(thread, { body: "Mine", title: "My title" }));
  expect(await editReply(db, newEdit(thread, { body: "Theirs", title: "Their title" }))).toEqual({
    outcome: "conflict",
    body: "Mine",
    title: "My title",
    revision: 1,
  });
  expect(await written(thread)).toMatchObject({ title: "My title", body: "Mine", revision: 1 });
});

test("the same edit sent twice counts as saved, and as one revision", async () => {
  const thread = await newThread();
  const edit = newEdit(thread, { title: "New title" });
  expect([await editReply(db, edit), await editReply(db, edit)]).toEqual(
    new Array(2).fill({ outcome: "done", title: "New title" }),
  );
  expect(await written(thread)).toMatchObject({ revision: 1 });
});

test("of two edits that meet, the second is answered with the text of the first", async () => {
  const thread = await newThread();
  const [first, second] = await meet(
    connect,
    (one) => editReply(one, newEdit(thread, { body: "First", title: "First title" })),
    (two) => editReply(two, newEdit(thread, { body: "Second", title: "Second title" })),
  );
  expect(first).toEqual({ outcome: "done", title: "First title" });
  expect(second).toEqual({ outcome: "conflict", body: "First", title: "First title", revision: 1 });
  expect(await written(thread)).toMatchObject({ title: "First title", body: "First", revision: 1 });
});

test("50 arrivals of one edit at once are one revision, and all count as saved", async () => {
  const thread = await newThread();
  const edit = newEdit(thread);
  const answers = await Promise.all(connect(50).map((connection) => editReply(connection, edit)));
  expect(answers).toEqual(new Array(50).fill(expect.objectContaining({ outcome: "done", title: "A title" })));
  expect(await written(thread)).toMatchObject({ revision: 1 });
});

test("of 20 different edits at once one is saved, and the others are told of it", async () => {
  const thread = await newThread();
  const answers = await Promise.all(
    connect(20).map((connection, at) => editReply(connection, newEdit(thread, { body: `Edit ${at}` }))),
  );
  expect(answers.filter(({ outcome }) => outcome === "done")).toHaveLength(1);
  const { body } = (await written(thread)) as { body: string };
  for (const answer of answers)
    if (answer.outcome !== "done") expect(answer).toMatchObject({ outcome: "conflict", body, revision: 1 });
});

test("only its author edits a reply, and only while it stands and its thread is open", async () => {
  const thread = await newThread();
  const number = await makeReply(db, { author: ben, thread });
  const edit = newEdit(thread, { number, authorId: ben.id });
  const refused = (refusal: string) => ({ outcome: "refused", refusal });
  expect(await editReply(db, { ...edit, authorId: ada.id })).toEqual(refused("not-author"));
  expect(await editReply(db, { ...edit, authorId: moderator.id })).toEqual(refused("not-author"));
  await lock(thread);
  expect(await editReply(db, edit)).toEqual(refused("locked"));
  await lock(thread, false);
  await deleteReply(db, { thread: thread.number, number, authorId: ben.id, deleted: true });
  expect(await editReply(db, edit)).toEqual(refused("deleted"));
  expect(await editReply(db, { ...edit, number: 9 })).toEqual({ outcome: "missing" });
  expect(await written(thread, number)).toMatchObject({ revision: 0, isEdited: false });
});

test("an edit that meets the deletion of its reply is not saved", async () => {
  const thread = await newThread();
  const number = await makeReply(db, { author: ben, thread });
  const [, answer] = await meet(
    connect,
    (first) => deleteReply(first, { thread: thread.number, number, authorId: ben.id, deleted: true }),
    (second) => editReply(second, newEdit(thread, { number, authorId: ben.id })),
  );
  expect(answer).toEqual({ outcome: "refused", refusal: "deleted" });
  expect(await written(thread, number)).toMatchObject({ revision: 0 });
});

const remove = (thread: TestThread, number: number, authorId = ben.id, deleted = true) =>
  deleteReply(db, { thread: thread.number, number, authorId, deleted });

test("a deleted reply is counted no more, keeps its number, and can come back", async () => {
  const thread = await newThread();
  const number = await makeReply(db, { author: ben, thread });
  expect(await remove(thread, number)).toEqual({
    outcome: "done",
    number: thread.number,
    title: "A title",
  });
  expect(await standing(thread)).toEqual({ replies: 0, last: 2, isDeleted: false, numbers: [1, 2] });
  await remove(thread, number);
  expect(await standing(thread)).toMatchObject({ replies: 0 });
  expect(await makeReply(db, { author: ben, thread })).toBe(3);
  await remove(thread, number, ben.id, false);
  await remove(thread, number, ben.id, false);
  expect(await standing(thread)).toEqual({ replies: 2, last: 3, isDeleted: false, numbers: [1, 2, 3] });
});

test("an opening post that nobody has answered takes its thread along, and brings it back", async () => {
  const thread = await newThread();
  await remove(thread, 1, ada.id);
  expect(await standing(thread)).toMatchObject({ isDeleted: true });
  expect(await remove(thread, 1, ben.id, false)).toEqual({ outcome: "missing" });
  expect(await remove(thread, 1, ada.id, false)).toMatchObject({ outcome: "done" });
  expect(await standing(thread)).toMatchObject({ isDeleted: false });
});

test("an opening post that has answers leaves its thread to them", async () => {
  const thread = await newThread();
  await makeReply(db, { author: ben, thread });
  await remove(thread, 1, ada.id);
  expect(await standing(thread)).toEqual({ replies: 1, last: 2, isDeleted: false, numbers: [1, 2] });
});

test("only its author deletes a reply", async () => {
  const thread = await newThread();
  const number = await makeReply(db, { author: ben, thread });
  for (const { id } of [ada, moderator])
    expect(await remove(thread, number, id)).toMatchObject({ refusal: "not-author" });
  expect(await remove(thread, 9)).toEqual({ outcome: "missing" });
  expect(await standing(thread)).toMatchObject({ replies: 1 });
});

test("of 50 deletions of one reply at once one counts, and of 50 restorations too", async () => {
  const thread = await newThread();
  const number = await makeReply(db, { author: ben, thread });
  const connections = connect(50);
  for (const deleted of [true, false]) {
    const each = { thread: thread.number, number, authorId: ben.id, deleted };
    await Promise.all(connections.map((connection) => deleteReply(connection, each)));
    expect(await standing(thread)).toMatchObject({ replies: deleted ? 0 : 1 });
  }
});

test("a reply that comes back while its thread goes leaves every counter right", async () => {
  const thread = await newThread();
  const number = await makeReply(db, { author: ben, thread });
  await remove(thread, number);
  await meet(
    connect,
    (first) => deleteReply(first, { thread: thread.number, number: 1, authorId: ada.id, deleted: true }),
    (second) => deleteReply(second, { thread: thread.number, number, authorId: ben.id, deleted: false }),
  );
  expect(await verify(db)).toEqual([]);
});

test("a thread that goes while one of its replies comes back leaves every counter right", async () => {
  const thread = await newThread();
  const number = await makeReply(db, { author: ben, thread });
  await remove(thread, number);
  await meet(
    connect,
    (first) => deleteReply(first, { thread: thread.number, number, authorId: ben.id, deleted: false }),
    (second) => deleteReply(second, { thread: thread.number, number: 1, authorId: ada.id, deleted: true }),
  );
  expect(await standing(thread)).toMatchObject({ replies: 1, isDeleted: false });
  expect(await verify(db)).toEqual([]);
});

test("a storm of replies, deletions and restorations in a few threads leaves every counter right", async () => {
  const threads = [await newThread(), await newThread(), await newThread()];
  const people = [ada, ben];
  const storm = connect(16).map(async (connection, lane) => {
    for (let step = 0; step < 25; step += 1) {
      const thread = threads[(lane + step) % threads.length] as TestThread;
      const { id: authorId } = people[(lane >> 1) % 2] as typeof ada;
      const kind = (lane * 7 + step * 5) % 4;
      const number = 1 + ((lane + step * 3) % 6);
      if (kind === 0) await createReply(connection, newReply(thread, { authorId }));
      else await deleteReply(connection, { thread: thread.number, number, authorId, deleted: kind < 3 });
    }
  });
  await Promise.all(storm);
  expect(await verify(db)).toEqual([]);
});

test("a member who is suspended in the moment in which they write is refused", async () => {
  const thread = await newThread();
  const carl = await makeMember(db);
  await setStanding(db, carl.id, { suspendedUntil: new Date(Date.now() + 3_600_000) });
  expect(await createReply(db, newReply(thread, { authorId: carl.id }))).toMatchObject({
    refusal: "suspended",
  });
  await setStanding(db, carl.id, { suspendedUntil: null });
  expect(await createReply(db, newReply(thread, { authorId: carl.id }))).toMatchObject({
    outcome: "done",
  });
});

test("what somebody deleted is theirs alone to read again", async () => {
  const thread = await newThread();
  const number = await makeReply(db, { author: ben, thread, body: "A secret" });
  await remove(thread, number);
  const read = (viewerId: string) => getReply(db, { thread: thread.number, number, viewerId });
  expect((await read(ben.id))?.reply).toMatchObject({ body: "A secret", isDeleted: true });
  for (const { id } of [ada, moderator]) expect(await read(id)).toMatchObject({ reply: null });
  await remove(thread, 1, ada.id);
  for (const { id } of [ben, moderator]) expect(await read(id)).toBeNull();
});

test("every counter is right after all of this", async () => {
  expect(await verify(db)).toEqual([]);
});
