import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { REPLIES_PER_PAGE, THREADS_PER_PAGE } from "#app/domain/limits.ts";
import { makeCategory, makeReply, makeThread } from "#test/forum.ts";
import { testSite } from "#test/site.ts";
import { COPY_NOTICE, copyMadeAt, expectCopies, readPage } from "./copies.ts";
import { attribute, elementsOf } from "./page.ts";
import { expectReaderPage } from "./security-headers.ts";

/** Here the page cache keeps nothing, as if every page in it were older than it keeps any. */
const site = await testSite({ counted: true, persisted: true, env: { PAGE_FRESH_SECONDS: "0" } });
const { db, proxy } = site;
const ada = await site.makeMember();
const ben = await site.makeMember();
const category = await makeCategory(db);
const long = await makeThread(db, { author: ada, category, title: "A long thread" });
const address = `/t/${long.number}/a-long-thread`;

/** Every kind of page that readers get, and what each shows. */
const pages: { path: string; words: string }[] = [];
const paths = () => pages.map(({ path }) => path);

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
    pages.push({ path: await nextOf(path), words: "thread" });
  }
  const replies = `/u/${ben.handle}?show=replies`;
  pages.push({ path: replies, words: `Answer number ${THREADS_PER_PAGE + 2}.` });
  pages.push({ path: await nextOf(replies), words: "Answer number 2." });
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

test("a page cache shows a copy for as long as the outage, and not longer", async () => {
  const brief = await testSite({ counted: true, env: { PAGE_FRESH_SECONDS: "1" } });
  const author = await brief.makeMember();
  const slug = await makeCategory(brief.db);
  await makeThread(brief.db, { author, category: slug, title: "A thread of its own" });
  const lists = ["/", `/c/${slug}`];
  for (const path of lists) await readPage(brief, path);
  await brief.proxy.refuse();
  for (const copy of await expectCopies(brief, lists)) {
    expectReaderPage(copy);
    expect(copy.headers.get("Cache-Control")).toBe("public, max-age=0, must-revalidate");
    expect(copy.headers.get("Edgewise-Copy")).toBeNull();
  }
  // Read once more, the page comes out of the page cache, and its copy is no younger than before.
  await expectCopies(brief, lists);
  await brief.proxy.heal();
  for (const path of lists)
    await expect.poll(async () => (await readPage(brief, path)).text).not.toContain(COPY_NOTICE);
});
