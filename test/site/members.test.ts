import { randomUUID } from "node:crypto";
import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import type { TestMember } from "#test/people.ts";
import { testSite } from "#test/site.ts";
import { type Answer, pathsFor, readAnswer } from "./answer.ts";
import { attribute, elementsOf, textOf } from "./page.ts";

const site = await testSite();
const { db } = site;
const somebody = await site.makeMember();
const reader = await site.makeMember();

test.for([
  "show=everything",
  "show=threads&before=yesterday&id=1",
  "show=threads&before=2026-01-01T00:00:00Z",
  "show=threads&before=2026-01-01T00:00:00Z&id=x",
  "show=threads&before=0000-01-01T00:00:00Z&id=1",
  "show=replies&before=2026-01-01T00:00:00Z&id=1",
  "show=replies&before=&id=",
  "before=%00&id=%00",
])("a member's page has no list called %s", async (query) => {
  const path = `/u/${somebody.handle}?${query}`;
  for (const as of [null, reader])
    for (const each of pathsFor(as, path))
      expect((await readAnswer(await site.fetch(each, { as }))).status).toBe(400);
});

test("the settings lead to the account at Clerk", async () => {
  const { text } = await readAnswer(await site.fetch("/settings", { as: somebody }));
  const link = elementsOf(text).find((each) => attribute(each, "href") === `${site.clerk.origin}/user`);
  expect(link && textOf(link)).toBe("Your account at Clerk");
  const { __client } = await site.cookiesOf(somebody);
  const account = await fetch(`${site.clerk.origin}/user`, { headers: { Cookie: `__client=${__client}` } });
  expect(await account.text()).toContain(somebody.handle);
});

async function saveHandle(as: TestMember, handle: string): Promise<Answer> {
  const form = { handle, colorScheme: "system", dateStyle: "relative" };
  return readAnswer(await site.fetch("/settings", { as, form }));
}

async function handleOf({ id }: TestMember): Promise<string | undefined> {
  const [row] = await db.execute<{ handle: string }>(sql`select handle from members where user_id = ${id}`);
  return row?.handle;
}

/** What stands beside the handle's field. */
function handleError({ text }: Answer): string {
  const error = elementsOf(text).find((each) => attribute(each, "id") === "handle-error");
  return error ? textOf(error) : "";
}

test("a handle is one person's, in whatever letters it is written", async () => {
  const [member, author] = [await site.makeMember(), await site.makeMember()];
  const taken = `Ada-${randomUUID().slice(0, 8)}`;
  expect((await saveHandle(member, taken)).status).toBe(303);
  for (const variant of [taken, taken.toLowerCase(), taken.toUpperCase(), ` ${taken} `]) {
    const answer = await saveHandle(author, variant);
    expect([answer.status, handleError(answer)], variant).toEqual([409, expect.stringMatching(/\w/)]);
    expect(answer.text).toContain(`value="${variant}"`);
  }
  expect(await handleOf(author)).toBe(author.handle);
  expect((await saveHandle(member, taken.toUpperCase())).status).toBe(303);
  const other = await site.fetch(`/u/${taken.toLowerCase()}`);
  expect([other.status, other.headers.get("Location")]).toEqual([301, `/u/${taken.toUpperCase()}`]);
  expect((await site.fetch(`/u/${taken.toUpperCase()}`)).status).toBe(200);
});

test("of many who want a handle at once, one gets it", async () => {
  const wanted = `Wanted-${randomUUID().slice(0, 8)}`;
  const people = await Promise.all(Array.from({ length: 10 }, () => site.makeMember()));
  const answers = await Promise.all(
    people.map((each, at) => saveHandle(each, at % 2 ? wanted : wanted.toLowerCase())),
  );
  expect(answers.map(({ status }) => status).toSorted()).toEqual([
    303,
    ...Array.from({ length: 9 }, () => 409),
  ]);
});

test.for([
  "admin",
  "Admin",
  "moderator",
  "edgewise",
  "settings",
  "deleted",
  "mod-2",
  "sign-out",
  "a",
  "ab",
  "a".repeat(31),
])("nobody is called %s", async (handle) => {
  const member = await site.makeMember();
  const answer = await saveHandle(member, handle);
  expect([answer.status, handleError(answer)]).toEqual([400, expect.stringMatching(/\w/)]);
  expect(await handleOf(member)).toBe(member.handle);
});

test.for([
  "аdmin",
  "ada lovelace",
  "ada_l",
  "ada.l",
  "-ada",
  "ada-",
  "a--b",
  "ada\u200Bl",
  "ada/..",
  "ada@x",
  "😀😀😀",
])("%j is no handle as it stands", async (handle) => {
  const member = await site.makeMember();
  const { status } = await saveHandle(member, handle);
  if (status === 303) expect(await handleOf(member)).toMatch(/^[A-Za-z0-9]+(-[A-Za-z0-9]+)*$/);
  else expect([status, await handleOf(member)]).toEqual([400, member.handle]);
});
