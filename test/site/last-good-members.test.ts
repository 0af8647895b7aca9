import { sql } from "drizzle-orm";
import { expect, onTestFinished, test } from "vitest";
import { makeCategory, makeReply, makeThread } from "#test/forum.ts";
import { testSite } from "#test/site.ts";
import { dataTwin, readAnswer } from "./answer.ts";
import { COPY_NOTICE, expectCopies, readPage } from "./copies.ts";
import { elementsOf, formsOf, textOf } from "./page.ts";
import { expectPrivatePage } from "./security-headers.ts";

const site = await testSite({ counted: true });
const { db, proxy } = site;
const ada = await site.makeMember();
const ben = await site.makeMember();
const moderator = await site.makeMember({ role: "moderator" });
const category = await makeCategory(db);
const thread = await makeThread(db, { author: ada, category, title: "A title" });
await makeReply(db, { author: ben, thread, body: "Said before the outage." });
const address = `/t/${thread.number}/a-title`;
const SHARED = ["/", `/c/${category}`, address, `/u/${ada.handle}`, `/u/${ben.handle}?show=replies`];

const OUTAGES: [what: string, begin: () => unknown][] = [
  ["refuses connections", () => proxy.refuse()],
  ["takes connections and never answers", () => proxy.fallSilent()],
];

test.each(OUTAGES)("while the database %s, members get what everyone sees", async (_, begin) => {
  onTestFinished(site.heal);
  // The copies are of pages that somebody else has seen, since a copy is the same for everyone.
  for (const path of SHARED) expect((await readPage(site, path, { as: moderator })).status).toBe(200);
  await begin();
  await Promise.all(SHARED.slice(0, 3).map((path) => readPage(site, path, { as: ben })));
  for (const copy of await expectCopies(site, SHARED, { as: ben })) {
    expectPrivatePage(copy);
    const shown = elementsOf(copy.text);
    expect(copy.text).toContain("You are still signed in");
    expect(shown.filter(({ tagName }) => tagName === "script")).toEqual([]);
    const header = shown.find(({ tagName }) => tagName === "header");
    expect(header && textOf(header)).toBe("Edgewise");
    // A member whom the database cannot be asked about is offered nothing that needs a role.
    expect(formsOf(copy.text).filter(({ action }) => action.includes("moderation"))).toEqual([]);
  }
  expect((await readPage(site, address, { as: moderator, method: "HEAD" })).status).toBe(200);
  // Where React Router's client asks, the browser is told to load the page itself.
  for (const path of SHARED) {
    const twin = await readAnswer(await site.fetch(dataTwin(path), { as: ben }));
    expect(JSON.parse(twin.text)).toMatchObject({ redirect: path, reload: true });
  }
  await proxy.heal();
  for (const path of SHARED)
    await expect
      .poll(async () => {
        const { text } = await readPage(site, path, { as: ben });
        return [text.includes(COPY_NOTICE), text.includes("Sign out")];
      })
      .toEqual([false, true]);
});

test("where only the page's own rows are out of reach, the viewer is known, and its data is no copy", async () => {
  // A note of having written just now: what is in the page cache is too old, so the database is asked.
  const cookie = async () => ({ Cookie: `${await site.signIn(ben)}; wrote=${Date.now()}` });
  for (const path of [address, dataTwin(address)]) {
    await readPage(site, address, { headers: await cookie() });
    proxy.cutOnce({ at: /thread_page/, when: "before" });
    const answer = await readPage(site, path, { headers: await cookie() });
    if (path === address) {
      expect([answer.text.includes(COPY_NOTICE), answer.text.includes("Sign out")]).toEqual([true, true]);
      expect(answer.text).not.toContain("You are still signed in");
    } else expect(JSON.parse(answer.text)).toMatchObject({ redirect: address, reload: true });
  }
});

test("the reply form of a copy keeps what is typed, and posts it once when the database is back", async () => {
  onTestFinished(site.heal);
  await readPage(site, address);
  await proxy.refuse();
  const [copy] = await expectCopies(site, [address], { as: ben });
  const form = formsOf(copy?.text ?? "").find(({ action }) => action.endsWith("/replies/new"));
  const body = `Written on a copy.\r\n\r\n  <b>"as it is"</b> & more`;
  const failed = await site.fetch(form?.action ?? "", { as: ben, form: { body } });
  const kept = formsOf(await failed.text()).find(({ action }) => action === form?.action);
  expect([failed.status, failed.headers.get("Retry-After")]).toEqual([503, "5"]);
  const fields = (kept?.fields ?? []).map(([name, value]): [string, string] => [
    name,
    value.replace(/\r?\n/g, "\r\n"),
  ]);
  expect(Object.fromEntries(fields)).toEqual({ body, submission: expect.stringMatching(/^[\da-f-]{36}$/) });

  const send = () => site.fetch(kept?.action ?? "", { as: ben, form: fields });
  await proxy.heal();
  // The button says "Try again", and whoever tries too early loses nothing.
  await expect.poll(async () => (await send()).status).toBe(303);
  const again = await send();
  expect([again.status, again.headers.get("Location")]).toEqual([303, `${address}#reply-3`]);
  const replies = sql`select author_id as author from thread_replies where body like 'Written on a copy.%'`;
  expect(await db.execute(replies)).toEqual([{ author: ben.id }]);
  const page = await readPage(site, address, { as: ben });
  expect(page.text).toContain("Written on a copy.");
  expect(page.text).not.toContain(COPY_NOTICE);
});
