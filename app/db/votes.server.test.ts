import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import type { VoteValue } from "#app/domain/vote.ts";
import { testDatabase } from "#test/database.ts";
import { makeCategory, makeReply, makeThread, type TestThread } from "#test/forum.ts";
import { deleteMember, makeMember, type TestMember } from "#test/people.ts";
import { meet } from "#test/race.ts";
import { deleteReply } from "./replies.server.ts";
import { lockThread } from "./threads.server.ts";
import { verify } from "./verify.server.ts";
import { castVote } from "./votes.server.ts";

const { db, connect } = await testDatabase();
const category = await makeCategory(db);
const author = await makeMember(db);
const moderator = await makeMember(db, { role: "moderator" });
const voters: TestMember[] = [];
for (let count = 0; count < 5; count += 1) voters.push(await makeMember(db));
const [ada, ben] = voters as [TestMember, TestMember];

const newThread = () => makeThread(db, { author, category, title: "A title" });
const vote = (thread: TestThread, voter: TestMember, value: VoteValue, number = 1) =>
  castVote(db, { thread: thread.number, number, voterId: voter.id, value });

async function standing({ number }: TestThread, reply = 1) {
  const [row] = await db.execute<{ score: number; threadScore: number; votes: number; cast: number }>(sql`
    select r.score, t.score as "threadScore", count(v.id)::integer as cast,
      coalesce(sum(v.value), 0)::integer as votes
    from threads t
    join thread_replies r on r.thread_id = t.id and r.number = ${reply}::integer
    left join reply_votes v on v.reply_id = r.id
    where t.number = ${number}
    group by r.id, t.id`);
  return row;
}

test("every way from one vote to another moves the score by the difference", async () => {
  const thread = await newThread();
  const steps: VoteValue[] = [1, 1, 0, 0, -1, -1, 1, -1, 0, 1];
  for (const value of steps) {
    expect(await vote(thread, ada, value)).toEqual({ outcome: "done", title: "A title", score: value });
    expect(await standing(thread)).toEqual({
      score: value,
      threadScore: value,
      votes: value,
      cast: value === 0 ? 0 : 1,
    });
  }
});

test("a vote on a reply leaves the thread's score alone", async () => {
  const thread = await newThread();
  const number = await makeReply(db, { author, thread });
  expect(await vote(thread, ada, 1, number)).toMatchObject({ score: 1 });
  expect(await vote(thread, ben, 1, number)).toMatchObject({ score: 2 });
  expect(await standing(thread, number)).toEqual({ score: 2, threadScore: 0, votes: 2, cast: 2 });
});

test("a score that an import brought is kept under the votes", async () => {
  const thread = await newThread();
  await db.execute(sql`
    with t as (update threads set score = 7 where number = ${thread.number} returning id)
    update thread_replies set score = 7, starting_score = 7 where thread_id = (select id from t)`);
  expect(await vote(thread, ada, -1)).toMatchObject({ score: 6 });
});

test("50 arrivals of one vote at once count once", async () => {
  const thread = await newThread();
  const cast = { thread: thread.number, number: 1, voterId: ada.id, value: 1 as const };
  await Promise.all(connect(50).map((connection) => castVote(connection, cast)));
  expect(await standing(thread)).toEqual({ score: 1, threadScore: 1, votes: 1, cast: 1 });
});

test("300 mixed votes of 5 people at once end in a score that is the sum of their votes", async () => {
  const thread = await newThread();
  const connections = connect(30);
  const values: VoteValue[] = [1, -1, 0];
  const wanted = Array.from({ length: 300 }, (_, at) => ({
    voterId: (voters[(at * 7) % 5] as TestMember).id,
    value: values[(at * 11 + Math.floor(at / 3)) % 3] as VoteValue,
  }));
  const answers = await Promise.all(
    connections.flatMap((connection, lane) =>
      wanted
        .filter((_, at) => at % connections.length === lane)
        .map((each) => castVote(connection, { thread: thread.number, number: 1, ...each })),
    ),
  );
  expect(answers.map(({ outcome }) => outcome)).toEqual(new Array(300).fill("done"));
  const result = await standing(thread);
  expect(result?.score).toBe(result?.votes);
  expect(result?.threadScore).toBe(result?.votes);
  expect(result?.cast).toBeLessThanOrEqual(5);
  // The last word of each person stands, whatever came before.
  for (const [at, voter] of voters.entries()) await vote(thread, voter, at === 0 ? -1 : 1);
  expect(await standing(thread)).toEqual({ score: 3, threadScore: 3, votes: 3, cast: 5 });
});

test.each([
  ["taken back while it is cast again", 0, 1],
  ["cast again while it is taken back", 1, 0],
  ["turned around while it is taken back", -1, 0],
  ["turned around twice", -1, 1],
] as [string, VoteValue, VoteValue][])(
  "a vote that is %s is counted as it ends",
  async (_, first, second) => {
    const thread = await newThread();
    await vote(thread, ada, 1);
    const cast = (value: VoteValue) => ({ thread: thread.number, number: 1, voterId: ada.id, value });
    await meet(
      connect,
      (one) => castVote(one, cast(first)),
      (two) => castVote(two, cast(second)),
    );
    const result = await standing(thread);
    expect(result).toMatchObject({ score: result?.votes, threadScore: result?.votes });
  },
);

test("nobody votes on what they wrote", async () => {
  const thread = await newThread();
  for (const value of [1, -1, 0] as VoteValue[])
    expect(await vote(thread, author, value)).toEqual({ outcome: "refused", refusal: "own-reply" });
  expect(await standing(thread)).toEqual({ score: 0, threadScore: 0, votes: 0, cast: 0 });
});

test("a locked thread takes no votes, and gives none back", async () => {
  const thread = await newThread();
  await vote(thread, ada, 1);
  await lockThread(db, { number: thread.number, locked: true, by: moderator.id });
  for (const value of [0, -1, 1] as VoteValue[])
    expect(await vote(thread, ada, value)).toEqual({ outcome: "refused", refusal: "locked" });
  expect(await standing(thread)).toEqual({ score: 1, threadScore: 1, votes: 1, cast: 1 });
});

test("a deleted reply takes no votes", async () => {
  const thread = await newThread();
  const number = await makeReply(db, { author, thread });
  await deleteReply(db, { thread: thread.number, number, authorId: author.id, deleted: true });
  expect(await vote(thread, ada, 1, number)).toEqual({ outcome: "refused", refusal: "deleted" });
  expect(await standing(thread, number)).toMatchObject({ cast: 0 });
});

const suspended = await makeMember(db, { suspendedUntil: new Date(Date.now() + 3_600_000) });
const gone = await makeMember(db);
await deleteMember(db, gone);

test.each([
  ["suspended", suspended, "suspended"],
  ["deleted", gone, "account-deleted"],
  ["unknown", { id: "user_nobody", handle: "nobody" }, "signed-out"],
])("a member who is %s is refused by the statement itself", async (_, voter, refusal) => {
  const thread = await newThread();
  expect(await vote(thread, voter, 1)).toEqual({ outcome: "refused", refusal });
  expect(await standing(thread)).toEqual({ score: 0, threadScore: 0, votes: 0, cast: 0 });
});

test("there is no vote on what is not there", async () => {
  const thread = await newThread();
  const missing = { outcome: "missing" };
  expect(await vote(thread, ada, 1, 2)).toEqual(missing);
  expect(await vote({ number: 999_999_999, title: "" }, ada, 1)).toEqual(missing);
  await deleteReply(db, { thread: thread.number, number: 1, authorId: author.id, deleted: true });
  expect(await vote(thread, ada, 1)).toEqual(missing);
});

test("every counter is right after all of this", async () => {
  expect(await verify(db)).toEqual([]);
});
