import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { makeCategory, makeThread } from "#test/forum.ts";
import { testSite } from "#test/site.ts";

const site = await testSite({ counted: true });
const ada = await site.makeMember();
const thread = await makeThread(site.db, { author: ada, category: await makeCategory(site.db) });
await site.db.execute(sql`drop schema reads cascade`);

/** The names of the reads that the Worker has logged as missing. */
function loggedReads(): string[] {
  const lines = site.log.filter((line) => line.includes('"why":"missing"')).map((line) => JSON.parse(line));
  return lines.map(({ read }) => read);
}

test("a Worker that is newer than its database's functions serves its pages, at one more statement a read, and says so", async () => {
  const address = `/t/${thread.number}/a-thread-for-a-test`;
  const asking = () => site.proxy.count(async () => expect((await site.fetch(address)).status).toBe(200));
  expect(await asking()).toMatchObject({ statements: 2, prepared: 0 });
  await expect.poll(loggedReads).toEqual([expect.stringMatching(/^thread_page_[0-9a-f]{12}$/)]);

  const form = await site.fetch("/t/new", { as: ada });
  expect(form.status).toBe(200);
  await expect
    .poll(loggedReads)
    .toEqual(
      expect.arrayContaining([expect.stringMatching(/^viewer_/), expect.stringMatching(/^categories_/)]),
    );
});
