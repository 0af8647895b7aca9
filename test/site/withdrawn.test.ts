import { expect, onTestFinished, test } from "vitest";
import { threadPath } from "#app/paths.ts";
import { makeCategory, makeReply, makeThread, type TestThread } from "#test/forum.ts";
import type { TestMember } from "#test/people.ts";
import { testSite } from "#test/site.ts";
import { COPY_NOTICE, expectCopies, readPage } from "./copies.ts";
import { type Fields, write as writeAt } from "./writes.ts";

/** Only copies stand between readers and a database that is away. */
const site = await testSite({ counted: true, cache: false });
const { db, proxy } = site;
const reader = await site.makeMember();

/** What is taken back, in a forum that nobody else writes in. */
type Scene = { author: TestMember; thread: TestThread; category: string; paths: string[] };

let scenes = 0;

async function newScene(): Promise<Scene> {
  // Nothing is kept yet, the front page included.
  await site.restart();
  const author = await site.makeMember({ firstName: "Grace", lastName: "Withdrawn" });
  const other = await site.makeMember();
  const category = await makeCategory(db);
  const thread = await makeThread(db, {
    author,
    category,
    title: `Words to regret (${++scenes})`,
    body: "Regret this.",
  });
  await makeReply(db, { author, thread, body: "Never meant to say so." });
  const own = await makeThread(db, { author: other, category, title: "A thread of another" });
  await makeReply(db, { author: other, thread: own, body: "First." });
  await makeReply(db, { author, thread: own, body: "Said elsewhere.", replyTo: 2 });
  await makeReply(db, { author: other, thread: own, body: "An answer.", replyTo: 3 });
  const paths = [
    "/",
    `/c/${category}`,
    threadPath(thread),
    `/t/${own.number}/a-thread-of-another`,
    `/u/${author.handle}`,
    `/u/${author.handle}?show=replies`,
  ];
  return { author, thread, category, paths };
}

const write = (path: string, as: TestMember, form: Fields) => writeAt(site, path, as, form);

type Case = [
  what: string,
  act: (scene: Scene) => Promise<void>,
  gone: (scene: Scene) => string[],
  /** Of the pages of the scene, by place: those that still have the copy that they had. */
  left: number[],
];

const CASES: Case[] = [
  [
    "a reply that was edited",
    ({ author, thread }) =>
      write(`/t/${thread.number}/replies/2/edit`, author, { body: "Better said.", revision: "0" }),
    () => ["Never meant to say so."],
    [0, 1, 3, 4],
  ],
  [
    "an opening post that was edited",
    ({ author, thread }) =>
      write(`/t/${thread.number}/replies/1/edit`, author, {
        title: thread.title,
        body: "Better said.",
        revision: "0",
      }),
    () => ["Regret this."],
    [0, 1, 3, 4, 5],
  ],
  [
    "a title that was edited",
    ({ author, thread }) =>
      write(`/t/${thread.number}/replies/1/edit`, author, {
        title: "Other words",
        body: "Regret this.",
        revision: "0",
      }),
    ({ thread }) => [thread.title],
    [3],
  ],
  [
    "a reply that was deleted",
    ({ author, thread }) => write(`/t/${thread.number}/replies/2/delete`, author, { deleted: "true" }),
    () => ["Never meant to say so."],
    [0, 1, 3, 4],
  ],
  [
    "a thread that was deleted",
    async ({ author, thread }) => {
      await write(`/t/${thread.number}/replies/2/delete`, author, { deleted: "true" });
      await write(`/t/${thread.number}/replies/1/delete`, author, { deleted: "true" });
    },
    ({ thread }) => [thread.title, "Regret this."],
    [3],
  ],
  [
    "a person whose account was deleted",
    ({ author }) => site.endAccount(author),
    ({ author }) => [author.handle, "Grace Withdrawn"],
    [],
  ],
];

test.each(CASES)("no copy shows %s before the outage", async (_, act, gone, left) => {
  onTestFinished(site.heal);
  const scene = await newScene();
  for (const path of scene.paths) await readPage(site, path);
  await proxy.refuse();
  const before = (await expectCopies(site, scene.paths)).map(({ text }) => text).join("\n");
  for (const words of gone(scene)) expect(before).toContain(words);
  await site.heal();

  await act(scene);
  await proxy.refuse();
  const kept: number[] = [];
  for (const [at, path] of scene.paths.entries())
    for (const as of [null, reader]) {
      const { status, text } = await readPage(site, path, { as });
      expect([200, 503]).toContain(status);
      if (status === 503) continue;
      for (const words of gone(scene)) expect(text, `${path} for ${as?.handle}`).not.toContain(words);
      if (!as) kept.push(at);
    }
  expect(kept).toEqual(left);

  // A page that is read as it is now is the copy from then on.
  await site.heal();
  const { paths } = scene;
  const there: string[] = [];
  for (const path of paths) if ((await readPage(site, path)).status === 200) there.push(path);
  await proxy.refuse();
  for (const { text } of await expectCopies(site, there)) {
    expect(text).toContain(COPY_NOTICE);
    for (const words of gone(scene)) expect(text).not.toContain(words);
  }
});
