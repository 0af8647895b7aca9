import { expect, onTestFinished, test } from "vitest";
import { addCategory, changeCategory } from "#app/db/categories.server.ts";
import { CategoryForm } from "#app/domain/category.ts";
import { encodeCursor } from "#app/domain/cursor.ts";
import { THREADS_PER_PAGE } from "#app/domain/limits.ts";
import { memberPath, newThreadPath, replyPath } from "#app/paths.ts";
import { makeCategory, makeReply, makeThread, makeVote } from "#test/forum.ts";
import { startSite, testSite } from "#test/site.ts";
import { pathsFor, readAnswer } from "./answer.ts";
import { attribute, type Element, elementsOf, textOf } from "./page.ts";

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
    expect(page).not.toContain("Nothing has been written yet.");
  }
  await addCategory(empty.db, CategoryForm.parse({ slug: "general", name: "General" }));
  // Without what it has kept.
  await empty.restart();
  expect(await pageFor(admin)).toContain("Nothing has been written yet.");
});

const rowsOf = (html: string) => elementsOf(html).filter((each) => attribute(each, "class") === "thread-row");
const linksIn = (element: Element | undefined) =>
  (element ? descendantsOf(element) : [])
    .filter(({ tagName }) => tagName === "a")
    .map((link) => [attribute(link, "href"), textOf(link)] as const);

function descendantsOf(element: Element): Element[] {
  return element.childNodes.flatMap((child) => ("tagName" in child ? [child, ...descendantsOf(child)] : []));
}

test("a row says who began its thread, how many have replied, and leads to the last reply, by whom it is", async () => {
  const slug = await makeCategory(db, { name: "Rows" });
  const other = await site.makeMember();
  const thread = await makeThread(db, { author, category: slug, title: "Twenty-one replies" });
  for (let count = 0; count < 21; count += 1) await makeReply(db, { author: other, thread });
  const [row] = rowsOf((await answer(`/c/${slug}`)).text);
  const links = linksIn(row);
  expect(links.map(([href]) => href)).toEqual([
    replyPath(thread, 1).replace("#reply-1", ""),
    memberPath(author.handle),
    replyPath(thread, 22),
  ]);
  expect(links[1]?.[1]).toBe(author.handle);
  expect(links[2]?.[1]).toMatch(new RegExp(`^Last reply by ${other.handle}, \\d`));
  expect(row && textOf(row)).toContain("21 replies");
  const [unanswered] = rowsOf((await answer(`/u/${author.handle}`)).text);
  expect(unanswered && textOf(unanswered)).toMatch(/Started /);
});

test("a score is called one, where a list is ordered by it alone", async () => {
  const slug = await makeCategory(db);
  const thread = await makeThread(db, { author, category: slug });
  await makeVote(db, { voter: member, thread, value: -1 });
  const row = async (path: string) => {
    const [first] = rowsOf((await answer(path)).text);
    return first ? textOf(first) : "";
  };
  expect(await row(`/c/${slug}?sort=top`)).toContain("score -1");
  expect(await row(`/c/${slug}`)).not.toMatch(/score|vote/);
});

test("a category says once how to begin a thread in it, on its head or in place of its list", async () => {
  const slug = await makeCategory(db, { name: "Quiet corner" });
  const begins = async () => {
    const { text } = await answer(`/c/${slug}`);
    const links = elementsOf(text).filter((each) => textOf(each) === "New thread in Quiet corner");
    const addresses = links.filter(({ tagName }) => tagName === "a").map((each) => attribute(each, "href"));
    return [addresses, text.includes("No threads here yet.")];
  };
  expect(await begins()).toEqual([[newThreadPath(slug)], true]);
  await makeThread(db, { author, category: slug });
  await site.sweep();
  expect(await begins()).toEqual([[newThreadPath(slug)], false]);
});

test("every page names the categories in their colours, and marks its own", async () => {
  const slug = await makeCategory(db, { name: "Marked" });
  await changeCategory(db, slug, { color: "violet" });
  await site.sweep();
  const thread = await makeThread(db, { author, category: slug });
  const own = `/c/${slug}`;
  const marksOn = async (path: string, as: typeof member | null) => {
    const elements = elementsOf((await answer(path, as)).text);
    const sidebar = elements.find((each) => attribute(each, "class") === "sidebar");
    const items = sidebar ? descendantsOf(sidebar) : [];
    const colors = items.flatMap((each) => {
      const [link] = linksIn(each);
      return each.tagName === "li" && link?.[0] === own ? [attribute(each, "data-color")] : [];
    });
    expect([path, colors]).toEqual([path, ["violet"]]);
    return items
      .filter((each) => attribute(each, "aria-current") !== null)
      .map((each) => `${attribute(each, "href")} ${attribute(each, "aria-current")}`);
  };
  const pages: [path: string, marks: string[]][] = [
    ["/", ["/ page"]],
    [own, [`${own} page`]],
    [replyPath(thread, 1), [`${own} true`]],
    [memberPath(author.handle), []],
  ];
  for (const as of [null, member])
    for (const [path, marks] of pages) expect([path, await marksOn(path, as)]).toEqual([path, marks]);
  const forms = [newThreadPath(slug), `/t/${thread.number}/replies/new`, "/settings"];
  for (const path of forms) await marksOn(path, member);
  await marksOn(`/t/${thread.number}/replies/1/edit`, author);
});
