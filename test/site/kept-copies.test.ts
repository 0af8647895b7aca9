import { expect, onTestFinished, test } from "vitest";
import { makeCategory, makeReply, makeThread } from "#test/forum.ts";
import { testSite } from "#test/site.ts";
import { expectCopies, readPage } from "./copies.ts";

const site = await testSite({ counted: true });
const { db, proxy } = site;

test("a copy that was shown in one outage is not shown in the next, where its words were taken back between them", async () => {
  onTestFinished(site.heal);
  const author = await site.makeMember();
  const other = await site.makeMember();
  const thread = await makeThread(db, { author, category: await makeCategory(db), title: "Two outages" });
  await makeReply(db, { author, thread, body: "Never meant to say so." });
  const path = `/t/${thread.number}/two-outages`;
  const post = async (address: string, as: typeof author, form: Record<string, string>) =>
    expect((await site.fetch(`/t/${thread.number}/replies/${address}`, { as, form })).status).toBe(303);
  await readPage(site, path);
  // The page is dropped, and its copy stays as it was.
  await post("new", other, { body: "An answer." });
  await proxy.refuse();
  const [copy] = await expectCopies(site, [path]);
  expect(copy?.text).toContain("Never meant to say so.");
  await site.heal();
  await post("2/delete", author, { deleted: "true" });
  await proxy.refuse();
  const { status, text } = await readPage(site, path);
  expect(text).not.toContain("Never meant to say so.");
  expect(status).toBe(503);
});
