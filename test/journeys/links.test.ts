import type { Page } from "playwright-core";
import { expect } from "vitest";
import { journey } from "#test/browser.ts";
import { makeCategory, makeThread } from "#test/forum.ts";
import type { Site } from "#test/site.ts";
import { eventually, heading, open, replyOn } from "./travel.ts";

/** A thread whose opening post leads to its category, a member, and their page of it with scripts. */
async function makeScene({ site, visit }: { site: Site; visit: (options: object) => Promise<Page> }) {
  const author = await site.makeMember();
  const category = await makeCategory(site.db);
  const body = `A post that names [its category](${site.origin}/c/${category}).`;
  const thread = await makeThread(site.db, { author, category, body });
  const page = await visit({ as: await site.makeMember() });
  let documents = 0;
  page.on("request", (request) => {
    if (request.isNavigationRequest()) documents += 1;
  });
  const path = `/t/${thread.number}/a-thread-for-a-test`;
  await open(page, path);
  return { page, path, author, category, thread, loads: () => documents };
}

journey(
  "A member's links lead on without a reload, and back to where the page was",
  async ({ site, visit }) => {
    const { page, path, author, thread, loads } = await makeScene({ site, visit });
    await page.setViewportSize({ width: 375, height: 300 });
    await page.evaluate(() => scrollTo(0, 120));
    await replyOn(page, 1).whole.getByRole("link", { name: author.handle, exact: true }).click();
    await heading(page, author.handle).waitFor();
    await eventually(() => page.evaluate(() => [scrollY, document.activeElement?.tagName])).toEqual([
      0,
      "H1",
    ]);
    const entries = await page.evaluate(() => history.length);
    await page.getByRole("link", { name: "Threads" }).first().press("Enter");
    await eventually(() => page.evaluate(() => history.length)).toBe(entries);
    await page.goBack();
    await heading(page, thread.title).waitFor();
    await eventually(() => page.evaluate(() => scrollY)).toBe(120);
    expect(new URL(page.url()).pathname).toBe(path);
    expect(loads()).toBe(1);
  },
);

journey("A link that is pressed with a key opens beside the page, which stays", async ({ site, visit }) => {
  const { page, path, author, loads } = await makeScene({ site, visit });
  const link = replyOn(page, 1).whole.getByRole("link", { name: author.handle, exact: true });
  for (const press of [{ modifiers: ["ControlOrMeta" as const] }, { button: "middle" as const }]) {
    const opened = page.context().waitForEvent("page");
    await link.click(press);
    await heading(await opened, author.handle).waitFor();
  }
  expect(new URL(page.url()).pathname).toBe(path);
  expect(loads()).toBe(1);
});

journey(
  "A link in a post, and one to a place on a page, are the browser's to follow",
  async ({ site, visit }) => {
    const { page, category, loads } = await makeScene({ site, visit });
    await replyOn(page, 1).whole.getByRole("link", { name: "#1 permalink" }).click();
    await page.waitForURL("**#reply-1");
    expect(await page.locator(":target").getAttribute("id")).toBe("reply-1");
    expect(loads()).toBe(1);
    await page.getByRole("link", { name: "its category" }).click();
    await page.waitForURL(`**/c/${category}`);
    expect(loads()).toBe(2);
  },
);

journey("The way on from an error page is a fresh start", async ({ site, visit }) => {
  const page = await visit({ as: await site.makeMember() });
  await open(page, "/nowhere");
  const load = page.waitForRequest((request) => request.isNavigationRequest());
  await page.getByRole("link", { name: "Go to the front page" }).click();
  expect(new URL((await load).url()).pathname).toBe("/");
});
