import { expect } from "vitest";
import { journey } from "#test/browser.ts";
import { makeCategory, makeReply, makeThread } from "#test/forum.ts";
import { bothWays, eventually, heading, open, replyOn } from "./travel.ts";

bothWays("A forum is read from its home page down to one reply", async ({ site, visit }) => {
  const ada = await site.makeMember();
  const category = await makeCategory(site.db);
  const thread = await makeThread(site.db, { author: ada, category, title: "Where the river bends" });
  for (let number = 2; number <= 25; number++) await makeReply(site.db, { author: ada, thread });

  for (const as of [null, ada]) {
    const page = await visit({ as });
    await open(page, "/");
    const categories = page.getByRole("navigation", { name: "Categories" });
    await categories.getByRole("link", { name: category, exact: true }).click();
    await heading(page, category).waitFor();
    await page.getByRole("link", { name: thread.title }).click();
    await heading(page, thread.title).waitFor();
    expect(await page.locator(".reply").count()).toBe(20);

    await page.getByRole("link", { name: "Next" }).first().click();
    await replyOn(page, 25).whole.waitFor();
    expect(await page.locator(".reply").count()).toBe(5);
    const place = page.getByRole("navigation", { name: "Pages" }).getByText("2 / 2");
    expect(await place.allTextContents()).toEqual(["Page 2 / 2", "Page 2 / 2"]);

    await replyOn(page, 22).whole.getByRole("link", { name: "#22 permalink" }).click();
    const permalink = `${site.origin}/t/${thread.number}/where-the-river-bends?page=2#reply-22`;
    await eventually(() => page.url()).toBe(permalink);
    const elsewhere = await visit({ as });
    await elsewhere.goto(permalink);
    expect(await elsewhere.locator(":target").getAttribute("id")).toBe("reply-22");
  }
});

bothWays("A list goes on for as long as there are threads", async ({ site, visit }) => {
  const ada = await site.makeMember();
  const category = await makeCategory(site.db);
  for (let number = 1; number <= 27; number++)
    await makeThread(site.db, { author: ada, category, title: `Thread of the day ${number}` });

  const page = await visit();
  await open(page, `/c/${category}?sort=new`);
  expect(await page.getByRole("link", { name: /^Thread of the day/ }).count()).toBe(25);
  await page.getByRole("link", { name: "Next page" }).click();
  await page.getByRole("link", { name: "Thread of the day 1", exact: true }).waitFor();
  expect(await page.getByRole("link", { name: /^Thread of the day/ }).allTextContents()).toEqual([
    "Thread of the day 2",
    "Thread of the day 1",
  ]);
  await page.getByRole("link", { name: "First page" }).click();
  await page.getByRole("link", { name: "Thread of the day 27" }).waitFor();
  expect(await page.getByRole("link", { name: "New", exact: true }).getAttribute("aria-current")).toBe(
    "page",
  );
});

journey("A member's permalink marks the reply that it names", async ({ site, visit }) => {
  const ada = await site.makeMember();
  const category = await makeCategory(site.db);
  const thread = await makeThread(site.db, { author: ada, category });
  for (let number = 2; number <= 12; number++) await makeReply(site.db, { author: ada, thread });

  const page = await visit({ as: ada });
  await open(page, `/t/${thread.number}/a-thread-for-a-test`);
  await replyOn(page, 11).whole.getByRole("link", { name: "#11 permalink" }).click();
  await eventually(() => page.url()).toMatch(/#reply-11$/);
  await eventually(() => page.locator(".reply:target").getAttribute("id")).toBe("reply-11");
});

journey("An old or a wrong address leads to the thread's own", async ({ site, visit }) => {
  const ada = await site.makeMember();
  const category = await makeCategory(site.db);
  const thread = await makeThread(site.db, { author: ada, category, title: "Its own words" });
  for (const as of [null, ada]) {
    const page = await visit({ as });
    await page.goto(`/t/${thread.number}/some-other-words`);
    expect(page.url()).toBe(`${site.origin}/t/${thread.number}/its-own-words`);
  }
});
