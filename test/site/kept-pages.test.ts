import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { makeCategory, makeReply, makeThread, type TestThread } from "#test/forum.ts";
import type { TestMember } from "#test/people.ts";
import { type SiteRequest, testSite } from "#test/site.ts";
import { readAnswer } from "./answer.ts";
import { expectPrivatePage, expectReaderPage } from "./security-headers.ts";
import { type Fields, write as writeAt } from "./writes.ts";

const site = await testSite({ counted: true });
const { db } = site;
const ada = await site.makeMember({ firstName: "Ada", lastName: "Lovelace" });
const ben = await site.makeMember();
const moderator = await site.makeMember({ role: "moderator" });
const admin = await site.makeMember({ role: "admin" });
const suspended = await site.makeMember({ suspendedUntil: new Date(Date.now() + 3_600_000) });
const category = await makeCategory(db);

/** A thread that no other test reads. It was written past the Worker, which the sweep tells. */
async function newThread(): Promise<TestThread> {
  const thread = await makeThread(db, { author: ada, category, title: "A thread of its own" });
  await site.sweep();
  return thread;
}
const pathOf = ({ number }: TestThread) => `/t/${number}/a-thread-of-its-own`;

async function read(path: string, request: SiteRequest = {}) {
  const { status, headers, text } = await readAnswer(await site.fetch(path, request));
  return { status, headers, text, cache: headers.get("Cache-Status") };
}

const write = (path: string, as: TestMember, form: Fields) => writeAt(site, path, as, form);

/** The statements that a page cost, and the page. */
async function cost(path: string, request: SiteRequest = {}) {
  let page: Awaited<ReturnType<typeof read>> | undefined;
  const { statements } = await site.proxy.count(async () => {
    page = await read(path, request);
  });
  expect(page?.status).toBe(200);
  return { statements, page: page as NonNullable<typeof page> };
}

test("a second reader costs the database nothing, whatever kind of page it is", async () => {
  const thread = await newThread();
  for (const path of [
    "/",
    "/?sort=top",
    `/c/${category}`,
    pathOf(thread),
    `/u/${ada.handle}`,
    `/u/${ada.handle}?show=replies`,
  ]) {
    await read(path);
    const { statements, page } = await cost(path);
    expect([path, statements, page.cache]).toEqual([path, 0, "edgewise; hit"]);
    expect(page.headers.get("Cache-Control")).toBe("public, max-age=0, must-revalidate");
    expect(page.headers.get("Vary")).toBe("Cookie");
    expect(Number(page.headers.get("Age"))).toBeLessThan(60);
    expect(page.headers.get("Cache-Tag")).toBeNull();
    expectReaderPage({ ...page, cookies: page.headers.getSetCookie() } as never);
  }
});

test("what an address asks for in vain does not split the cache, and what counts does", async () => {
  const thread = await newThread();
  const path = pathOf(thread);
  await read(path);
  for (const query of ["?utm_source=mail", "?fbclid=1&gclid=2", "?sort=top"])
    expect((await read(`${path}${query}`)).cache, query).toBe("edgewise; hit");
  expect((await read("/?sort=new")).text).not.toBe((await read("/?sort=top")).text);
  expect((await read(`${path}?page=1`)).status).toBe(200);
  expect((await read(`${path}?page=2`)).status).toBe(404);
});

test("a browser that has the page is told so, and HEAD is a page without its body", async () => {
  const path = pathOf(await newThread());
  const { headers } = await read(path);
  const tag = headers.get("ETag") ?? "";
  expect(tag).toMatch(/^W\/"[\w-]{16}"$/);
  for (const list of [tag, tag.replace("W/", ""), `"other", ${tag}`, "*"]) {
    const same = await read(path, { headers: { "If-None-Match": list } });
    expect([same.status, same.text, same.headers.get("ETag")]).toEqual([304, "", tag]);
    expect(same.headers.get("Vary")).toBe("Cookie");
  }
  expect((await read(path, { headers: { "If-None-Match": '"other"' } })).status).toBe(200);
  const head = await read(path, { method: "HEAD" });
  expect([head.status, head.text, head.headers.get("ETag"), head.cache]).toEqual([
    200,
    "",
    tag,
    "edgewise; hit",
  ]);
});

test("a wrong slug and a thread that is not there are kept too, until there is one", async () => {
  const thread = await newThread();
  const wrong = `/t/${thread.number}/wrong`;
  const missing = `/t/${thread.number + 1}/a-thread-of-its-own`;
  expect([(await read(wrong)).status, (await read(missing)).status]).toEqual([301, 404]);
  const { statements } = await site.proxy.count(async () => {
    expect([(await read(wrong)).status, (await read(missing)).status]).toEqual([301, 404]);
  });
  expect(statements).toBe(0);
  const response = await site.fetch("/t/new", {
    as: ada,
    form: { title: "A thread of its own", category, body: "Text." },
  });
  expect(response.headers.get("Location")).toBe(missing);
  expect((await read(missing)).status).toBe(200);
});

test("fifty readers of a page that is not kept make it once", async () => {
  const path = pathOf(await newThread());
  const { statements } = await site.proxy.count(async () => {
    const pages = await Promise.all(Array.from({ length: 50 }, () => read(path)));
    expect(new Set(pages.map(({ status }) => status))).toEqual(new Set([200]));
    expect(new Set(pages.map(({ text }) => text)).size).toBe(1);
  });
  expect(statements).toBe(1);
});

/** Everything that can be done, and what readers see of it at once. */
const CHANGES: [
  what: string,
  act: (thread: TestThread) => Promise<void>,
  sees: (thread: TestThread) => Promise<void>,
][] = [
  [
    "a reply",
    ({ number }) => write(`/t/${number}/replies/new`, ben, { body: "An answer to read at once." }),
    async (thread) => {
      expect((await read(pathOf(thread))).text).toContain("An answer to read at once.");
      expect((await read(`/u/${ben.handle}?show=replies`)).text).toContain("An answer to read at once.");
      for (const list of ["/", `/c/${category}`]) {
        const row = rowOf((await read(list)).text, thread);
        expect(row, list).toContain(ben.handle);
        expect(row, list).toMatch(/1 reply/);
      }
    },
  ],
  [
    "an edit of title and text",
    ({ number }) =>
      write(`/t/${number}/replies/1/edit`, ada, {
        title: "Other words",
        body: "Said otherwise.",
        revision: "0",
      }),
    async (thread) => {
      expect((await read(`/t/${thread.number}/other-words`)).text).toContain("Said otherwise.");
      expect((await read(pathOf(thread))).status).toBe(301);
      for (const list of ["/", `/c/${category}`, `/u/${ada.handle}`])
        expect((await read(list)).text, list).toContain(`/t/${thread.number}/other-words`);
    },
  ],
  [
    "a deletion",
    ({ number }) => write(`/t/${number}/replies/1/delete`, ada, { deleted: "true" }),
    async (thread) => {
      expect((await read(pathOf(thread))).status).toBe(404);
      for (const list of ["/", `/c/${category}`, `/u/${ada.handle}`])
        expect((await read(list)).text, list).not.toContain(`"/t/${thread.number}/`);
      await write(`/t/${thread.number}/replies/1/delete`, ada, { deleted: "false" });
      expect((await read(pathOf(thread))).status).toBe(200);
      expect((await read(`/c/${category}`)).text).toContain(`"/t/${thread.number}/`);
    },
  ],
  [
    "a lock",
    ({ number }) => write(`/t/${number}/moderation/lock`, moderator, { locked: "true" }),
    async (thread) => {
      expect((await read(pathOf(thread))).text).toContain("This thread is locked");
      expect(rowOf((await read("/")).text, thread)).toContain("Locked");
    },
  ],
  [
    "a pin",
    ({ number }) => write(`/t/${number}/moderation/pin`, moderator, { pinned: "true" }),
    async (thread) => {
      const list = (await read(`/c/${category}`)).text;
      expect(rowOf(list, thread)).toContain("Pinned");
      await write(`/t/${thread.number}/moderation/pin`, moderator, { pinned: "false" });
    },
  ],
];

/** The row of a thread in a list, as HTML. */
function rowOf(list: string, { number }: TestThread): string {
  return list.split("<li").find((row) => row.includes(`"/t/${number}/`)) ?? "";
}

test.each(CHANGES)("readers see %s at once, wherever it shows", async (_, act, sees) => {
  const thread = await newThread();
  // Everything is kept before: as it was without the thread, for the lists.
  const kept = ["/", `/c/${category}`, pathOf(thread), `/u/${ada.handle}`, `/u/${ben.handle}?show=replies`];
  for (const path of kept) await read(path);
  await act(thread);
  await sees(thread);
});

test("readers see another name at once, and none of somebody who is gone", async () => {
  const eve = await site.makeMember({ handle: "eve-of-old" });
  const thread = await newThread();
  await makeReply(db, { author: eve, thread, body: "Words that stay." });
  await site.sweep();
  await read(pathOf(thread));
  await write("/settings", eve, { handle: "eve-of-new", colorScheme: "system", dateStyle: "relative" });
  const renamed = (await read(pathOf(thread))).text;
  expect([renamed.includes("eve-of-old"), renamed.includes("eve-of-new")]).toEqual([false, true]);
  await site.endAccount(eve);
  const gone = (await read(pathOf(thread))).text;
  expect([gone.includes("eve-of-new"), gone.includes("Words that stay.")]).toEqual([false, true]);
});

test("a member's page costs one statement once its rows are kept, and shows their own votes", async () => {
  const thread = await newThread();
  await makeReply(db, { author: ada, thread });
  await site.sweep();
  await read(pathOf(thread), { as: moderator });
  await write(`/t/${thread.number}/replies/2/vote`, ben, { value: "-1" });
  await read(pathOf(thread), { as: moderator });
  for (const path of ["/", `/c/${category}`, pathOf(thread), `/u/${ada.handle}`]) {
    await read(path, { as: moderator });
    const { statements, page } = await cost(path, { as: moderator });
    expect([path, statements]).toEqual([path, 1]);
    expect(page.text).toContain(moderator.handle);
  }
  const { page } = await cost(pathOf(thread), { as: moderator });
  expect(page.text).not.toContain('aria-pressed="true"');
  // The other's vote comes with the statement that finds them, laid over the same rows.
  expect((await read(pathOf(thread), { as: ben })).text).toContain('aria-pressed="true"');
});

test("what members write is there for them at once, also where a cache far away has not heard of it", async () => {
  const thread = await newThread();
  await read(pathOf(thread), { as: ben });
  const sent = await site.fetch(`/t/${thread.number}/replies/new`, {
    as: ben,
    form: { body: "Mine, at once." },
  });
  const note = sent.headers.getSetCookie().find((cookie) => cookie.startsWith("wrote=")) ?? "";
  expect(note).toMatch(/^wrote=\d+; Max-Age=120; Path=\/; HttpOnly; SameSite=Lax$/);
  expect((await read(pathOf(thread), { as: ben })).text).toContain("Mine, at once.");
  // As if the purge had gone lost: the row is changed behind the cache's back, and the note is newer than what is kept.
  await db.execute(sql`
    update thread_replies set body_html = '<p>Changed elsewhere.</p>'
    where number = 2 and thread_id = (select id from threads where number = ${thread.number})`);
  expect((await read(pathOf(thread), { as: ben })).text).toContain("Mine, at once.");
  const cookie = `${await site.signIn(ben)}; wrote=${Date.now()}`;
  expect((await read(pathOf(thread), { headers: { Cookie: cookie } })).text).toContain("Changed elsewhere.");
});

test("nothing of a member ever gets into what readers are given", async () => {
  const thread = await newThread();
  const hidden = await newThread();
  await makeReply(db, { author: ben, thread, body: "To be deleted by its author." });
  await write(`/t/${thread.number}/replies/2/delete`, ben, { deleted: "true" });
  await write(`/t/${hidden.number}/replies/1/delete`, ada, { deleted: "true" });
  const paths = [
    "/",
    "/?sort=top",
    `/c/${category}`,
    pathOf(thread),
    pathOf(hidden),
    `/u/${ada.handle}`,
    "/settings",
    "/t/new",
    `/t/${thread.number}/replies/new`,
    `/t/${thread.number}/replies/1/edit`,
    "/nowhere",
  ];
  const people = { ada, ben, moderator, admin, suspended };
  for (const as of Object.values(people))
    for (const path of paths)
      for (const method of ["GET", "HEAD"])
        expectPrivatePage(await readAnswer(await site.fetch(path, { as, method })));
  const marks = [
    "Sign out",
    "csp-nonce",
    "<script",
    "nonce=",
    "You deleted this thread",
    "To be deleted by its author.",
    "suspended until",
  ];
  for (const path of paths) {
    const { text, headers, status } = await read(path);
    const own = new RegExp(
      `/u/(${[ben, moderator, admin, suspended].map(({ handle }) => handle).join("|")})"[^>]*class="button`,
    );
    expect(text.match(own), path).toBeNull();
    for (const mark of marks) expect(text, `${mark} at ${path}`).not.toContain(mark);
    expect(headers.getSetCookie(), path).toEqual([]);
    if (path === pathOf(hidden)) expect(status).toBe(404);
  }
});
