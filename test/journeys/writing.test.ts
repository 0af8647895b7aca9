import { sql } from "drizzle-orm";
import { expect } from "vitest";
import { makeCategory, makeReply, makeThread } from "#test/forum.ts";
import {
  bothWays,
  button,
  eventually,
  heading,
  NARROW,
  open,
  openTools,
  repliesThatSay,
  replyOn,
  WIDE,
} from "./travel.ts";

bothWays(
  "A thread is started: errors at the fields, a preview, and then the post",
  async ({ site, visit }) => {
    const ada = await site.makeMember();
    const category = await makeCategory(site.db);
    const text = `\n  A post about **${category}**.`;
    const page = await visit({ as: ada });
    await open(page, "/");
    await page.getByRole("banner").getByRole("link", { name: "New thread", exact: true }).click();
    await heading(page, "New thread").waitFor();
    const title = page.getByLabel("Title");
    const chosen = page.getByLabel("Category");
    const body = page.getByLabel("Your post");

    await title.fill("No");
    await body.fill(text);
    await button(page, "Post thread").click();
    const summary = page.getByRole("alert");
    await summary.waitFor();
    await eventually(() => summary.evaluate((element) => element === document.activeElement)).toBe(true);
    expect(await title.inputValue()).toBe("No");
    expect(await body.inputValue()).toBe(text);
    expect(await title.getAttribute("aria-invalid")).toBe("true");
    expect(await chosen.getAttribute("aria-invalid")).toBe("true");
    expect(await body.getAttribute("aria-invalid")).toBe(null);
    for (const [field, id] of [
      [title, "title"],
      [chosen, "category"],
    ] as const) {
      expect(await field.getAttribute("aria-describedby")).toContain(`${id}-error`);
      const message = await page.locator(`#${id}-error`).textContent();
      await summary.getByRole("link", { name: message ?? "" }).click();
      await eventually(() => page.evaluate(() => document.activeElement?.id)).toBe(id);
    }

    await title.fill("  A title that   is long enough ");
    await chosen.selectOption(category);
    await button(page, "Preview").click();
    const preview = page.getByRole("region", { name: "Preview" });
    await preview.waitFor();
    expect(await preview.locator("strong").textContent()).toBe(category);
    expect(await title.inputValue()).toBe("  A title that   is long enough ");
    expect(await chosen.inputValue()).toBe(category);
    expect(await body.inputValue()).toBe(text);
    expect(await repliesThatSay(site, text.trimStart())).toEqual([]);

    await button(page, "Post thread").dblclick();
    await heading(page, "A title that is long enough").waitFor();
    expect(await replyOn(page, 1).body.locator("strong").textContent()).toBe(category);
    const made = await site.db.execute(sql`
    select t.title, c.slug, t.author_id from threads t join categories c on c.id = t.category_id
    where c.slug = ${category}`);
    expect(made).toEqual([{ title: "A title that is long enough", slug: category, author_id: ada.id }]);
  },
);

bothWays("A reply is written, and answers and quotes another one", async ({ site, visit }) => {
  const ada = await site.makeMember();
  const grace = await site.makeMember();
  const category = await makeCategory(site.db);
  const thread = await makeThread(site.db, { author: ada, category });
  await makeReply(site.db, { author: grace, thread, body: "Words\n\nthat *bear*\n\nrepeating" });
  const page = await visit({ as: ada });

  await open(page, `/t/${thread.number}/a-thread-for-a-test`);
  await button(page, "Post reply").click();
  await page.getByRole("alert").getByRole("link").click();
  await eventually(() => page.evaluate(() => document.activeElement?.id)).toBe("body");
  await page.getByLabel("Your reply").fill("A plain reply.");
  await button(page, "Post reply").click();
  await replyOn(page, 3).whole.waitFor();
  expect(page.url()).toMatch(/#reply-3$/);
  expect(await repliesThatSay(site, "A plain reply.", thread)).toEqual([3]);

  await page.getByRole("link", { name: `Reply to ${grace.handle}` }).click();
  await heading(page, `Reply to ${thread.title}`).waitFor();
  expect(await page.getByRole("heading", { name: `${grace.handle} wrote in #2` }).count()).toBe(1);
  expect(await page.getByLabel("Your reply").inputValue()).toBe("");
  await page.getByLabel("Your reply").fill("An answer.");
  await button(page, "Preview").click();
  await page.getByRole("region", { name: "Preview" }).waitFor();
  await button(page, "Post reply").click();
  await replyOn(page, 4).whole.waitFor();
  const answered = replyOn(page, 4).whole.getByRole("link", { name: `in reply to ${grace.handle} #2` });
  expect(await answered.getAttribute("href")).toBe(`/t/${thread.number}/a-thread-for-a-test#reply-2`);

  await page.getByRole("link", { name: `Quote ${grace.handle}` }).click();
  await heading(page, `Reply to ${thread.title}`).waitFor();
  const quoted = await page.getByLabel("Your reply").inputValue();
  const quotedAt = `/t/${thread.number}/a-thread-for-a-test#reply-2`;
  expect(quoted).toContain(`**${grace.handle}** wrote in [#2](${quotedAt}):`);
  expect(quoted).toMatch(/^> Words\n>\n> that \*bear\*\n>\n> repeating$/m);
  await page.getByLabel("Your reply").press("ControlOrMeta+End");
  await page.keyboard.type("So it is.");
  await button(page, "Post reply").click();
  await replyOn(page, 5).whole.waitFor();
  expect(await replyOn(page, 5).body.locator("blockquote em").textContent()).toBe("bear");
  expect(await replyOn(page, 5).body.locator("blockquote strong").textContent()).toBe(grace.handle);
  expect(await replyOn(page, 5).body.locator("blockquote a").getAttribute("href")).toBe(quotedAt);
  expect(await replyOn(page, 5).body.locator("> p").last().textContent()).toBe("So it is.");
});

bothWays("A post is edited; two tabs do not overwrite each other", async ({ site, visit }) => {
  const ada = await site.makeMember();
  const category = await makeCategory(site.db);
  const thread = await makeThread(site.db, { author: ada, category, body: "First text" });
  const page = await visit({ as: ada });
  await open(page, `/t/${thread.number}/a-thread-for-a-test`);
  await openTools(replyOn(page, 1).whole);
  await replyOn(page, 1).whole.getByRole("link", { name: "Edit" }).click();
  await heading(page, "Edit your thread").waitFor();
  const other = await page.context().newPage();
  await open(other, page.url());

  expect(await page.getByLabel("Your post").inputValue()).toBe("First text");
  await page.getByLabel("Title").fill("Another title");
  await page.getByLabel("Your post").fill("The text of this tab");
  await button(page, "Save").click();
  await heading(page, "Another title").waitFor();
  expect(page.url()).toBe(`${site.origin}/t/${thread.number}/another-title#reply-1`);
  expect(await replyOn(page, 1).whole.textContent()).toContain("edited");

  await other.getByLabel("Your post").fill("The text of the other tab");
  const [answer] = await Promise.all([
    other.waitForResponse((response) => response.request().method() === "POST"),
    button(other, "Save").click(),
  ]);
  expect(answer.status()).toBe(409);
  const now = other.getByRole("region", { name: "As it stands now" });
  await now.waitFor();
  expect(await now.textContent()).toContain("The text of this tab");
  expect(await now.textContent()).toContain("Another title");
  expect(await now.locator("mark").textContent()).toBe("The text of this tab");
  expect(await other.getByLabel("Your post").inputValue()).toBe("The text of the other tab");
  expect(await repliesThatSay(site, "The text of this tab", thread)).toEqual([1]);
  for (const { viewport } of [WIDE, NARROW]) {
    await other.setViewportSize(viewport);
    const [theirs, yours] = await Promise.all([
      now.boundingBox(),
      other.getByLabel("Your post").boundingBox(),
    ]);
    if (!theirs || !yours) throw new Error("Both texts must be seen");
    const isBeside = theirs.x + theirs.width <= yours.x;
    expect(isBeside, `${viewport.width}`).toBe(viewport.width === WIDE.viewport.width);
    if (!isBeside) expect(theirs.y + theirs.height).toBeLessThanOrEqual(yours.y);
  }
  // A preview loses neither.
  await button(other, "Preview").click();
  await other.getByRole("region", { name: "Preview" }).waitFor();
  expect(await now.textContent()).toContain("The text of this tab");
  await other.getByLabel("Your post").fill("Both texts");
  await button(other, "Save my text").click();
  await heading(other, thread.title).waitFor();
  expect(await repliesThatSay(site, "Both texts", thread)).toEqual([1]);
});

bothWays("A reply is deleted, leaves its place, and is restored", async ({ site, visit }) => {
  const ada = await site.makeMember();
  const category = await makeCategory(site.db);
  const thread = await makeThread(site.db, { author: ada, category });
  await makeReply(site.db, { author: ada, thread, body: "Said in haste" });
  const path = `/t/${thread.number}/a-thread-for-a-test`;
  const page = await visit({ as: ada });
  const reader = await visit();

  await open(page, path);
  await openTools(replyOn(page, 2).whole);
  await replyOn(page, 2).whole.getByRole("button", { name: "Delete" }).click();
  const restore = replyOn(page, 2).whole.getByRole("button", { name: "Restore" });
  await restore.waitFor();
  await reader.goto(path);
  expect(await replyOn(reader, 2).whole.textContent()).toContain("Deleted by its author.");
  expect(await reader.content()).not.toContain("Said in haste");

  await restore.click();
  await restore.waitFor({ state: "detached" });
  await reader.goto(path);
  expect(await replyOn(reader, 2).body.locator("p").textContent()).toBe("Said in haste");
});
