import { sql } from "drizzle-orm";
import type { Page } from "playwright-core";
import { expect } from "vitest";
import { journey } from "#test/browser.ts";
import { makeCategory, makeThread, type TestThread } from "#test/forum.ts";
import type { TestMember } from "#test/people.ts";
import type { Site } from "#test/site.ts";
import {
  button,
  eventually,
  expireToken,
  heading,
  open,
  openMenu,
  repliesThatSay,
  replyOn,
  takenOver,
  voteOf,
  withoutClerk,
} from "./travel.ts";

/** A thread of somebody else's, and whoever looks at it. */
async function makeScene(site: Site): Promise<{ viewer: TestMember; thread: TestThread; path: string }> {
  const author = await site.makeMember();
  const category = await makeCategory(site.db);
  const thread = await makeThread(site.db, { author, category });
  return { viewer: await site.makeMember(), thread, path: `/t/${thread.number}/a-thread-for-a-test` };
}

/** Resolves when Clerk's script runs on the page. */
async function clerkRuns(page: Page): Promise<void> {
  await page.waitForFunction(() => (window as { Clerk?: { loaded?: boolean } }).Clerk?.loaded);
}

journey(
  "Clerk's script runs without a complaint, and nothing leaves this machine",
  async ({ site, visit }) => {
    const { viewer, path } = await makeScene(site);
    const page = await visit({ as: viewer });
    const complaints: string[] = [];
    const asked = new Set<string>();
    page.on("console", (message) => {
      if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
    });
    page.on("pageerror", (error) => complaints.push(String(error)));
    page.on("requestfailed", (request) => {
      // A page that is left while a worker of Clerk's script is still loading takes that along.
      const isLeft = request.url().startsWith("blob:") && request.failure()?.errorText === "net::ERR_ABORTED";
      if (!isLeft) complaints.push(`${request.url()} ${request.failure()?.errorText}`);
    });
    page.context().on("request", (request) => asked.add(new URL(request.url()).origin));

    for (const address of [path, "/", "/t/new", "/settings"]) {
      await open(page, address);
      await clerkRuns(page);
    }
    expect(complaints).toEqual([]);
    expect([...asked].sort()).toEqual([site.origin, site.clerk.origin].sort());
  },
);

journey("A page that stays open keeps its session", async ({ site, visit }) => {
  const { viewer, path } = await makeScene(site);
  const page = await visit({ as: viewer });
  await page.clock.install();
  await open(page, path);
  await clerkRuns(page);
  await page.context().clearCookies({ name: /^__session/ });

  const renewed = page.waitForResponse((response) =>
    /\/v1\/client\/sessions\/\w+\/tokens/.test(response.url()),
  );
  await page.clock.fastForward("01:05");
  expect((await renewed).status()).toBe(200);
  await eventually(async () => {
    const cookies = await page.context().cookies();
    return cookies.some(({ name, value }) => name === "__session" && value !== "");
  }).toBe(true);

  await page.getByLabel("Your reply").fill("Still here.");
  await button(page, "Post reply").click();
  await replyOn(page, 2).whole.waitFor();
  expect(await repliesThatSay(site, "Still here.")).toEqual([2]);
});

journey("A vote does not reload the page", async ({ site, visit }) => {
  const { viewer, thread, path } = await makeScene(site);
  const page = await visit({ as: viewer });
  await open(page, path);
  await page.getByLabel("Your reply").fill("Half a thought");
  let documents = 0;
  page.on("request", (request) => {
    if (request.isNavigationRequest()) documents++;
  });
  await replyOn(page, 1).up.click();
  await eventually(() => voteOf(site, viewer, thread)).toBe(1);
  expect(await replyOn(page, 1).up.getAttribute("aria-pressed")).toBe("true");
  expect(await replyOn(page, 1).score.getAttribute("data-score")).toBe("1");
  expect(await page.getByLabel("Your reply").inputValue()).toBe("Half a thought");
  expect(documents).toBe(0);
  expect(page.url()).toBe(`${site.origin}${path}`);
});

journey("A vote that fails says so beside its button, and what is typed stays", async ({ site, visit }) => {
  const { viewer, thread, path } = await makeScene(site);
  const page = await visit({ as: viewer });
  await open(page, path);
  await page.getByLabel("Your reply").fill("Half a thought");
  const { up, down, score, whole } = replyOn(page, 1);

  await page.route("**/vote.data*", (route) => route.abort());
  await up.click();
  await whole.getByRole("alert").waitFor();
  expect(await whole.getByRole("alert").textContent()).toBe("Your vote did not arrive. Try again.");
  expect(await up.getAttribute("aria-pressed")).toBe("false");
  expect(await score.getAttribute("data-score")).toBe("0");

  await page.unroute("**/vote.data*");
  await site.db.execute(sql`update threads set status = 'locked' where number = ${thread.number}`);
  await down.click();
  await eventually(() => whole.getByRole("alert").textContent()).toContain("This thread is locked");
  expect(await down.getAttribute("aria-pressed")).toBe("false");
  expect(await score.getAttribute("data-score")).toBe("0");
  expect(await page.getByLabel("Your reply").inputValue()).toBe("Half a thought");
  expect(await voteOf(site, viewer, thread)).toBe(0);
});

journey("With a token that has ended, links still lead on and a vote is held", async ({ site, visit }) => {
  const { viewer, thread, path } = await makeScene(site);
  const page = await visit({ as: viewer });
  await withoutClerk(page);
  await open(page, path);
  await expireToken(page, site, viewer);
  await openMenu(page);
  await page.getByRole("link", { name: "Settings" }).click();
  await heading(page, "Settings").waitFor();

  await open(page, path);
  await page.getByLabel("Your reply").fill("Half a thought");
  await expireToken(page, site, viewer);
  await replyOn(page, 1).up.click();
  await heading(page, "Ready to send").waitFor();
  expect(await voteOf(site, viewer, thread)).toBe(0);
  await button(page, "Vote").click();
  await heading(page, thread.title).waitFor();
  expect(await replyOn(page, 1).up.getAttribute("aria-pressed")).toBe("true");
  expect(await voteOf(site, viewer, thread)).toBe(1);
  await takenOver(page);
  await eventually(() => page.getByLabel("Your reply").inputValue()).toBe("Half a thought");
});

journey(
  "An unsent text is still there after leaving and coming back, until it is sent",
  async ({ site, visit }) => {
    const { viewer, thread, path } = await makeScene(site);
    const page = await visit({ as: viewer });
    await open(page, path);
    await page.getByLabel("Your reply").fill("A thought that takes a while");
    await openMenu(page);
    await page.getByRole("link", { name: "Settings" }).click();
    await heading(page, "Settings").waitFor();
    await page.goBack();
    await heading(page, thread.title).waitFor();
    await eventually(() => page.getByLabel("Your reply").inputValue()).toBe("A thought that takes a while");

    await page.close({ runBeforeUnload: false });
    const later = await page.context().newPage();
    await open(later, path);
    await eventually(() => later.getByLabel("Your reply").inputValue()).toBe("A thought that takes a while");
    await button(later, "Post reply").click();
    await replyOn(later, 2).whole.waitFor();
    await takenOver(later);
    expect(await later.getByLabel("Your reply").inputValue()).toBe("");
    expect(await repliesThatSay(site, "A thought that takes a while")).toEqual([2]);
  },
);

journey("What is typed before the scripts arrive stays", async ({ site, visit }) => {
  const { viewer, path } = await makeScene(site);
  const page = await visit({ as: viewer });
  const held = Promise.withResolvers<void>();
  await page.route(/\/assets\/.*\.js$/, async (route) => {
    await held.promise;
    await route.continue();
  });
  await page.goto(path, { waitUntil: "commit" });
  await page.getByLabel("Your reply").fill("Typed early");
  held.resolve();
  await takenOver(page);
  await clerkRuns(page);
  expect(await page.getByLabel("Your reply").inputValue()).toBe("Typed early");
});

journey("No script is asked for before the stylesheet is", async ({ site, visit }) => {
  const { viewer, path } = await makeScene(site);
  const page = await visit({ as: viewer });
  const asked: string[] = [];
  page.on("request", (request) => asked.push(request.resourceType()));
  await open(page, path);
  expect(asked).toContain("script");
  expect(asked.indexOf("stylesheet")).toBe(1);
});
