import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { finishImport } from "#app/db/import.server.ts";
import { REPLIES_PER_PAGE, THREADS_PER_PAGE } from "#app/domain/limits.ts";
import { makeCategory, makeReply, makeThread } from "#test/forum.ts";
import { testSite } from "#test/site.ts";
import { COPY_NOTICE, copyMadeAt, expectCopies, readPage } from "./copies.ts";
import { attribute, elementsOf } from "./page.ts";
import { expectReaderPage } from "./security-headers.ts";

/** Here nothing stands before the Reader, as if every page that was kept were older than any is kept. */
const site = await testSite({ counted: true, persisted: true, cache: false });
const { db, proxy } = site;
const ada = await site.makeMember();
const ben = await site.makeMember();
const category = await makeCategory(db);
const long = await makeThread(db, { author: ada, category, title: "A long thread" });
const address = `/t/${long.number}/a-long-thread`;

/** Every kind of page that readers get, and what each shows. */
const pages: { path: string; words: string }[] = [];
const paths = () => pages.map(({ path }) => path);
/** The second page of each list: its address is a place in the list, of which anybody can make up as many as they like. */
const further: string[] = [];

async function nextOf(path: string): Promise<string> {
  const links = elementsOf((await readPage(site, path)).text);
  const next = links.find((element) => attribute(element, "rel") === "next");
  return (next && attribute(next, "href")) ?? "";
}

beforeAll(async () => {
  for (let at = 0; at < THREADS_PER_PAGE; at += 1) await makeThread(db, { author: ada, category });
  for (let at = 0; at < THREADS_PER_PAGE + 1; at += 1)
    await makeReply(db, { author: ben, thread: long, body: `Answer number ${at + 2}.` });
  const lists = ["/", "/?sort=top", `/c/${category}`, `/c/${category}?sort=new`, `/u/${ada.handle}`];
  for (const path of lists) {
    pages.push({ path, words: "A thread for a test" });
    further.push(await nextOf(path));
  }
  const replies = `/u/${ben.handle}?show=replies`;
  pages.push({ path: replies, words: `Answer number ${THREADS_PER_PAGE + 2}.` });
  further.push(await nextOf(replies));
  pages.push({ path: address, words: `Answer number ${REPLIES_PER_PAGE}.` });
  pages.push({ path: `${address}?page=2`, words: `Answer number ${REPLIES_PER_PAGE + 1}.` });
  expect(new Set(paths()).size).toBe(pages.length);
});

const OUTAGES: [what: string, begin: () => unknown][] = [
  ["refuses connections", () => proxy.refuse()],
  ["takes connections and never answers", () => proxy.fallSilent()],
];

describe.each(OUTAGES)("while the database %s", (_, begin) => {
  test("readers get every page that was seen before, and it is over when it is over", async () => {
    onTestFinished(site.heal);
    const seenFrom = Date.now();
    for (const path of paths()) expect((await readPage(site, path)).text, path).not.toContain(COPY_NOTICE);
    await begin();
    // The first three wait in vain; with them the circuit breaker opens.
    await Promise.all(
      paths()
        .slice(0, 3)
        .map((path) => readPage(site, path)),
    );
    const copies = await expectCopies(site, paths());
    for (const [at, copy] of copies.entries()) {
      expectReaderPage(copy);
      expect(copy.text).toContain(pages[at]?.words);
      expect(copy.headers.get("ETag")).toBeNull();
      expect(copyMadeAt(copy)).toBeLessThanOrEqual(Date.now());
      // A page that was seen in the minute before keeps the copy that it has.
      expect(copyMadeAt(copy)).toBeGreaterThan(seenFrom - 120_000);
    }
    await proxy.heal();
    for (const path of paths())
      await expect.poll(async () => (await readPage(site, path)).text).not.toContain(COPY_NOTICE);
  });
});

test("a page whose connection is cut is a copy once, and the page again after that", async () => {
  await readPage(site, address);
  proxy.cutOnce({ at: /select/, when: "before" });
  expect((await readPage(site, address)).text).toContain(COPY_NOTICE);
  expect((await readPage(site, address)).text).not.toContain(COPY_NOTICE);
});

test("a copy answers HEAD, permalinks and wrong slugs, and no browser is told that it has it already", async () => {
  onTestFinished(site.heal);
  await readPage(site, address);
  await proxy.refuse();
  await expectCopies(site, [address]);
  const head = await readPage(site, address, { method: "HEAD" });
  expect([head.status, head.text, Number(head.headers.get("Age"))]).toEqual([200, "", expect.any(Number)]);
  const asked = await readPage(site, address, { headers: { "If-None-Match": "*" } });
  expect([asked.status, asked.text]).toEqual([200, expect.stringContaining(COPY_NOTICE)]);
  for (const wrong of [`/t/${long.number}`, `/t/${long.number}/another-title`]) {
    const { status, location } = await readPage(site, wrong);
    expect([status, location]).toEqual([301, address]);
  }
});

test("of the further pages of lists there are no copies", async () => {
  onTestFinished(site.heal);
  expect(new Set(further).size).toBe(6);
  for (const path of further) expect((await readPage(site, path)).status, path).toBe(200);
  await proxy.refuse();
  await expectCopies(site, paths());
  for (const path of further) expect((await readPage(site, path)).status, path).toBe(503);
});

test("of what nobody has seen, or what was not there, nothing is claimed", async () => {
  onTestFinished(site.heal);
  const unseen = await makeThread(db, { author: ada, category });
  const beyond = [
    `${address}?page=99`,
    `/t/${unseen.number + 1}/never-there`,
    "/u/nobody-at-all",
    "/c/no-such-category",
  ];
  for (const path of beyond) expect((await readPage(site, path)).status, path).toBe(404);
  await proxy.refuse();
  for (const path of [...beyond, `/t/${unseen.number}/a-thread-for-a-test`]) {
    const { status, headers, text } = await readPage(site, path);
    expect([path, status, headers.get("Retry-After")]).toEqual([path, 503, "5"]);
    expect(text).not.toContain(COPY_NOTICE);
  }
  // What can be answered without a database still is.
  expect((await readPage(site, `${address}?page=x`)).status).toBe(404);
  expect((await readPage(site, "/?sort=worst")).status).toBe(400);
});

test("copies outlive the Worker that made them", async () => {
  onTestFinished(site.heal);
  for (const path of paths()) await readPage(site, path);
  await proxy.refuse();
  await expectCopies(site, paths());
  await site.restart();
  const copies = await expectCopies(site, paths());
  expect(copies).toHaveLength(paths().length);
});

test("what is kept before the Reader outlives the outage as it is, and copies stand in for the rest, for as long as it lasts", async () => {
  const forum = await testSite({ counted: true });
  const author = await forum.makeMember();
  const slug = await makeCategory(forum.db);
  await makeThread(forum.db, { author, category: slug, title: "A thread of its own" });
  await forum.sweep();
  for (const path of ["/", `/c/${slug}`]) await readPage(forum, path);
  // Everything that is kept is dropped, and the home page is seen again.
  await finishImport(forum.db);
  await forum.sweep();
  await readPage(forum, "/");
  await forum.proxy.refuse();
  const kept = await readPage(forum, "/");
  expect([kept.status, kept.headers.get("Cache-Status")]).toEqual([200, "edgewise; hit"]);
  expect(kept.text).not.toContain(COPY_NOTICE);
  for (const copy of await expectCopies(forum, [`/c/${slug}`])) {
    expectReaderPage(copy);
    expect(copy.headers.get("Cache-Control")).toBe("public, max-age=0, must-revalidate");
    expect([...copy.headers.keys()].filter((name) => name.startsWith("edgewise"))).toEqual([]);
  }
  await forum.proxy.heal();
  const text = async () => (await readPage(forum, `/c/${slug}`)).text;
  await expect.poll(text).not.toContain(COPY_NOTICE);
});
