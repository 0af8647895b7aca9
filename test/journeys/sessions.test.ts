import { sql } from "drizzle-orm";
import { expect } from "vitest";
import { REPLIES_PER_PAGE } from "#app/domain/limits.ts";
import { makeCategory, makeReply, makeThread } from "#test/forum.ts";
import { newHandle } from "#test/people.ts";
import type { Site } from "#test/site.ts";
import {
  bothWays,
  button,
  expireToken,
  heading,
  open,
  openMenu,
  repliesThatSay,
  replyOn,
  signInAs,
  voteOf,
  withoutClerk,
  writeFirst,
} from "./travel.ts";

bothWays("A new person signs up and lands where they came from", async ({ site, visit }) => {
  const ada = await site.makeMember();
  const category = await makeCategory(site.db);
  const thread = await makeThread(site.db, { author: ada, category, title: "Read before you sign up" });
  for (let number = 2; number <= REPLIES_PER_PAGE + 1; number += 1)
    await makeReply(site.db, { author: ada, thread });
  const username = newHandle();

  const page = await visit();
  await page.goto(`/t/${thread.number}/read-before-you-sign-up?page=2`);
  await page.getByRole("link", { name: "Sign in", exact: true }).click();
  await page.getByText("Make a new account").click();
  await page.getByLabel("First name").fill("Grace");
  await page.getByLabel("Last name").fill("Hopper");
  await page.getByLabel("Username").fill(username);
  await page.getByLabel("Email address").fill(`${username}@example.test`);
  await button(page, "Make the account").click();

  await heading(page, thread.title).waitFor();
  await button(page, `Account of ${username}`).waitFor();
  expect(page.url()).toBe(`${site.origin}/t/${thread.number}/read-before-you-sign-up?page=2`);
  const [row] = await site.db.execute(sql`
    select u.email, u.first_name, m.handle from "user" u join members m on m.user_id = u.id
    where m.handle = ${username}`);
  expect(row).toEqual({ email: `${username}@example.test`, first_name: "Grace", handle: username });
});

bothWays("New thread leads the signed-out to sign in and back to the form", async ({ site, visit }) => {
  const ada = await site.makeMember();
  const category = await makeCategory(site.db);
  const page = await visit();
  await page.goto(`/c/${category}`);
  await page.getByRole("link", { name: `New thread in ${category}` }).click();
  await signInAs(page, ada);
  await heading(page, "New thread").waitFor();
  expect(page.url()).toBe(`${site.origin}/t/new?category=${category}`);
  expect(await page.getByLabel("Category").inputValue()).toBe(category);
});

bothWays("A reply that was typed signed out is sent after signing in, once", async ({ site, visit }) => {
  const ada = await site.makeMember();
  const grace = await site.makeMember();
  const category = await makeCategory(site.db);
  const thread = await makeThread(site.db, { author: ada, category });
  const text = `\n  Typed by nobody yet: "quoted", <b>bold</b> & **strong** ☃\n\nin two lines.`;

  const page = await visit();
  await page.goto(`/t/${thread.number}/a-thread-for-a-test`);
  await writeFirst(page);
  await page.getByLabel("Your reply").fill(text);
  await button(page, "Post reply").click();
  await heading(page, "Sign in to send this").waitFor();
  expect(await page.locator("main").textContent()).toContain(`"quoted", <b>bold</b> & **strong** ☃`);
  await page.getByRole("link", { name: "Continue" }).click();
  await signInAs(page, grace);

  await heading(page, "Ready to send").waitFor();
  expect(await page.locator("textarea").inputValue()).toBe(text);
  expect(await page.locator("main").getByRole("button").allTextContents()).toEqual(["Post reply"]);
  await button(page, "Post reply").click();
  await replyOn(page, 2).whole.waitFor();
  expect(page.url()).toBe(`${site.origin}/t/${thread.number}/a-thread-for-a-test#reply-2`);
  expect(await replyOn(page, 2).body.textContent()).toContain("bold");

  await page.goBack();
  await button(page, "Post reply").click();
  await replyOn(page, 2).whole.waitFor();
  expect(await page.locator(".reply").count()).toBe(2);
  const said = await site.db.execute(sql`select body from thread_replies where author_id = ${grace.id}`);
  expect(said).toEqual([{ body: text.replace(/^\n/, "") }]);
});

bothWays("A vote that was cast signed out waits for its voter", async ({ site, visit }) => {
  const ada = await site.makeMember();
  const grace = await site.makeMember();
  const category = await makeCategory(site.db);
  const thread = await makeThread(site.db, { author: ada, category });
  const page = await visit();
  await page.goto(`/t/${thread.number}/a-thread-for-a-test`);
  await replyOn(page, 1).up.click();
  await page.getByRole("link", { name: "Continue" }).click();
  await signInAs(page, grace);
  await button(page, "Vote").click();
  await heading(page, thread.title).waitFor();
  expect(await replyOn(page, 1).up.getAttribute("aria-pressed")).toBe("true");
  expect(await replyOn(page, 1).score.getAttribute("data-score")).toBe("1");
  expect(await voteOf(site, grace, thread)).toBe(1);
});

bothWays("Sign out ends the session at Clerk and in the browser", async ({ site, visit }) => {
  const ada = await site.makeMember();
  const page = await visit({ as: ada });
  await open(page, "/settings");
  const before = await page.context().cookies();
  const token = before.find(({ name }) => name === "__session")?.value ?? "";
  const { sid } = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());
  expect(await statusAtClerk(site, sid)).toBe("active");

  await openMenu(page);
  await button(page, "Sign out").click();
  await page.getByRole("link", { name: "Sign in", exact: true }).waitFor();
  expect(page.url()).toBe(`${site.origin}/`);
  expect(await page.locator("script").count()).toBe(0);
  expect(await statusAtClerk(site, sid)).toBe("revoked");
  await page.goto("/settings");
  await heading(page, "Sign in").waitFor();
});

async function statusAtClerk({ clerk }: Site, session: string): Promise<string> {
  const headers = { Authorization: `Bearer ${clerk.env.CLERK_SECRET_KEY}` };
  const answer = await fetch(`${clerk.origin}/v1/sessions/${session}`, { headers });
  return (await answer.json()).status;
}

bothWays(
  "A token that ends while someone writes costs them one click",
  async ({ site, visit, hasScript }) => {
    const ada = await site.makeMember();
    const category = await makeCategory(site.db);
    const thread = await makeThread(site.db, { author: ada, category });
    const page = await visit({ as: ada });
    await withoutClerk(page);

    await open(page, `/t/${thread.number}/a-thread-for-a-test`);
    await page.getByLabel("Your reply").fill("Two minutes of thought.");
    await expireToken(page, site, ada);
    await button(page, "Post reply").click();
    await heading(page, "Ready to send").waitFor();
    expect(await repliesThatSay(site, "Two minutes of thought.", thread)).toEqual([]);
    expect(await page.locator("textarea").inputValue()).toBe("Two minutes of thought.");
    expect(await page.locator("main").getByRole("button").allTextContents()).toEqual(["Post reply"]);
    await button(page, "Post reply").dblclick();
    await replyOn(page, 2).whole.waitFor();
    expect(await repliesThatSay(site, "Two minutes of thought.", thread)).toEqual([2]);

    await open(page, "/t/new");
    await page.getByLabel("Title").fill("Written over lunch");
    await page.getByLabel("Category").selectOption(category);
    await page.getByLabel("Your post").fill(`A long post about ${category}.`);
    await expireToken(page, site, ada);
    await button(page, "Post thread").click();
    await heading(page, "Ready to send").waitFor();
    expect(await page.getByLabel("Title").inputValue()).toBe("Written over lunch");
    await button(page, "Post thread").click();
    await heading(page, "Written over lunch").waitFor();
    expect(await repliesThatSay(site, `A long post about ${category}.`)).toEqual([1]);
    if (hasScript) await page.waitForFunction(() => localStorage.length === 0);
  },
);
