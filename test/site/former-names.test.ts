import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { addCategory, changeCategory, mergeCategory } from "#app/db/categories.server.ts";
import { encodeCursor } from "#app/domain/cursor.ts";
import { threadPath } from "#app/paths.ts";
import { makeCategory, makeThread } from "#test/forum.ts";
import { newHandle, type TestMember } from "#test/people.ts";
import { type SiteRequest, testSite } from "#test/site.ts";
import { dataTwin, readAnswer } from "./answer.ts";
import { attribute, elementsOf, textOf } from "./page.ts";

const site = await testSite({ counted: true });
const { db } = site;
const reader = await site.makeMember();

/** What an address answers: its status, where it leads, and whether that was kept. */
async function ask(path: string, request: SiteRequest = {}) {
  const { status, headers, text } = await readAnswer(await site.fetch(path, request));
  return { status, location: headers.get("Location"), cache: headers.get("Cache-Status"), text };
}

const leadsTo = async (path: string, request: SiteRequest = {}) => {
  const { status, location } = await ask(path, request);
  return [status, location];
};

const rename = (as: TestMember, handle: string) =>
  ask("/settings", { as, form: { handle, colorScheme: "system", dateStyle: "relative" } });

test("the page of a handle that its member gave up leads to theirs, for everybody, with what the address asks for", async () => {
  const member = await site.makeMember();
  const [old, next] = [member.handle, newHandle()];
  expect((await rename(member, next)).status).toBe(303);
  for (const as of [null, member, reader]) {
    expect(await leadsTo(`/u/${old}`, { as })).toEqual([301, `/u/${next}`]);
    expect(await leadsTo(`/u/${old.toUpperCase()}?show=replies`, { as })).toEqual([
      301,
      `/u/${next}?show=replies`,
    ]);
  }
  const data = await site.fetch(dataTwin(`/u/${old}`), { as: reader });
  expect([data.status, await data.text()]).toEqual([202, expect.stringContaining(`/u/${next}`)]);
  expect((await ask(`/u/${next}`)).status).toBe(200);
});

test("where a handle leads is kept for readers, and is another at once when it changes", async () => {
  const member = await site.makeMember();
  const [first, second, third] = [member.handle, newHandle(), newHandle()];
  await rename(member, second);
  await ask(`/u/${first}`);
  const { statements } = await site.proxy.count(async () => {
    expect(await ask(`/u/${first}`)).toMatchObject({ status: 301, cache: "edgewise; hit" });
  });
  expect(statements).toBe(0);
  await rename(member, third);
  for (const old of [first, second]) expect(await leadsTo(`/u/${old}`)).toEqual([301, `/u/${third}`]);
  await rename(member, first);
  expect((await ask(`/u/${first}`)).status).toBe(200);
  for (const old of [second, third]) expect(await leadsTo(`/u/${old}`)).toEqual([301, `/u/${first}`]);
});

test("what its member writes leaves the redirect where it is", async () => {
  const author = await site.makeMember();
  const old = author.handle;
  await rename(author, newHandle());
  await ask(`/u/${old}`);
  await makeThread(db, { author, category: await makeCategory(db) });
  await site.sweep();
  expect((await ask(`/u/${old}`)).cache).toBe("edgewise; hit");
});

test("who asks for a handle that is kept is told what they are told of one that somebody has", async () => {
  const [member, other] = [await site.makeMember(), await site.makeMember()];
  const old = member.handle;
  await rename(member, newHandle());
  const said: string[] = [];
  for (const wanted of [old, reader.handle]) {
    const { status, text } = await rename(other, wanted);
    const error = elementsOf(text).find((each) => attribute(each, "id") === "handle-error");
    said.push(`${status} ${error && textOf(error)}`);
  }
  expect(said).toEqual(Array(2).fill("409 Somebody else has this handle already."));
});

test("once an account is deleted, none of its handles leads anywhere, and nobody else gets one", async () => {
  const [leaver, other] = [await site.makeMember(), await site.makeMember()];
  const [first, second] = [leaver.handle, newHandle()];
  await rename(leaver, second);
  for (const handle of [first, second]) await ask(`/u/${handle}`);
  await site.endAccount(leaver);
  for (const handle of [first, second]) {
    expect(await leadsTo(`/u/${handle}`)).toEqual([404, null]);
    expect(await leadsTo(`/u/${handle}`, { as: reader })).toEqual([404, null]);
    expect((await rename(other, handle)).status).toBe(409);
  }
  const [row] = await db.execute<{ handle: string }>(
    sql`select handle from members where user_id = ${leaver.id}`,
  );
  expect((await ask(`/u/${row?.handle}`)).text).not.toMatch(new RegExp(`${first}|${second}`));
});

test("a category's former address leads to it, in each order and from each place, and is dropped when it is another's", async () => {
  const slug = await makeCategory(db);
  const author = await site.makeMember();
  const thread = await makeThread(db, { author, category: slug, title: "It stays" });
  const [next, last] = [`${slug}-next`, `${slug}-last`];
  await ask(`/c/${slug}`);
  await changeCategory(db, slug, { slug: next });
  await site.sweep();
  const cursor = encodeCursor({ isPinned: false, key: "2020-01-01T00:00:00Z", number: 1 });
  for (const as of [null, reader]) {
    for (const query of ["", "?sort=new", `?after=${cursor}`])
      expect(await leadsTo(`/c/${slug}${query}`, { as })).toEqual([301, `/c/${next}${query}`]);
    expect((await ask(threadPath(thread), { as })).text).toContain(`href="/c/${next}"`);
  }
  const data = await site.fetch(dataTwin(`/c/${slug}`), { as: reader });
  expect([data.status, await data.text()]).toEqual([202, expect.stringContaining(`/c/${next}`)]);
  expect((await ask(`/c/${slug}`)).cache).toBe("edgewise; hit");

  await addCategory(db, { slug: last, name: "Last", description: "" });
  await mergeCategory(db, next, { into: last });
  await site.sweep();
  for (const old of [slug, next]) expect(await leadsTo(`/c/${old}`)).toEqual([301, `/c/${last}`]);
  await addCategory(db, { slug, name: "Another", description: "" });
  await site.sweep();
  expect((await ask(`/c/${slug}`)).status).toBe(200);
});
