import { expect, test } from "vitest";

import { encodeCursor } from "#app/domain/cursor.ts";
import { REPLIES_PER_PAGE, THREADS_PER_PAGE } from "#app/domain/limits.ts";
import { makeCategory, makeReply, makeThread } from "#test/forum.ts";
import { testSite } from "#test/site.ts";
import { dataTwin, readAnswer } from "./answer.ts";
import { attribute, elementsOf } from "./page.ts";
import { rawRequest } from "./raw-request.ts";

const site = await testSite();
const { db } = site;
const author = await site.makeMember();
const member = await site.makeMember();
const category = await makeCategory(db);
const thread = await makeThread(db, { author, category, title: "Слова & words" });
const name = `/t/${thread.number}/${encodeURIComponent("слова-words")}`;
for (let reply = 2; reply <= REPLIES_PER_PAGE + 1; reply += 1) await makeReply(db, { author, thread });

const answer = async (path: string, as: typeof member | null = null) =>
  readAnswer(await site.fetch(path, { as }));

const REDIRECTS = [
  [`/t/${thread.number}`, name],
  [`/t/${thread.number}/wrong`, name],
  [`/t/${thread.number}/wrong?page=1`, name],
  [`/t/${thread.number}/wrong?page=2`, `${name}?page=2`],
  [`/t/${thread.number}/%`, name],
  [`/t/${thread.number}/%E0%A4%A`, name],
  [`/t/${thread.number}/${encodeURIComponent(encodeURIComponent("слова-words"))}`, name],
  [`/t/${thread.number}/${encodeURIComponent("СЛОВА-words")}`, name],
  [`/t/${thread.number}/%2F%2Fevil.example`, name],
  [`/t/${thread.number}/${"a".repeat(2000)}`, name],
] as const;

test.for(REDIRECTS)("%s leads to the thread's one address", async ([path, expected]) => {
  for (const as of [null, member])
    for (const each of [path, dataTwin(path)]) {
      const { status, location } = await answer(each, as);
      expect([status, location]).toEqual([301, expected]);
    }
});

test("a thread's pages are those that its replies fill", async () => {
  expect((await answer(name)).status).toBe(200);
  expect((await answer(`${name}?page=1`)).status).toBe(200);
  expect((await answer(`${name}?page=2`)).text).toContain(`id="reply-${REPLIES_PER_PAGE + 1}"`);
  const wrong = [
    "3",
    "0",
    "-1",
    "01",
    "1.5",
    "1e0",
    "",
    "abc",
    "999999999",
    "9999999999",
    "NaN",
    "%00",
    "1%20",
  ];
  for (const page of wrong)
    for (const as of [null, member]) {
      expect((await answer(`${name}?page=${page}`, as)).status, page).toBe(404);
      expect((await answer(dataTwin(`${name}?page=${page}`), as)).status, page).toBe(404);
    }
});

test("what no address names is not there", async () => {
  const numbers = [
    "0",
    "-1",
    "01",
    "1e1",
    "1.0",
    "abc",
    "9999999999",
    "99999999999999999999",
    "%00",
    "%ff",
    "%F0%9F%98%80",
  ];
  const paths = numbers.flatMap((number) => [`/t/${number}`, `/t/${number}/x`]);
  const names = [
    "nobody",
    "%00",
    "%",
    "%ff",
    "a%2Fb",
    "..%2f",
    "%E2%80%AE",
    "a".repeat(3000),
    "__proto__",
    "'--",
  ];
  paths.push(...names.flatMap((each) => [`/u/${each}`, `/c/${each}`]));
  for (const path of paths)
    for (const as of [null, member]) expect((await answer(path, as)).status, path).toBe(404);
});

const cursor = (...parts: unknown[]) => Buffer.from(JSON.stringify(parts)).toString("base64url");
const CURSORS = [
  "",
  "garbage",
  "%00",
  "%ff%fe",
  "😀",
  "W10",
  "bnVsbA",
  "e30",
  cursor(true),
  cursor(true, "2026-01-01T00:00:00Z"),
  cursor("true", "2026-01-01T00:00:00Z", 1),
  cursor(true, "yesterday", 1),
  cursor(true, "0000-01-01T00:00:00Z", 1),
  cursor(true, "2026-01-01T00:00:00Z", -1),
  cursor(true, "2026-01-01T00:00:00Z", 1e300),
  cursor(true, "2026-01-01T00:00:00Z'; select 1 --", 1),
  cursor(true, { toString: "x" }, 1),
  encodeCursor({ isPinned: false, key: 3, number: 1 }),
];

test.for(CURSORS)("a list has no place called %j", async (after) => {
  for (const path of ["/", `/c/${category}`])
    for (const each of [`${path}?after=${after}`, dataTwin(`${path}?after=${after}`)])
      expect((await answer(each)).status).toBe(400);
});

test.for(["", "LATEST", "hot", "latest,new", "__proto__", "constructor", "%00", "t.score;--"])(
  "a list has no order called %j",
  async (sort) => {
    for (const path of ["/", `/c/${category}`])
      for (const each of [`${path}?sort=${sort}`, dataTwin(`${path}?sort=${sort}`)])
        expect((await answer(each)).status).toBe(400);
  },
);

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
  const path = `/u/${author.handle}?${query}`;
  for (const each of [path, dataTwin(path)]) expect((await answer(each)).status).toBe(400);
});

test("no path and no query of any shape breaks the forum", async () => {
  const paths = [
    "/%",
    "//",
    "/%2e%2e/%2e%2e",
    "/..;/",
    "/.data",
    "/_root.data",
    "/_.data",
    "/t/new.data.data",
    "/t//",
    "/c/",
  ];
  paths.push(
    "/\\evil",
    "/%0d%0aSet-Cookie:a=b",
    "/?%",
    "/?=&&=",
    "/?sort[]=new",
    "/?sort=new&sort=top",
    "/?__clerk_=1",
  );
  paths.push(
    "/__manifest?paths=/",
    "/?_routes=x",
    "/_root.data?_routes=routes/nowhere",
    "/?index",
    `/${"a/".repeat(500)}`,
  );
  paths.push(
    "/?__clerk_handshake=x",
    "/?__clerk_handshake_nonce=x",
    "/?__clerk_db_jwt=x",
    "/?__clerk_ticket=x",
  );
  for (const path of paths)
    for (const headers of [{}, { Cookie: await site.signIn(member) }] as Record<string, string>[]) {
      const { status } = await rawRequest(site.origin, { path, headers });
      expect(status, path).toBeLessThan(500);
    }
});

test("the pages of a list, one after the other, hold every thread once", async () => {
  const long = await makeCategory(db);
  for (let count = 0; count < 2 * THREADS_PER_PAGE + 2; count += 1)
    await makeThread(db, { author, category: long, title: `Thread ${count} of many` });
  for (const sort of ["latest", "new", "top"]) {
    const seen: string[] = [];
    let next: string | null = `/c/${long}?sort=${sort}`;
    for (let pages = 0; next !== null && pages < 4; pages += 1) {
      const elements = elementsOf((await answer(next)).text);
      const links = elements.map((each) => [attribute(each, "rel"), attribute(each, "href") ?? ""] as const);
      seen.push(...links.map(([, href]) => href).filter((href) => /\/thread-\d+-of-many$/.test(href)));
      next = links.find(([rel]) => rel === "next")?.[1] ?? null;
    }
    expect([sort, seen.length, new Set(seen).size]).toEqual([
      sort,
      2 * THREADS_PER_PAGE + 2,
      2 * THREADS_PER_PAGE + 2,
    ]);
  }
});
