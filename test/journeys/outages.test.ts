import { sql } from "drizzle-orm";
import { expect } from "vitest";
import { journey } from "#test/browser.ts";
import { makeCategory, makeThread } from "#test/forum.ts";
import { startSite } from "#test/site.ts";
import { open } from "./travel.ts";

// biome-ignore lint/correctness/noEmptyPattern: Vitest reads from the pattern which fixtures a fixture needs
journey.override("site", { scope: "file" }, async ({}, { onCleanup }) => {
  const site = await startSite({ counted: true });
  onCleanup(() => site.stop());
  return site;
});

const TEXT = `\n\n  Two lines & <b>markup</b> "quoted" 'twice' </textarea> \\ %41 +\n\temoji 🦉 ünïcödé\n\n`;

for (const javaScriptEnabled of [false, true])
  journey(
    `what was written is kept while the database is away, with JavaScript ${javaScriptEnabled ? "on" : "off"}`,
    async ({ site, visit, onTestFinished }) => {
      onTestFinished(site.heal);
      const ada = await site.makeMember();
      const category = await makeCategory(site.db, { name: "Support" });
      const thread = await makeThread(site.db, { author: ada, category });
      const page = await visit({ as: ada, javaScriptEnabled });
      await open(page, `/t/${thread.number}/a-thread-for-a-test`);
      await page.getByLabel("Your reply").fill(TEXT);

      await site.proxy.refuse();
      for (const button of ["Post reply", "Try again"]) {
        const answer = page.waitForResponse((response) => response.request().method() === "POST");
        await page.getByRole("button", { name: button }).click();
        expect((await answer).status()).toBe(503);
        await page.getByRole("button", { name: "Try again" }).waitFor();
        expect(await page.locator("textarea").inputValue()).toBe(TEXT);
      }

      await site.heal();
      await page.getByRole("button", { name: "Try again" }).click();
      await page.waitForURL(/#reply-2$/);
      const rows = sql`
        select body from thread_replies r join threads t on t.id = r.thread_id
        where t.number = ${thread.number} and r.number > 1`;
      expect(await site.db.execute(rows)).toEqual([{ body: expect.stringContaining("emoji 🦉 ünïcödé") }]);
    },
  );
