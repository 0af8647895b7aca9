import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { threadPath } from "#app/paths.ts";
import { makeCategory, makeReply, makeThread } from "#test/forum.ts";
import type { TestMember } from "#test/people.ts";
import { testSite } from "#test/site.ts";
import { readAnswer } from "./answer.ts";
import { type Fields, write as writeAt } from "./writes.ts";

/** Cloudflare takes no purge here: whatever was kept stays kept, for an hour. */
const site = await testSite({ cache: { purgeBurst: 0, purgeEveryMs: 3_600_000 } });
const { db } = site;
const reader = await site.makeMember();
const category = await makeCategory(db);

const read = async (path: string, as: TestMember | null = null) => readAnswer(await site.fetch(path, { as }));

const write = (path: string, as: TestMember, form: Fields) => writeAt(site, path, as, form);

async function newScene() {
  const author = await site.makeMember({ firstName: "Grace", lastName: "Withdrawn" });
  const thread = await makeThread(db, { author, category, title: "Words to regret", body: "Regret this." });
  await makeReply(db, { author, thread, body: "Never meant to say so." });
  return {
    author,
    thread,
    paths: [threadPath(thread), `/u/${author.handle}?show=replies`, `/u/${author.handle}`],
  };
}

type Scene = Awaited<ReturnType<typeof newScene>>;

const WITHDRAWALS: [what: string, act: (scene: Scene) => Promise<void>, gone: (scene: Scene) => string][] = [
  [
    "a reply that was deleted",
    ({ author, thread }) => write(`/t/${thread.number}/replies/2/delete`, author, { deleted: "true" }),
    () => "Never meant to say so.",
  ],
  [
    "a reply that was edited",
    ({ author, thread }) =>
      write(`/t/${thread.number}/replies/2/edit`, author, { body: "Better said.", revision: "0" }),
    () => "Never meant to say so.",
  ],
  [
    "a title that was edited",
    ({ author, thread }) => {
      const form = { title: "Other words", body: "Regret this.", revision: "0" };
      return write(`/t/${thread.number}/replies/1/edit`, author, form);
    },
    () => "Words to regret",
  ],
  [
    "a person whose account was deleted",
    ({ author }) => site.endAccount(author),
    ({ author }) => author.handle,
  ],
];

test.each(WITHDRAWALS)("nobody is shown %s, though the purge of it was refused", async (_, act, gone) => {
  const scene = await newScene();
  const words = gone(scene);
  const before = [];
  for (const path of scene.paths) for (const as of [null, reader]) before.push((await read(path, as)).text);
  expect(before.join("\n")).toContain(words);
  // What is not taken back stays as it is kept: the cache took no purge.
  await write(`/t/${scene.thread.number}/replies/new`, reader, { body: "An answer that nobody waits for." });
  expect((await read(threadPath(scene.thread))).text).not.toContain("An answer that nobody waits for.");

  await act(scene);
  for (const path of scene.paths)
    for (const as of [null, reader]) {
      const { status, text } = await read(path, as);
      expect([200, 301, 404], path).toContain(status);
      // The address itself stands in the link to sign in.
      const shown = text.replaceAll(encodeURIComponent(path), "");
      expect(shown, `${path} for ${as?.handle}`).not.toContain(words);
    }
});

test("how late purges are is told to staff alone, and to the log by the sweep", async () => {
  const { author, thread } = await newScene();
  await write(`/t/${thread.number}/replies/2/delete`, author, { deleted: "true" });
  const health = async (as: TestMember | null) => (await site.fetch("/healthz", { as })).json();
  const told = { ok: true, database: "reachable" };
  for (const as of [null, author, reader]) expect(await health(as)).toEqual(told);
  const late = { names: expect.any(Number), milliseconds: expect.any(Number) };
  for (const role of ["moderator", "admin"] as const) {
    const { purges, ...rest } = (await health(await site.makeMember({ role }))) as {
      purges: { names: number };
    };
    expect([rest, purges]).toEqual([told, late]);
    expect(purges.names).toBeGreaterThan(0);
  }
  await site.sweep();
  const lines = site.log.filter((line) => line.includes('"event":"purges"'));
  expect(lines.map((line) => JSON.parse(line))).toContainEqual({ level: "info", event: "purges", ...late });
});

test("of more withdrawals than one purge can name, none is shown while purges are refused", async () => {
  const { author, thread } = await newScene();
  const path = threadPath(thread);
  for (const _ of [1, 2]) expect((await read(path)).text).toContain("Never meant to say so.");
  await db.execute(sql`insert into events (kind, data)
    select 'thread-retitled', jsonb_build_object('thread', number, 'author', ${author.id}::text)
    from (select generate_series(900000, 900149) as number) others`);
  await site.sweep();
  await write(`/t/${thread.number}/replies/2/delete`, author, { deleted: "true" });
  expect((await read(path)).text).not.toContain("Never meant to say so.");
});
