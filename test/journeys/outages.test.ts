import { sql } from "drizzle-orm";
import type { Page } from "playwright-core";
import { expect } from "vitest";
import { journey } from "#test/browser.ts";
import { makeCategory, makeThread } from "#test/forum.ts";
import { startSite } from "#test/site.ts";
import { layoutShift, overflow, violations } from "./inspect.ts";
import { eventually, heading, NARROW, open, takenOver, WIDE } from "./travel.ts";

// biome-ignore lint/correctness/noEmptyPattern: Vitest reads from the pattern which fixtures a fixture needs
journey.override("site", { scope: "file" }, async ({}, { onCleanup }) => {
  const site = await startSite({ counted: true, cache: false });
  onCleanup(() => site.stop());
  return site;
});

/** What stands on a page that is a copy, and on no other. */
const COPY_NOTICE = "This is the page as it was";

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

for (const [who, javaScriptEnabled] of [
  ["a reader", true],
  ["a member", false],
  ["a member", true],
] as const)
  journey(
    `${who} goes on reading while the database is away, with JavaScript ${javaScriptEnabled ? "on" : "off"}`,
    async ({ site, visit, onTestFinished }) => {
      onTestFinished(site.heal);
      const ada = await site.makeMember();
      const category = await makeCategory(site.db, { name: "Reading room" });
      const thread = await makeThread(site.db, { author: ada, category, title: "Read me anyway" });
      const lists = ["/", `/c/${category}`, `/u/${ada.handle}`];
      const page = await visit({ as: who === "a member" ? ada : null, javaScriptEnabled, ...NARROW });
      for (const path of lists) await open(page, path);
      await page.getByRole("link", { name: "Read me anyway" }).click();
      await heading(page, "Read me anyway").waitFor();
      await takenOver(page);

      await site.proxy.refuse();
      const notice = page.getByRole("status").filter({ hasText: COPY_NOTICE });
      // By a link of a page that was there before: with scripts, the browser loads the copy whole all the same.
      await page.getByRole("link", { name: "Reading room", exact: true }).first().click();
      await heading(page, "Reading room").waitFor();
      for (const path of [null, ...lists, `/t/${thread.number}/read-me-anyway`]) {
        if (path) await eventually(() => isCopy(page, path)).toBe(true);
        for (const scene of [NARROW, WIDE]) {
          await page.setViewportSize(scene.viewport);
          await page.emulateMedia({ colorScheme: scene === NARROW ? "light" : "dark" });
          expect(await notice.isVisible()).toBe(true);
          expect.soft(await overflow(page)).toEqual([]);
          if (!javaScriptEnabled) continue;
          expect.soft(await violations(page), page.url()).toEqual([]);
          expect.soft(await layoutShift(page)).toBe(0);
        }
        const header = page.getByRole("banner");
        expect(await header.getByRole("link", { name: "Sign in" }).count()).toBe(who === "a reader" ? 1 : 0);
      }

      await site.heal();
      await page.reload();
      await heading(page, "Read me anyway").waitFor();
      expect(await notice.count()).toBe(0);
      expect(await page.locator(".account").count()).toBe(who === "a reader" ? 0 : 1);
    },
  );

/** Loads a page: the one that the page cache has of it may be fresh still, and then is served without a word. */
async function isCopy(page: Page, path: string): Promise<boolean> {
  await open(page, path);
  return (await page.getByText(COPY_NOTICE).count()) > 0;
}
