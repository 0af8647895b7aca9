import { expect, test } from "vitest";
import { deleteReply } from "#app/db/replies.server.ts";
import { encodeCursor } from "#app/domain/cursor.ts";
import { threadPath } from "#app/paths.ts";
import { makeCategory, makeReply, makeThread } from "#test/forum.ts";
import { testSite } from "#test/site.ts";
import { attribute, elementsOf, textOf } from "./page.ts";

const site = await testSite();
const { db, origin } = site;
const ada = await site.makeMember({ handle: "ada-of-metadata" });
const category = await makeCategory(db, { slug: "tools", name: "Tools & more" });
const words = "A plane that leaves tracks has an iron with a nick in its edge, or one that was set askew. ";
const body = `${words}**And** more, with \`code\` in it: [a link](https://example.com). ${words}`;
const thread = await makeThread(db, { author: ada, category, title: 'Planes "and" tracks', body });
for (let number = 2; number <= 21; number += 1)
  await makeReply(db, { author: ada, thread, body: `Reply ${number}.` });

/** What the head of a page says of it. */
async function headOf(path: string, as: typeof ada | null = null) {
  const response = await site.fetch(path, { as });
  expect([path, response.status]).toEqual([path, 200]);
  const elements = elementsOf(await response.text());
  const meta = (key: string, name: string) =>
    elements
      .filter((each) => each.tagName === "meta" && attribute(each, key) === name)
      .map((each) => attribute(each, "content"));
  const canonical = elements.filter((each) => attribute(each, "rel") === "canonical");
  const titles = elements.filter(({ tagName }) => tagName === "title");
  return {
    title: titles.map(textOf),
    canonical: canonical.map((each) => attribute(each, "href")),
    description: meta("name", "description"),
    shared: ["url", "type", "site_name", "title", "description"].map((name) =>
      meta("property", `og:${name}`),
    ),
  };
}

const cursor = encodeCursor({ isPinned: false, key: "2026-01-31T12:00:00.000001+00:00", number: 7 });
const score = encodeCursor({ isPinned: false, key: -3, number: 7 });
const before = "show=replies&before=2026-01-31T12:00:00%2B00:00&id=019a0000-0000-7000-8000-000000000000";
const own = `/u/${ada.handle}`;
const home = "Threads and categories of Edgewise.";
const about = "Threads about Tools & more.";
const wrote = `What ${ada.handle} wrote on Edgewise.`;
const excerpt =
  "A plane that leaves tracks has an iron with a nick in its edge, or one that was set askew. And more, with code in it: a link. A plane that leaves tracks has…";

/** Each kind of page, in each order and from each place: its title, its one address, what it is, what is said of it. */
const PAGES: [path: string, title: string, canonical: string, type: string, description: string][] = [
  ["/", "", "/", "website", home],
  ["/?sort=new", "Threads: New", "/", "website", home],
  ["/?sort=top", "Threads: Top", "/", "website", home],
  [`/?after=${cursor}`, "Threads, before 31 Jan 2026, 12:00", `/?after=${cursor}`, "website", home],
  [`/?sort=new&after=${cursor}`, "Threads: New, before 31 Jan 2026, 12:00", "/", "website", home],
  [`/?sort=top&after=${score}`, "Threads: Top, from score -3", "/", "website", home],
  ["/c/tools", "Tools & more", "/c/tools", "website", about],
  ["/c/tools?sort=top", "Tools & more: Top", "/c/tools", "website", about],
  [
    `/c/tools?after=${cursor}`,
    "Tools & more, before 31 Jan 2026, 12:00",
    `/c/tools?after=${cursor}`,
    "website",
    about,
  ],
  [own, ada.handle, own, "profile", wrote],
  [`${own}?show=replies`, `${ada.handle}: Replies`, `${own}?show=replies`, "profile", wrote],
  [
    `${own}?${before}`,
    `${ada.handle}: Replies, before 31 Jan 2026, 12:00`,
    `${own}?${before.replaceAll("00:00", "00%3A00").replace("12:", "12%3A")}`,
    "profile",
    wrote,
  ],
  [threadPath(thread), 'Planes "and" tracks', threadPath(thread), "article", excerpt],
  [threadPath(thread, 2), 'Planes "and" tracks (page 2)', threadPath(thread, 2), "article", "Reply 21."],
];

test.each(PAGES)("the head of %s says %s", async (path, title, canonical, type, description) => {
  for (const as of [null, ada]) {
    const own = title === "" ? "Edgewise" : title;
    expect(await headOf(path, as)).toEqual({
      title: [title === "" ? "Edgewise" : `${title} · Edgewise`],
      canonical: [`${origin}${canonical}`],
      description: [description],
      shared: [[`${origin}${canonical}`], [type], ["Edgewise"], [own], [description]],
    });
  }
  // What is said to be the page's address is one.
  expect((await site.fetch(canonical)).status).toBe(200);
});

test("no two pages have one title", () => {
  const titles = PAGES.map(([, title]) => title);
  expect(new Set(titles).size).toBe(titles.length);
});

test("where the opening post is deleted, a thread is described by what comes next, or by its category", async () => {
  const gone = await makeThread(db, { author: ada, category, body: "Taken back." });
  const reply = await makeReply(db, { author: ada, thread: gone, body: "What is left." });
  const remove = (number: number) =>
    deleteReply(db, { thread: gone.number, number, authorId: ada.id, deleted: true });
  await remove(1);
  expect((await headOf(threadPath(gone))).description).toEqual(["What is left."]);
  const other = await site.makeMember();
  await makeReply(db, { author: other, thread: gone, body: "![]()" });
  await remove(reply);
  await site.sweep();
  expect((await headOf(threadPath(gone))).description).toEqual(["A thread in Tools & more."]);
});

test("what nobody else may see, and what is not there, has no address to be shared by", async () => {
  for (const [path, as] of [
    ["/nowhere", null],
    ["/u/nobody-at-all", null],
    ["/settings", ada],
    ["/t/new", ada],
  ] as const) {
    const text = await (await site.fetch(path, { as })).text();
    expect(text).not.toMatch(/rel="canonical"|property="og:/);
  }
});
