import { expect } from "vitest";
import { makeCategory, makeReply, makeThread } from "#test/forum.ts";
import { bothWays, button, eventually, open, openTools, replyOn, threadHead, voteOf } from "./travel.ts";

bothWays("A vote goes up, comes back, and goes down", async ({ site, visit }) => {
  const ada = await site.makeMember();
  const grace = await site.makeMember();
  const category = await makeCategory(site.db);
  const thread = await makeThread(site.db, { author: ada, category });
  await makeReply(site.db, { author: ada, thread });
  const page = await visit({ as: grace });
  await open(page, `/t/${thread.number}/a-thread-for-a-test`);
  const { up, down, score } = replyOn(page, 2);

  for (const step of [
    { press: up, isUp: "true", isDown: "false", value: 1 },
    { press: up, isUp: "false", isDown: "false", value: 0 },
    { press: down, isUp: "false", isDown: "true", value: -1 },
    { press: up, isUp: "true", isDown: "false", value: 1 },
  ]) {
    await step.press.click();
    await eventually(async () => ({
      isUp: await up.getAttribute("aria-pressed"),
      isDown: await down.getAttribute("aria-pressed"),
      score: await score.getAttribute("data-score"),
    })).toEqual({ isUp: step.isUp, isDown: step.isDown, score: String(step.value) });
    await eventually(() => voteOf(site, grace, thread, 2)).toBe(step.value);
  }
  expect(await voteOf(site, grace, thread, 1)).toBe(0);

  await open(page, `/t/${thread.number}/a-thread-for-a-test`);
  expect(await up.getAttribute("aria-pressed")).toBe("true");
  const author = await visit({ as: ada });
  await open(author, `/t/${thread.number}/a-thread-for-a-test`);
  expect(await replyOn(author, 2).score.getAttribute("data-score")).toBe("1");
  expect(await author.getByRole("button", { name: /vote$/ }).count()).toBe(0);
});

bothWays("A moderator locks a thread and writes in it, unlocks and pins it", async ({ site, visit }) => {
  const ada = await site.makeMember();
  const mod = await site.makeMember({ role: "moderator" });
  const category = await makeCategory(site.db);
  const thread = await makeThread(site.db, { author: ada, category, title: "A heated talk" });
  const path = `/t/${thread.number}/a-heated-talk`;
  const page = await visit({ as: mod });

  await open(page, path);
  await openTools(threadHead(page));
  await page.getByLabel("Reason for the lock").fill("Everything is said.");
  await button(page, "Lock").click();
  await threadHead(page).getByText("Locked").waitFor();
  for (const as of [null, ada]) {
    const reader = await visit({ as });
    await open(reader, path);
    expect(await reader.getByLabel("Your reply").count()).toBe(0);
    expect(await reader.getByRole("button", { name: /vote$|Post reply/ }).count()).toBe(0);
    expect(await reader.getByRole("link", { name: /^(Reply|Quote|Edit)/ }).count()).toBe(0);
    const notice = threadHead(reader).getByText(/^Locked by/);
    expect(await notice.textContent()).toMatch(
      new RegExp(`^Locked by ${mod.handle} · .* · Everything is said\\.$`),
    );
    expect(await notice.getByRole("link").getAttribute("href")).toBe(`/u/${mod.handle}`);
    expect(await reader.getByRole("region", { name: "Reply" }).textContent()).toContain(
      "This thread is locked: it can be read",
    );
  }
  const answer = page.getByRole("region", { name: "Reply" });
  expect(await answer.textContent()).toContain("This thread is locked for others");
  await answer.getByLabel("Your reply").fill("The last word is ours.");
  await answer.getByRole("button", { name: "Post reply" }).click();
  await page.getByText("The last word is ours.").and(page.locator("p")).waitFor();
  expect(await page.getByRole("button", { name: /vote$/ }).count()).toBe(0);
  await makeThread(site.db, { author: ada, category, title: "A calm one" });
  await openTools(threadHead(page));
  await button(page, "Unlock").click();
  await threadHead(page).getByText("Locked").waitFor({ state: "detached" });
  expect(await page.getByLabel("Your reply").count()).toBe(1);

  await openTools(threadHead(page));
  await button(page, "Pin").click();
  await threadHead(page).getByText("Pinned").waitFor();
  const reader = await visit();
  await reader.goto(`/c/${category}`);
  const rows = reader.getByRole("listitem").filter({ has: reader.getByRole("heading") });
  const titles = rows.getByRole("heading").getByRole("link");
  expect(await titles.allTextContents()).toEqual(["A heated talk", "A calm one"]);
  expect(await rows.getByText("Pinned").count()).toBe(1);
  expect(await rows.first().getByText("Pinned").count()).toBe(1);
  await openTools(threadHead(page));
  await button(page, "Unpin").click();
  await threadHead(page).getByText("Pinned").waitFor({ state: "detached" });
  await reader.reload();
  expect(await titles.allTextContents()).toEqual(["A calm one", "A heated talk"]);
});
