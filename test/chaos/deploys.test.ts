import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type DatabaseConnection, openDatabase } from "#app/db/client.server.ts";
import { verify } from "#app/db/verify.server.ts";
import { findPgBouncer } from "#local/programs.ts";
import { createTestDatabase } from "#test/database.ts";
import { makeCategory, makeThread, type TestThread } from "#test/forum.ts";
import { makeMember, type TestMember } from "#test/people.ts";
import { threadRow } from "#test/site/rows.ts";
import { newPeople, type Stage, startStage } from "./stage.ts";

const AT_ONCE = 20;

describe.skipIf(!findPgBouncer())("two deploys on one database", () => {
  const stops: (() => Promise<unknown>)[] = [];
  let stage: Stage;
  let db: DatabaseConnection;
  let category: string;
  let ada: TestMember;
  let ben: TestMember;
  /** Leads everybody to the first Worker, to the second, or to both in turns. */
  let lead: { toFirst(): void; toSecond(): void; toBoth(): void };

  beforeAll(async () => {
    const database = await createTestDatabase();
    stops.push(database.drop);
    const people = newPeople(2);
    stage = await startStage({ databaseUrl: database.url, people, poolSize: 5 });
    stops.push(stage.stop);
    db = openDatabase(database.url);
    stops.push(() => db.close());
    [ada, ben] = (await Promise.all(
      people.map(({ id, username }) => makeMember(db, { id, handle: username ?? "" })),
    )) as [TestMember, TestMember];
    category = await makeCategory(db);
    const { port: first } = stage.worker();
    const { port: second } = await stage.addWorker();
    lead = {
      toFirst: () => stage.front.leadTo(first),
      toSecond: () => stage.front.leadTo(second),
      toBoth: () => stage.front.leadTo(first, second),
    };
  });
  afterAll(async () => {
    for (const stop of stops.reverse()) await stop();
  });

  const newThread = (): Promise<TestThread> => makeThread(db, { author: ada, category });
  const post = (path: string, as: TestMember, form: Record<string, string>) =>
    stage.fetch(path, { as, form });
  const page = async ({ number }: TestThread, as: TestMember | null, wrote?: string) =>
    (await stage.fetch(`/t/${number}/a-thread-for-a-test`, { as, wrote })).text();

  /** The same form many times at once, to both in turns; where the answers lead, without repeats. */
  async function sendToBoth(path: string, as: TestMember, form: Record<string, string>) {
    lead.toBoth();
    const sent = Array.from({ length: AT_ONCE }, () => post(path, as, form));
    const answers = await Promise.all(sent);
    return [...new Set(answers.map(({ status, headers }) => `${status} ${headers.get("Location")}`))];
  }

  test("what is written through one is read through the other", async () => {
    const thread = await newThread();
    const [first, second] = [randomUUID(), randomUUID()];
    for (const [write, body, read] of [
      [lead.toFirst, first, lead.toSecond],
      [lead.toSecond, second, lead.toFirst],
    ] as const) {
      // Both Workers read the page first, so that all that they know of it is older than the reply.
      for (const fill of [lead.toFirst, lead.toSecond]) {
        fill();
        for (const as of [ada, null]) expect(await page(thread, as)).not.toContain(body);
      }
      write();
      const answer = await post(`/t/${thread.number}/replies/new`, ben, { body });
      expect(answer.status).toBe(303);
      const wrote = answer.headers.getSetCookie().find((cookie) => cookie.startsWith("wrote="));
      read();
      // What a member wrote is there for them at once, by whichever Worker they come.
      expect(await page(thread, ben, wrote?.split(";")[0])).toContain(body);
    }
    for (const read of [lead.toFirst, lead.toSecond]) {
      read();
      for (const as of [ada, null])
        await expect.poll(() => page(thread, as)).toMatch(new RegExp(`${first}.*${second}`, "s"));
    }
  });

  test("a form that reaches both makes one thread and one reply, and both lead there", async () => {
    const form = { title: "Sent to both", category, body: "A text", submission: randomUUID() };
    const [led, ...others] = await sendToBoth("/t/new", ada, form);
    expect([led, others]).toEqual([expect.stringMatching(/^303 \/t\/\d+\/sent-to-both$/), []]);
    const number = Number(led?.match(/\d+(?=\/sent)/)?.[0]);
    const reply = { body: "One answer", submission: randomUUID() };
    expect(await sendToBoth(`/t/${number}/replies/new`, ben, reply)).toEqual([
      `303 /t/${number}/sent-to-both#reply-2`,
    ]);
    const rows = await threadRow(db, number);
    expect(rows.replies.map(({ body }) => body)).toEqual(["A text", "One answer"]);
    expect(rows.replyCount).toBe(1);
  });

  test("votes, edits and deletions that reach both are done once", async () => {
    const { number } = await newThread();
    const place = `/t/${number}/replies/1`;
    await sendToBoth(`${place}/vote`, ben, { value: "1" });
    const edit = { title: "A new title", body: "A new text", revision: "0" };
    expect(await sendToBoth(`${place}/edit`, ada, edit)).toEqual([`303 /t/${number}/a-new-title#reply-1`]);
    await sendToBoth(`${place}/delete`, ada, { deleted: "true" });
    const { replies, score, isDeleted } = await threadRow(db, number);
    expect({ ...replies[0], threadScore: score, isThreadDeleted: isDeleted }).toMatchObject({
      body: "A new text",
      revision: 1,
      score: 1,
      votes: { [ben.id]: 1 },
      isDeleted: true,
      threadScore: 1,
      isThreadDeleted: true,
    });
    expect(await verify(db)).toEqual([]);
  });
});
