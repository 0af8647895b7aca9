import { expect } from "vitest";
import { journey } from "#test/browser.ts";
import { makeCategory, makeThread } from "#test/forum.ts";
import { startSite } from "#test/site.ts";
import { eventually, heading, open, openTools, replyOn } from "./travel.ts";

// biome-ignore lint/correctness/noEmptyPattern: Vitest reads from the pattern which fixtures a fixture needs
journey.override("site", { scope: "file" }, async ({}, { onCleanup }) => {
  const site = await startSite({ counted: true });
  onCleanup(() => site.stop());
  return site;
});

journey("A reader's pages are kept, and show at once what a member has written", async ({ site, visit }) => {
  const ada = await site.makeMember();
  const ben = await site.makeMember();
  const category = await makeCategory(site.db, { name: "Support" });
  const thread = await makeThread(site.db, { author: ada, category, title: "Kept and dropped" });
  const path = `/t/${thread.number}/kept-and-dropped`;

  const reader = await visit();
  for (const address of ["/", `/c/${category}`, path]) await open(reader, address);
  const { statements } = await site.proxy.count(async () => {
    const another = await visit();
    for (const address of ["/", `/c/${category}`, path]) await open(another, address);
  });
  expect(statements).toBe(0);

  const member = await visit({ as: ben });
  await open(member, path);
  await member.getByLabel("Your reply").fill("Fresh from the press");
  await member.getByRole("button", { name: "Post reply" }).click();
  await eventually(() => member.url()).toMatch(/#reply-2$/);
  await replyOn(member, 2).whole.getByText("Fresh from the press").waitFor();

  await reader.reload();
  await replyOn(reader, 2).whole.getByText("Fresh from the press").waitFor();
  for (const address of ["/", `/c/${category}`]) {
    await open(reader, address);
    const row = reader.getByRole("listitem").filter({ hasText: "Kept and dropped" }).first();
    expect(await row.textContent(), address).toContain("1 reply");
  }

  await openTools(replyOn(member, 2).whole);
  await replyOn(member, 2).whole.getByRole("button", { name: "Delete" }).click();
  await replyOn(member, 2).whole.getByText("Deleted by its author.").waitFor();
  await reader.goto(path);
  await heading(reader, "Kept and dropped").waitFor();
  expect(await reader.getByText("Fresh from the press").count()).toBe(0);
});
