import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { verify } from "#app/db/verify.server.ts";
import type { TestMember } from "#test/people.ts";
import { testSite } from "#test/site.ts";
import { type Answer, readAnswer } from "./answer.ts";
import { countThreads, threadRow } from "./rows.ts";
import { AT_ONCE, type Fields, makeWorld, sendAtOnce as sendAllAtOnce } from "./writes.ts";

const site = await testSite();
const { db } = site;

const sendAtOnce = (as: TestMember, path: string, form: Fields, times = AT_ONCE) =>
  sendAllAtOnce(site, { as, path, form, times });

function endings(answers: Answer[]): string[] {
  return [...new Set(answers.map(({ status, location }) => `${status} ${location}`))];
}

test("50 identical submissions of a new thread make one thread, and all lead to it", async () => {
  const { member, category } = await makeWorld(site);
  const form = { title: "Only once", category, body: "Sent fifty times", submission: randomUUID() };
  const answers = await sendAtOnce(member, "/t/new", form);
  expect(endings(answers)).toEqual([expect.stringMatching(/^303 \/t\/\d+\/only-once$/)]);
  expect(await countThreads(db, member.id)).toBe(1);
  const later = await readAnswer(await site.fetch("/t/new", { as: member, form }));
  expect(later.location).toBe(answers[0]?.location);
  expect(await verify(db)).toEqual([]);
});

test("50 identical submissions of a reply make one reply, and all lead to it", async () => {
  const { member, thread } = await makeWorld(site);
  const form = { body: "Sent fifty times", submission: randomUUID() };
  const answers = await sendAtOnce(member, `/t/${thread.number}/replies/new`, form);
  expect(endings(answers)).toEqual([`303 /t/${thread.number}/a-thread-for-a-test#reply-3`]);
  const { replies, lastNumber, replyCount } = await threadRow(db, thread.number);
  expect([replies.length, lastNumber, replyCount]).toEqual([3, 3, 2]);
  expect(await verify(db)).toEqual([]);
});

test("a submission id is its owner's: two people with the same one make two replies", async () => {
  const { member, author, thread } = await makeWorld(site);
  const form = { body: "The same id", submission: randomUUID() };
  const path = `/t/${thread.number}/replies/new`;
  await Promise.all([member, author].map((as) => sendAtOnce(as, path, form, 10)));
  const { replies } = await threadRow(db, thread.number);
  expect(
    replies
      .slice(2)
      .map(({ authorId }) => authorId)
      .toSorted(),
  ).toEqual([member.id, author.id].toSorted());
});

test("50 different replies at once get 50 numbers", async () => {
  const { member, thread } = await makeWorld(site);
  const path = `/t/${thread.number}/replies/new`;
  const sent = Array.from({ length: AT_ONCE }, (_, at) =>
    site.fetch(path, { as: member, form: { body: `Reply ${at}` } }),
  );
  const statuses = (await Promise.all(sent)).map(({ status }) => status);
  expect(new Set(statuses)).toEqual(new Set([303]));
  const { replies } = await threadRow(db, thread.number);
  expect(replies.map(({ number }) => number)).toEqual(Array.from({ length: AT_ONCE + 2 }, (_, at) => at + 1));
  expect(await verify(db)).toEqual([]);
});

test("an edit that arrives twice is saved once, one after the other and at once", async () => {
  const { author, thread } = await makeWorld(site);
  const path = `/t/${thread.number}/replies/2/edit`;
  const place = `303 /t/${thread.number}/a-thread-for-a-test#reply-2`;
  for (const [revision, times] of [
    [0, 2],
    [1, AT_ONCE],
  ] as const) {
    const form = { body: `Edited ${revision}`, revision: String(revision) };
    const answers = [
      ...(await sendAtOnce(author, path, form, 1)),
      ...(await sendAtOnce(author, path, form, times)),
    ];
    expect(endings(answers)).toEqual([place]);
    const { replies } = await threadRow(db, thread.number);
    expect(replies[1]).toMatchObject({ body: `Edited ${revision}`, revision: revision + 1 });
  }
});

test("of two different edits at once one is saved, and the other shows both texts", async () => {
  const { author, thread } = await makeWorld(site);
  const path = `/t/${thread.number}/replies/1/edit`;
  const texts = ["The one text", "The other text"];
  const sent = texts.map((body) =>
    site.fetch(path, { as: author, form: { title: "A title", body, revision: "0" } }),
  );
  const answers = await Promise.all((await Promise.all(sent)).map(readAnswer));
  expect(answers.map(({ status }) => status).toSorted()).toEqual([303, 409]);
  const loser = answers.find(({ status }) => status === 409);
  for (const text of texts) expect(loser?.text).toContain(text);
  expect((await threadRow(db, thread.number)).replies[0]).toMatchObject({ revision: 1 });
});

test("a deletion that arrives twice deletes once, and so does a restoration", async () => {
  const { author, thread } = await makeWorld(site);
  const path = `/t/${thread.number}/replies/2/delete`;
  for (const deleted of ["true", "false", "true"]) {
    const answers = [
      ...(await sendAtOnce(author, path, { deleted }, 1)),
      ...(await sendAtOnce(author, path, { deleted }, 20)),
    ];
    expect(endings(answers)).toEqual([`303 /t/${thread.number}/a-thread-for-a-test#reply-2`]);
    const { replies, replyCount } = await threadRow(db, thread.number);
    expect([replies[1]?.isDeleted, replyCount]).toEqual([deleted === "true", deleted === "true" ? 0 : 1]);
    expect(await verify(db)).toEqual([]);
  }
});

test("replies, votes and edits that meet a lock come before it or are refused", async () => {
  const { member, author, moderator, thread } = await makeWorld(site);
  const at = `/t/${thread.number}`;
  const lock = site.fetch(`${at}/moderation/lock`, { as: moderator, form: { locked: "true" } });
  const others = Array.from({ length: 10 }, (_, number) => [
    site.fetch(`${at}/replies/new`, { as: member, form: { body: `Reply ${number}` } }),
    site.fetch(`${at}/replies/2/vote`, { as: member, form: { value: number % 2 ? "1" : "-1" } }),
    site.fetch(`${at}/replies/2/edit`, { as: author, form: { body: `Edit ${number}`, revision: "0" } }),
  ]).flat();
  const statuses = (await Promise.all(others)).map(({ status }) => status);
  expect((await lock).status).toBe(303);
  expect(statuses.filter((status) => ![303, 403, 409].includes(status))).toEqual([]);
  const locked = await threadRow(db, thread.number);
  expect(await sendAtOnce(member, `${at}/replies/new`, { body: "Too late" }, 4)).toHaveLength(4);
  expect(await threadRow(db, thread.number)).toEqual(locked);
  expect(await verify(db)).toEqual([]);
});
