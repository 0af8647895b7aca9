import { randomUUID } from "node:crypto";
import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import type { StoredEvent } from "#app/domain/events.ts";
import { testDatabase } from "#test/database.ts";
import { makeCategory, makeReply, makeThread } from "#test/forum.ts";
import { deleteMember, makeMember, setStanding, type TestMember } from "#test/people.ts";
import { meet } from "#test/race.ts";
import type { Database, DatabaseConnection } from "./client.server.ts";
import { createReply, deleteReply, editReply } from "./replies.server.ts";
import { createThread, lockThread, pinThread } from "./threads.server.ts";
import { verify } from "./verify.server.ts";
import { castVote } from "./votes.server.ts";

const { db, connect } = await testDatabase();
const slug = await makeCategory(db);
const [{ id: category } = { id: "" }] = await db.execute<{ id: string }>(
  sql`select id from categories where slug = ${slug}`,
);
const ada = await makeMember(db);
const ben = await makeMember(db);
const moderator = await makeMember(db, { role: "moderator" });

/** A thread of ada's with a reply of ben's, number 2. */
async function livelyThread(): Promise<number> {
  const thread = await makeThread(db, { author: ada, category: slug, title: "A title", body: "A body" });
  await makeReply(db, { author: ben, thread, body: "A reply" });
  return thread.number;
}

type Write = (db: Database, thread: number) => Promise<{ outcome: string }>;
const EDIT = { revision: 0, title: null };

/** Everything that can be done to a thread of `livelyThread`, by somebody who may. */
const WRITES: Record<string, Write> = {
  "a reply": (on, thread) =>
    createReply(on, { thread, authorId: ada.id, body: "Another", replyTo: null, submission: randomUUID() }),
  "a vote on the opening post": (on, thread) =>
    castVote(on, { thread, number: 1, voterId: ben.id, value: 1 }),
  "a vote on a reply": (on, thread) => castVote(on, { thread, number: 2, voterId: ada.id, value: -1 }),
  "an edit of the opening post": (on, thread) =>
    editReply(on, { thread, number: 1, authorId: ada.id, body: "New", title: "New title", revision: 0 }),
  "an edit of a reply": (on, thread) =>
    editReply(on, { ...EDIT, thread, number: 2, authorId: ben.id, body: "New" }),
  "a deletion of the opening post": (on, thread) =>
    deleteReply(on, { thread, number: 1, authorId: ada.id, deleted: true }),
  "a deletion of a reply": (on, thread) =>
    deleteReply(on, { thread, number: 2, authorId: ben.id, deleted: true }),
  "a restoration of a reply": (on, thread) =>
    deleteReply(on, { thread, number: 2, authorId: ben.id, deleted: false }),
  "a lock": (on, number) => lockThread(on, { number, locked: true, by: moderator.id }),
  "a pin": (on, number) => pinThread(on, { number, pinned: true, by: moderator.id }),
};
const write = (name: string): Write => WRITES[name] as Write;

/** What a write makes happen: what its connection was told, which must be what is stored. */
async function eventsOf(act: (db: Database) => Promise<unknown>): Promise<object[]> {
  const [own] = connect(1) as [DatabaseConnection];
  await act(own);
  for (const event of own.happened) expect(await stored(event)).toEqual([{ handled_at: null, ...event }]);
  return own.happened.map(({ id, at, ...event }) => event);
}

function stored({ id }: StoredEvent) {
  return db
    .execute<{ row: object }>(
      sql`select data || jsonb_build_object('id', id, 'kind', kind, 'handled_at', handled_at,
        'at', (extract(epoch from created_at) * 1000000)::bigint) as row from events where id = ${id}`,
    )
    .then((rows) => rows.map(({ row }) => row));
}

const submission = randomUUID();
const newThread = { authorId: ada.id, category: slug, title: "A title", body: "A body", submission };

test("a new thread says so once, however often its form arrives", async () => {
  const start = (on: Database) => createThread(on, newThread);
  const started = { kind: "thread-started", thread: expect.any(Number), category, author: ada.id };
  expect(await eventsOf(start)).toEqual([started]);
  expect(await eventsOf(start)).toEqual([]);
});

test("of 20 arrivals of one reply at once, one says that it was written", async () => {
  const thread = await livelyThread();
  const reply = { thread, authorId: ben.id, body: "Once", replyTo: null, submission: randomUUID() };
  const lanes = connect(20);
  await Promise.all(lanes.map((lane) => createReply(lane, reply)));
  expect(lanes.flatMap(({ happened }) => happened)).toEqual([
    {
      id: expect.any(Number),
      at: expect.any(Number),
      kind: "reply-written",
      thread,
      reply: 3,
      category,
      author: ben.id,
      starter: ada.id,
    },
  ]);
});

test.each(["a vote on the opening post", "a vote on a reply", "a lock", "a pin", "a deletion of a reply"])(
  "%s that stands already says nothing, and leaves who set it and when",
  async (name) => {
    const thread = await livelyThread();
    const row = () =>
      db.execute(sql`
        select t.*, (select json_agg(r order by r.number) from thread_replies r where r.thread_id = t.id) as replies
        from threads t where t.number = ${thread}`);
    expect(await eventsOf((on) => write(name)(on, thread))).toHaveLength(1);
    const before = await row();
    expect(await eventsOf((on) => write(name)(on, thread))).toEqual([]);
    expect(await row()).toEqual(before);
  },
);

test("a vote says whose it is and which, each time that it is another", async () => {
  const thread = await livelyThread();
  const cast = { thread, number: 2, voterId: ada.id };
  const happened = await eventsOf(async (on) => {
    for (const value of [1, 1, -1, 0, 0] as const) await castVote(on, { ...cast, value });
  });
  const event = { kind: "vote-cast", thread, reply: 2, voter: ada.id };
  expect(happened).toEqual([1, -1, 0].map((value) => ({ ...event, value })));
});

test("an edit says what it changed: the text, the title, or both; and nothing where it came too late", async () => {
  const thread = await livelyThread();
  const edit = (revision: number, title: string, body: string) =>
    eventsOf((on) => editReply(on, { thread, number: 1, authorId: ada.id, revision, title, body }));
  const edited = { kind: "reply-edited", thread, reply: 1, author: ada.id };
  const retitled = { kind: "thread-retitled", thread, author: ada.id };
  expect(await edit(0, "A title", "Another body")).toEqual([edited]);
  expect(await edit(1, "Another title", "Another body")).toEqual([retitled]);
  expect(await edit(2, "A third title", "A third body")).toEqual([edited, retitled]);
  expect(await edit(3, "A third title", "A third body")).toEqual([edited]);
  expect(await edit(3, "A third title", "A third body")).toEqual([]);
  expect(await edit(0, "An older form", "An older form")).toEqual([]);
});

test("an edit keeps the text and the title that it replaced, with who and when", async () => {
  const thread = await livelyThread();
  const kept = (number: number) =>
    db.execute(sql`
      select v.revision, v.title, v.body, v.replaced_by as by, v.replaced_at = r.edited_at as "isLast"
      from reply_revisions v join thread_replies r on r.id = v.reply_id join threads t on t.id = r.thread_id
      where t.number = ${thread} and r.number = ${number}::integer order by v.revision`);
  await editReply(db, {
    thread,
    number: 1,
    authorId: ada.id,
    revision: 0,
    title: "Second title",
    body: "Second",
  });
  await editReply(db, {
    thread,
    number: 1,
    authorId: ada.id,
    revision: 1,
    title: "Third title",
    body: "Third",
  });
  await editReply(db, { ...EDIT, thread, number: 2, authorId: ben.id, body: "Second" });
  // A form that is too old changes nothing, and so keeps nothing.
  await editReply(db, { ...EDIT, thread, number: 2, authorId: ben.id, body: "Too late" });
  expect(await kept(1)).toEqual([
    { revision: 0, title: "A title", body: "A body", by: ada.id, isLast: false },
    { revision: 1, title: "Second title", body: "Second", by: ada.id, isLast: true },
  ]);
  expect(await kept(2)).toEqual([{ revision: 0, title: null, body: "A reply", by: ben.id, isLast: true }]);
});

test("a deletion and a restoration say what came and went, a thread that went along too", async () => {
  const { number: thread } = await makeThread(db, { author: ada, category: slug });
  const remove = (deleted: boolean) =>
    eventsOf((on) => deleteReply(on, { thread, number: 1, authorId: ada.id, deleted }));
  const reply = { thread, reply: 1, category, author: ada.id, starter: ada.id };
  const whole = { thread, category, author: ada.id };
  expect(await remove(true)).toEqual([
    { kind: "reply-deleted", ...reply },
    { kind: "thread-deleted", ...whole },
  ]);
  expect(await remove(false)).toEqual([
    { kind: "reply-restored", ...reply },
    { kind: "thread-restored", ...whole },
  ]);
  await makeReply(db, { author: ben, thread: { number: thread, title: "" } });
  expect(await remove(true)).toEqual([{ kind: "reply-deleted", ...reply }]);
  expect(await remove(false)).toEqual([{ kind: "reply-restored", ...reply }]);
});

test("a moderator's acts are kept, one row each, where something changed", async () => {
  const thread = await livelyThread();
  const happened = await eventsOf(async (on) => {
    for (const locked of [true, true, false])
      await lockThread(on, { number: thread, locked, by: moderator.id });
    for (const pinned of [false, true]) await pinThread(on, { number: thread, pinned, by: moderator.id });
    await lockThread(on, { number: thread, locked: true, by: ada.id });
  });
  const by = moderator.id;
  expect(happened).toEqual([
    { kind: "thread-locked", thread, locked: true, by },
    { kind: "thread-locked", thread, locked: false, by },
    { kind: "thread-pinned", thread, category, pinned: true, by },
  ]);
  const kept = await db.execute(sql`
    select action, value, moderator_id as by, reason from moderations
    where thread_id = (select t.id from threads t where t.number = ${thread}) order by id`);
  expect(kept).toEqual([
    { action: "lock", value: "true", by, reason: null },
    { action: "lock", value: "false", by, reason: null },
    { action: "pin", value: "true", by, reason: null },
  ]);
});

test("what is refused, missing or in conflict says nothing", async () => {
  const thread = await livelyThread();
  const happened = await eventsOf(async (on) => {
    await lockThread(on, { number: thread, locked: true, by: ben.id });
    await castVote(on, { thread, number: 9, voterId: ada.id, value: 1 });
    await deleteReply(on, { thread, number: 2, authorId: ada.id, deleted: true });
    await createThread(on, { ...newThread, title: "Another title", submission });
    await createThread(on, { ...newThread, category: "none", submission: randomUUID() });
  });
  expect(happened).toEqual([]);
});

type Submitted = Parameters<typeof createThread>[1];
const ANOTHER_TEXT: [what: string, changes: Partial<Submitted>][] = [
  ["title", { title: "Another title" }],
  ["body", { body: "Another body" }],
  ["category", { category: "another" }],
];

test.each(ANOTHER_TEXT)(
  "a thread's submission with another %s is a conflict, and makes nothing",
  async (_, changes) => {
    const first = { ...newThread, submission: randomUUID() };
    await createThread(db, first);
    const count = () => db.execute(sql`select count(*) from threads`);
    const before = await count();
    expect(await createThread(db, { ...first, ...changes })).toEqual({ outcome: "conflict" });
    expect(await count()).toEqual(before);
  },
);

test("a submission is compared with what it first posted, whatever it was edited to since", async () => {
  const first = { ...newThread, submission: randomUUID() };
  const created = await createThread(db, first);
  if (created.outcome !== "done") throw new Error(created.outcome);
  const { number: thread } = created;
  await editReply(db, { thread, number: 1, authorId: ada.id, revision: 0, title: "Edited", body: "Edited" });
  expect(await createThread(db, first)).toEqual({ outcome: "done", number: thread, title: "Edited" });
  expect(await createThread(db, { ...first, title: "Edited", body: "Edited" })).toEqual({
    outcome: "conflict",
  });

  const reply = { thread, authorId: ben.id, body: "First", replyTo: null, submission: randomUUID() };
  const answer = await createReply(db, reply);
  await editReply(db, { ...EDIT, thread, number: 2, authorId: ben.id, body: "Second" });
  expect(await createReply(db, reply)).toEqual({ ...answer, thread: { number: thread, title: "Edited" } });
  expect(await createReply(db, { ...reply, body: "Second" })).toEqual({ outcome: "conflict" });
  const elsewhere = await livelyThread();
  expect(await createReply(db, { ...reply, thread: elsewhere })).toEqual({ outcome: "conflict" });
});

test("of two texts with one submission at once one is posted, and the other is told of it", async () => {
  const thread = await livelyThread();
  const reply = { thread, authorId: ben.id, replyTo: null, submission: randomUUID() };
  const answers = await meet(
    connect,
    (first) => createReply(first, { ...reply, body: "One text" }),
    (second) => createReply(second, { ...reply, body: "Another text" }),
  );
  expect(answers).toMatchObject([{ outcome: "done", number: 3 }, { outcome: "conflict" }]);
});

/*
 * Races. Of two writes that meet, the second waits for the first and is then asked about what the first has left: by
 * that alone a permission can be trusted. In none may two wait for each other.
 */

const LOCKED_OUT = [
  "a reply",
  "a vote on the opening post",
  "a vote on a reply",
  "an edit of the opening post",
  "an edit of a reply",
];

test.each(LOCKED_OUT)("%s that meets the lock of its thread is refused", async (name) => {
  const thread = await livelyThread();
  const [, answer] = await meet(
    connect,
    (first) => write("a lock")(first, thread),
    (second) => write(name)(second, thread),
  );
  expect(answer).toEqual({ outcome: "refused", refusal: "locked" });
});

test.each(LOCKED_OUT)("a lock that meets %s comes after it, and both stand", async (name) => {
  const thread = await livelyThread();
  const answers = await meet(
    connect,
    (first) => write(name)(first, thread),
    (second) => write("a lock")(second, thread),
  );
  expect(answers).toMatchObject([{ outcome: "done" }, { outcome: "done" }]);
});

/** Who does it, by the name of the write. */
const WHO: Record<string, TestMember> = {
  "a reply": ada,
  "a vote on the opening post": ben,
  "a vote on a reply": ada,
  "an edit of the opening post": ada,
  "an edit of a reply": ben,
  "a deletion of a reply": ben,
  "a lock": moderator,
  "a pin": moderator,
};

test.each(Object.keys(WHO))("%s that meets the suspension of who does it is refused", async (name) => {
  const thread = await livelyThread();
  const { id } = WHO[name] as TestMember;
  const [, answer] = await meet(
    connect,
    (first) => setStanding(first, id, { suspendedUntil: new Date(Date.now() + 3_600_000) }),
    (second) => write(name)(second, thread),
  );
  await setStanding(db, id, { suspendedUntil: null });
  expect(answer).toEqual({ outcome: "refused", refusal: "suspended" });
});

test.each(["a lock", "a pin"])("%s that meets the demotion of who does it is refused", async (name) => {
  const thread = await livelyThread();
  const [, answer] = await meet(
    connect,
    (first) => setStanding(first, moderator.id, { role: "member" }),
    (second) => write(name)(second, thread),
  );
  await setStanding(db, moderator.id, { role: "moderator" });
  expect(answer).toEqual({ outcome: "refused", refusal: "not-staff" });
});

test("a suspension or a demotion that meets a write comes after it", async () => {
  for (const standing of [
    { role: "member" as const },
    { suspendedUntil: new Date(Date.now() + 3_600_000) },
  ]) {
    const someone = await makeMember(db, { role: "moderator" });
    const number = await livelyThread();
    let isSetAlready: unknown;
    const [answer] = await meet(
      connect,
      (first) => lockThread(first, { number, locked: true, by: someone.id }),
      (second) => setStanding(second, someone.id, standing),
      async (observer) => {
        isSetAlready = await observer.execute(sql`
          select 1 from members where user_id = ${someone.id} and (role = 'member' or suspended_until is not null)`);
      },
    );
    expect([answer, isSetAlready]).toMatchObject([{ outcome: "done" }, []]);
  }
});

test("a reply that meets the end of its author's account is refused", async () => {
  const thread = await livelyThread();
  const leaving = await makeMember(db);
  const [, answer] = await meet(
    connect,
    (first) => deleteMember(first, leaving),
    (second) =>
      createReply(second, {
        thread,
        authorId: leaving.id,
        body: "Too late",
        replyTo: null,
        submission: randomUUID(),
      }),
  );
  expect(answer).toEqual({ outcome: "refused", refusal: "account-deleted" });
});

test("an edit that meets the deletion of its thread is refused, and a deletion that meets an edit comes after it", async () => {
  const { number: thread } = await makeThread(db, { author: ada, category: slug });
  const [remove, edit] = [write("a deletion of the opening post"), write("an edit of the opening post")];
  const answers = await meet(
    connect,
    (first) => remove(first, thread),
    (second) => edit(second, thread),
  );
  expect(answers).toMatchObject([{ outcome: "done" }, { outcome: "refused", refusal: "deleted" }]);
  const { number: other } = await makeThread(db, { author: ada, category: slug });
  expect(
    await meet(
      connect,
      (first) => edit(first, other),
      (second) => remove(second, other),
    ),
  ).toMatchObject([{ outcome: "done" }, { outcome: "done" }]);
});

test("a reply cannot come back in a thread that goes, and a thread to which one comes back stays", async () => {
  const [restore, remove] = [write("a restoration of a reply"), write("a deletion of the opening post")];
  const forum = async () => {
    const thread = await livelyThread();
    await write("a deletion of a reply")(db, thread);
    return thread;
  };
  const standing = async (number: number) => {
    const [row] = await db.execute(sql`
      select t.deleted_at is not null as "isThreadDeleted", r.deleted_at is not null as "isReplyDeleted", t.reply_count as replies
      from threads t join thread_replies r on r.thread_id = t.id and r.number = 2 where t.number = ${number}`);
    return row;
  };
  const going = await forum();
  expect(
    await meet(
      connect,
      (first) => remove(first, going),
      (second) => restore(second, going),
    ),
  ).toMatchObject([{ outcome: "done" }, { outcome: "missing" }]);
  expect(await standing(going)).toEqual({ isThreadDeleted: true, isReplyDeleted: true, replies: 0 });
  const staying = await forum();
  await meet(
    connect,
    (first) => restore(first, staying),
    (second) => remove(second, staying),
  );
  expect(await standing(staying)).toEqual({ isThreadDeleted: false, isReplyDeleted: false, replies: 1 });
});

const ON_POSTS = Object.keys(WRITES).filter((name) => !["a reply", "a lock", "a pin"].includes(name));

test.each(ON_POSTS)("%s takes the row of the thread before that of the reply", async (name) => {
  const thread = await livelyThread();
  let isReplyFree = false;
  await meet(
    connect,
    (first) => first.execute(sql`select 1 from threads where number = ${thread} for update`),
    (second) => write(name)(second, thread),
    async (observer) => {
      await observer.execute(sql`
        select 1 from thread_replies where thread_id = (select t.id from threads t where t.number = ${thread})
        for update nowait`);
      isReplyFree = true;
    },
  );
  expect(isReplyFree).toBe(true);
});

test("a storm of everything at once in one thread ends, and leaves every counter right", async () => {
  const thread = await livelyThread();
  const names = Object.keys(WRITES);
  const storm = connect(16).map(async (lane, at) => {
    for (let step = 0; step < 40; step += 1) {
      await write(names[(at * 3 + step * 7) % names.length] as string)(lane, thread);
      if (step % 10 === at % 10) {
        await lockThread(lane, { number: thread, locked: false, by: moderator.id });
        await deleteReply(lane, { thread, number: 1, authorId: ada.id, deleted: false });
        await setStanding(lane, [ada, ben][at % 2]?.id ?? "", { suspendedUntil: null });
      }
    }
  });
  await Promise.all(storm);
  expect(await verify(db)).toEqual([]);
});

test("every counter is right after all of this", async () => {
  expect(await verify(db)).toEqual([]);
});
