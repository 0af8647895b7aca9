import { expect, onTestFinished, test } from "vitest";
import { addCategory } from "#app/db/categories.server.ts";
import { CategoryForm } from "#app/domain/category.ts";
import { encodeCursor } from "#app/domain/cursor.ts";
import { THREADS_PER_PAGE } from "#app/domain/limits.ts";
import { makeCategory, makeThread } from "#test/forum.ts";
import { startSite, testSite } from "#test/site.ts";
import { pathsFor, readAnswer } from "./answer.ts";
import { attribute, elementsOf } from "./page.ts";

const site = await testSite();
const { db } = site;
const author = await site.makeMember();
const member = await site.makeMember();
const category = await makeCategory(db);

const answer = async (path: string, as: typeof member | null = null) =>
  readAnswer(await site.fetch(path, { as }));

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
    for (const as of [null, member])
      for (const each of pathsFor(as, `${path}?after=${after}`))
        expect((await answer(each, as)).status).toBe(400);
});

test.for(["", "LATEST", "hot", "latest,new", "__proto__", "constructor", "%00", "t.score;--"])(
  "a list has no order called %j",
  async (sort) => {
    for (const path of ["/", `/c/${category}`])
      for (const as of [null, member])
        for (const each of pathsFor(as, `${path}?sort=${sort}`))
          expect((await answer(each, as)).status).toBe(400);
  },
);

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

test("the home page of a forum without a category says what to do, to each what they can", async () => {
  const empty = await startSite();
  onTestFinished(empty.stop);
  const command = "npm run forum -- category add";
  const [admin, member] = [await empty.makeMember({ role: "admin" }), await empty.makeMember()];
  const pageFor = async (as: typeof admin | null) => (await empty.fetch("/", { as })).text();
  expect(await pageFor(admin)).toContain(command);
  for (const as of [member, null]) {
    const page = await pageFor(as);
    expect(page).toContain("This forum is being set up");
    expect(page).not.toContain(command);
    // Nobody is sent to a form that cannot be sent.
    expect(page).not.toContain("Start the first thread.");
  }
  await addCategory(empty.db, CategoryForm.parse({ slug: "general", name: "General" }));
  // Without what it has kept.
  await empty.restart();
  expect(await pageFor(admin)).toContain("Start the first thread.");
});
