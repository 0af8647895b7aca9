import type { Page } from "playwright-core";
import { expect } from "vitest";
import { editReply } from "#app/db/replies.server.ts";
import { journey } from "#test/browser.ts";
import { makeCategory, makeReply, makeThread, type TestThread } from "#test/forum.ts";
import { setStanding, type TestMember } from "#test/people.ts";
import type { Site } from "#test/site.ts";
import {
  bothWays,
  button,
  eventually,
  heading,
  NARROW,
  open,
  repliesThatSay,
  replyOn,
  signInAs,
  takenOver,
  voteOf,
  WIDE,
} from "./travel.ts";

/** A thread of two posts, and a member who writes in it. */
async function makeScene(site: Site): Promise<{ writer: TestMember; thread: TestThread; path: string }> {
  const author = await site.makeMember();
  const thread = await makeThread(site.db, { author, category: await makeCategory(site.db) });
  await makeReply(site.db, { author, thread, body: "Words to quote" });
  return { writer: await site.makeMember(), thread, path: `/t/${thread.number}/a-thread-for-a-test` };
}

const reply = (page: Page) => page.getByLabel("Your reply");
const preview = (page: Page) => page.getByRole("region", { name: "Preview" });

bothWays("A reply is previewed under its thread, and posted once", async ({ site, visit, hasScript }) => {
  const { writer, thread, path } = await makeScene(site);
  const page = await visit({ as: writer });
  await open(page, path);
  await replyOn(page, 1).up.click();
  await eventually(() => voteOf(site, writer, thread)).toBe(1);
  await open(page, path);
  let documents = 0;
  page.on("request", (request) => {
    if (request.isNavigationRequest()) documents++;
  });
  await reply(page).fill("  **Looked at** first\n\n- one");
  await button(page, "Preview").click();
  await preview(page).waitFor();
  expect(documents).toBe(hasScript ? 0 : 1);
  expect(new URL(page.url()).pathname).toBe(path);
  expect(await preview(page).locator("strong").textContent()).toBe("Looked at");
  expect(await page.locator(".reply").count()).toBe(2);
  expect(await replyOn(page, 1).up.getAttribute("aria-pressed")).toBe("true");
  expect(await reply(page).inputValue()).toBe("  **Looked at** first\n\n- one");
  // Where the page came anew, it opens at the preview; else the focus goes there.
  expect(await preview(page).evaluate((region) => region === document.querySelector(":target"))).toBe(
    !hasScript,
  );
  if (hasScript)
    expect(await preview(page).evaluate((region) => region === document.activeElement)).toBe(true);
  const [seen, typed] = await Promise.all([preview(page).boundingBox(), reply(page).boundingBox()]);
  expect((seen?.y ?? 0) + (seen?.height ?? 0)).toBeLessThanOrEqual(typed?.y ?? 0);
  expect(seen?.y).toBeGreaterThanOrEqual(0);

  await button(page, "Post reply").dblclick();
  await replyOn(page, 3).whole.waitFor();
  expect(await repliesThatSay(site, "  **Looked at** first\n\n- one", thread)).toEqual([3]);
});

journey("A preview says when it is of an earlier text, and goes away again", async ({ site, visit }) => {
  const { writer, path } = await makeScene(site);
  const page = await visit({ as: writer });
  await open(page, path);
  await reply(page).fill("One text");
  await button(page, "Preview").click();
  await preview(page).getByText("One text").waitFor();
  expect(await preview(page).textContent()).not.toContain("You have changed your text since.");
  await reply(page).fill("Another text");
  await preview(page).getByText("You have changed your text since.").waitFor();
  await button(page, "Preview").click();
  await preview(page).getByText("Another text").waitFor();
  await button(page, "Hide preview").click();
  expect(await preview(page).count()).toBe(0);
  expect(await reply(page).inputValue()).toBe("Another text");
});

journey("A preview that does not arrive says so, and what is typed stays", async ({ site, visit }) => {
  const { writer, path } = await makeScene(site);
  const page = await visit({ as: writer });
  await open(page, path);
  await page.route("**/*.data*", (route) => route.abort());
  await reply(page).fill("Half a thought");
  await button(page, "Preview").click();
  await page.getByRole("alert").waitFor();
  expect(await page.getByRole("alert").textContent()).toBe("The preview did not arrive. Try again.");
  expect(await reply(page).inputValue()).toBe("Half a thought");
  await page.unroute("**/*.data*");
  await button(page, "Preview").click();
  await preview(page).getByText("Half a thought").waitFor();
  expect(await page.getByRole("alert").count()).toBe(0);
});

journey("Ctrl+Enter posts what is written, and a hint says so", async ({ site, visit }) => {
  const { writer, thread, path } = await makeScene(site);
  const page = await visit({ as: writer, ...WIDE });
  await open(page, path);
  await reply(page).fill("Sent by keys");
  await page.getByText("Ctrl+Enter sends it").waitFor();
  await reply(page).press("Control+Enter");
  await replyOn(page, 3).whole.waitFor();
  expect(await repliesThatSay(site, "Sent by keys", thread)).toEqual([3]);
});

for (const growsBy of ["CSS", "script"])
  journey(
    `The text's field grows with it by ${growsBy}, and nothing above it moves`,
    async ({ site, visit }) => {
      const { writer, path } = await makeScene(site);
      for (const size of [NARROW, WIDE]) {
        const page = await visit({ as: writer, ...size });
        if (growsBy === "script") await withoutFieldSizing(page);
        await open(page, path);
        await reply(page).focus();
        await page.locator(".keys").waitFor({ state: "attached" });
        const heights: number[] = [];
        const before = await placeOf(page, ".answer");
        for (const lines of [1, 12, 200]) {
          await reply(page).fill("A line\n".repeat(lines));
          heights.push((await reply(page).boundingBox())?.height ?? 0);
          expect(await placeOf(page, ".answer")).toBe(before);
        }
        const [small = 0, grown = 0, most = 0] = heights;
        expect(small).toBeGreaterThanOrEqual(9 * 16);
        expect(grown).toBeGreaterThan(small);
        expect(most).toBeGreaterThan(grown);
        expect(most).toBeLessThanOrEqual(Math.ceil(size.viewport.height * 0.7));
      }
    },
  );

/** A browser that cannot make a field grow by itself. */
async function withoutFieldSizing(page: Page): Promise<void> {
  await page.route(/\.css$/, async (route) => {
    const answer = await route.fetch();
    const text = await answer.text();
    expect(text).toContain("field-sizing:content");
    await route.fulfill({ response: answer, body: text.replaceAll("field-sizing:content", "") });
  });
  await page.addInitScript(() => {
    const supports = CSS.supports.bind(CSS);
    CSS.supports = ((name: string, value: string) =>
      name !== "field-sizing" && supports(name, value)) as typeof CSS.supports;
  });
}

/** Where on the page something begins. */
function placeOf(page: Page, selector: string): Promise<number> {
  return page
    .locator(selector)
    .evaluate((element) => Math.round(element.getBoundingClientRect().top + scrollY));
}

journey("An unsent text says that it is back, and one slip does not lose it", async ({ site, visit }) => {
  const { writer, path } = await makeScene(site);
  const page = await visit({ as: writer });
  await open(page, path);
  await reply(page).fill("A thought that takes a while");
  await open(page, path);
  const note = page.getByRole("status").filter({ hasText: "Restored from" });
  await note.waitFor();
  expect(await note.locator("time").count()).toBe(1);
  expect(await reply(page).inputValue()).toBe("A thought that takes a while");

  await button(page, "Discard").click();
  await page.getByText("Discarded", { exact: true }).waitFor();
  expect(await reply(page).inputValue()).toBe("");
  await reply(page).fill("Something new");
  await button(page, "Undo").click();
  await note.waitFor();
  expect(await reply(page).inputValue()).toBe("A thought that takes a while\n\nSomething new");
  await open(page, path);
  await note.waitFor();
  expect(await reply(page).inputValue()).toBe("A thought that takes a while\n\nSomething new");

  await button(page, "Discard").click();
  await open(page, path);
  await takenOver(page);
  expect(await reply(page).inputValue()).toBe("");
  expect(
    await page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith("unsent:"))),
  ).toEqual([]);
});

journey(
  "A new thread comes back whole, and a quote does not replace what was begun",
  async ({ site, visit }) => {
    const { writer, thread, path } = await makeScene(site);
    const category = await makeCategory(site.db);
    const page = await visit({ as: writer });
    await open(page, "/t/new");
    await page.getByLabel("Title").fill("A title to come back to");
    await page.getByLabel("Category").selectOption(category);
    await page.getByLabel("Your post").fill("A post to come back to");
    await open(page, "/t/new");
    await button(page, "Discard").waitFor();
    expect(await page.getByLabel("Title").inputValue()).toBe("A title to come back to");
    expect(await page.getByLabel("Category").inputValue()).toBe(category);
    expect(await page.getByLabel("Your post").inputValue()).toBe("A post to come back to");

    await open(page, path);
    await reply(page).fill("Begun without a quote");
    await replyOn(page, 2)
      .whole.getByRole("link", { name: /^Quote/ })
      .click();
    await heading(page, `Reply to ${thread.title}`).waitFor();
    expect(await reply(page).inputValue()).toMatch(/^> Words to quote$/m);
    await reply(page).fill(`${await reply(page).inputValue()}An answer.`);
    await button(page, "Post reply").click();
    await replyOn(page, 3).whole.waitFor();
    await button(page, "Discard").waitFor();
    expect(await reply(page).inputValue()).toBe("Begun without a quote");
  },
);

journey("An edit that was not saved comes back until the post is another", async ({ site, visit }) => {
  const { writer, thread } = await makeScene(site);
  const number = await makeReply(site.db, { author: writer, thread, body: "As it was" });
  const path = `/t/${thread.number}/replies/${number}/edit`;
  const page = await visit({ as: writer });
  await open(page, path);
  await reply(page).fill("As it may become");
  await open(page, path);
  await button(page, "Discard").waitFor();
  expect(await reply(page).inputValue()).toBe("As it may become");
  const edit = { thread: thread.number, number, authorId: writer.id, title: null, revision: 0 };
  await editReply(site.db, { ...edit, body: "As somebody made it" });
  await open(page, path);
  expect(await reply(page).inputValue()).toBe("As somebody made it");
  expect(await page.getByText("Restored from").count()).toBe(0);
});

journey(
  "A title that fills up says how far, and one that is too long is not cut",
  async ({ site, visit }) => {
    const page = await visit({ as: await site.makeMember() });
    await open(page, "/t/new");
    const title = page.getByLabel("Title");
    await title.fill("Short");
    expect(await page.getByText(/of 200 characters/).count()).toBe(0);
    await title.fill("🦉".repeat(170));
    await page.getByText("170 of 200 characters").waitFor();
    await title.fill("x".repeat(201));
    await page.getByText("201 of 200 characters").waitFor();
    expect(await title.getAttribute("aria-describedby")).toBe("title-length");
  },
);

bothWays("Readers are asked to sign in where members write, and come back there", async ({ site, visit }) => {
  const { writer, path } = await makeScene(site);
  const page = await visit();
  await page.goto(path);
  expect(await reply(page).isVisible()).toBe(false);
  await page.getByRole("link", { name: "Sign in to reply" }).click();
  await signInAs(page, writer);
  await reply(page).waitFor();
  expect(page.url()).toBe(`${site.origin}${path}#answer`);
});

bothWays(
  "A suspended member reads the reason once, and finds no form to fill in",
  async ({ site, visit }) => {
    const { thread, path } = await makeScene(site);
    const suspended = await site.makeMember();
    const number = await makeReply(site.db, { author: suspended, thread });
    await setStanding(site.db, suspended.id, { suspendedUntil: new Date("2100-01-01") });
    const page = await visit({ as: suspended });
    for (const address of [
      path,
      "/t/new",
      "/settings",
      `/t/${thread.number}/replies/new?to=1`,
      `/t/${thread.number}/replies/${number}/edit`,
    ]) {
      await open(page, address);
      const main = (await page.locator("main").textContent()) ?? "";
      expect(main.match(/suspended/g), address).toHaveLength(1);
      expect(main.match(/A test asked for it/g), address).toHaveLength(1);
      expect(await page.locator("main :is(textarea, input, select)").count(), address).toBe(0);
      expect(await page.getByRole("heading", { level: 1 }).count(), address).toBe(1);
    }
  },
);
