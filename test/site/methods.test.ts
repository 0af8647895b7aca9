import { expect, test } from "vitest";
import { testSite } from "#test/site.ts";
import { dataTwin, readAnswer } from "./answer.ts";
import { elementsOf, textOf } from "./page.ts";
import { rawRequest } from "./raw-request.ts";
import { allRows } from "./rows.ts";
import { type Fields, makeWorld, WRITES } from "./writes.ts";

const site = await testSite();
const world = await makeWorld(site);
const { member, author, moderator } = world;
const thread = `/t/${world.thread.number}/a-thread-for-a-test`;
const READ = [
  "/",
  `/c/${world.category}`,
  thread,
  `/u/${author.handle}`,
  "/healthz",
  "/favicon.svg",
  "/robots.txt",
];
const OTHERS = [
  "/t/new",
  "/settings",
  "/sign-in",
  "/sign-up",
  "/sign-out",
  "/continue/x",
  "/nowhere",
  "/webhooks/clerk",
];
const WRITE = WRITES.map(({ path }) => path(world));

test.for([...READ, ...OTHERS])("HEAD %s answers as GET does, without the body", async (path) => {
  for (const as of [null, member]) {
    const get = await site.fetch(path, { as });
    const head = await site.fetch(path, { as, method: "HEAD" });
    expect([head.status, await head.text()]).toEqual([get.status, ""]);
    for (const name of ["Content-Type", "Cache-Control", "Location", "X-Content-Type-Options"])
      expect(head.headers.get(name), name).toBe(get.headers.get(name));
  }
});

test.for(["PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND", "SEARCH", "LOCK", "PURGE", "TRACE"])(
  "%s is taken nowhere",
  async (method) => {
    const before = await allRows(site.db);
    const Cookie = await site.signIn(member);
    const headers = { Cookie, Origin: site.origin, "Sec-Fetch-Site": "same-origin", Accept: "text/html" };
    for (const path of [...READ, ...OTHERS, ...WRITE, dataTwin(thread), dataTwin("/t/new")]) {
      const { status } = await rawRequest(site.origin, { method, path, headers });
      expect(status, path).toBeGreaterThanOrEqual(400);
      expect(status, path).toBeLessThan(500);
    }
    expect(await allRows(site.db)).toEqual(before);
  },
);

test.for(WRITES)("$name is taken by POST alone", async (write) => {
  const before = await allRows(site.db);
  for (const method of ["PUT", "PATCH", "DELETE"])
    for (const path of [write.path(world), dataTwin(write.path(world))]) {
      const answer = await site.fetch(path, { method, as: world[write.by], form: write.form(world) });
      expect(answer.status, `${method} ${path}`).toBeGreaterThanOrEqual(400);
      expect(answer.status, `${method} ${path}`).toBeLessThan(500);
    }
  expect(await allRows(site.db)).toEqual(before);
});

test("POST to a page that takes no forms is refused", async () => {
  for (const path of [thread, `/u/${author.handle}`, `/c/${world.category}`, "/", "/nowhere"])
    for (const each of [path, dataTwin(path)]) {
      const { status } = await readAnswer(await site.fetch(each, { as: member, form: { body: "x" } }));
      expect([404, 405], each).toContain(status);
    }
});

test("a GET that carries a body is a GET", async () => {
  for (const path of ["/", thread, "/settings"])
    for (const Cookie of ["", await site.signIn(member)]) {
      const { status } = await rawRequest(site.origin, {
        path,
        body: "title=x",
        headers: { Cookie, "Content-Type": "application/x-www-form-urlencoded", "Content-Length": "7" },
      });
      expect(status).toBeLessThan(500);
    }
});

const { thread: refused } = await makeWorld(site);
const ofRefused = `/t/${refused.number}`;

/** Refusals of every kind, as somebody without JavaScript meets them. */
const REFUSALS: { name: string; path: string; form?: Fields; status: number }[] = [
  { name: "nothing there", path: "/nowhere", status: 404 },
  { name: "a thread that is not there", path: "/t/999999", status: 404 },
  { name: "no such order", path: "/?sort=hot", status: 400 },
  { name: "somebody else's reply", path: `${ofRefused}/replies/2/edit`, status: 403 },
  { name: "a vote opened as a page", path: `${ofRefused}/replies/2/vote`, status: 405 },
  { name: "a deletion opened as a page", path: `${ofRefused}/replies/2/delete`, status: 405 },
  { name: "a lock opened as a page", path: `${ofRefused}/moderation/lock`, status: 405 },
  { name: "a sign-out opened as a page", path: "/sign-out", status: 405 },
  { name: "no vote", path: `${ofRefused}/replies/2/vote`, form: { value: "7" }, status: 400 },
  {
    name: "a vote on nothing",
    path: `${ofRefused}/replies/99/vote`,
    form: { value: "1" },
    status: 404,
  },
  {
    name: "deleting another's",
    path: `${ofRefused}/replies/2/delete`,
    form: { deleted: "true" },
    status: 403,
  },
  {
    name: "locking",
    path: `${ofRefused}/moderation/lock`,
    form: { locked: "true" },
    status: 403,
  },
  {
    name: "pinning",
    path: `${ofRefused}/moderation/pin`,
    form: { pinned: "true" },
    status: 403,
  },
  { name: "replying to nothing", path: "/t/999999/replies/new", form: { body: "x" }, status: 404 },
  { name: "too much", path: "/t/new", form: { body: "a".repeat(1_100_000) }, status: 413 },
  { name: "far too much", path: "/t/new", form: { body: "a".repeat(8_000_000) }, status: 413 },
];

test.for(REFUSALS)(
  "$name: $status, on a page of this site, with a way on",
  async ({ path, form, status }) => {
    const answer = await readAnswer(await site.fetch(path, { as: member, form }));
    expect(answer.status).toBe(status);
    expectErrorPage(answer.headers, answer.text);
  },
);

test("a forged form is refused on a page of this site, wherever it was sent", async () => {
  for (const path of [...WRITE, "/sign-out", "/nowhere"]) {
    const headers = { Origin: "https://evil.example", "Sec-Fetch-Site": "cross-site" };
    const answer = await readAnswer(await site.fetch(path, { as: moderator, form: {}, headers }));
    expect(answer.status).toBe(403);
    expectErrorPage(answer.headers, answer.text);
  }
});

function expectErrorPage(headers: Headers, text: string): void {
  expect(headers.get("Content-Type")).toBe("text/html; charset=utf-8");
  const elements = elementsOf(text);
  expect(elements.filter(({ tagName }) => tagName === "h1").map(textOf)).toEqual([
    expect.stringMatching(/\w/),
  ]);
  expect(elements.filter(({ tagName }) => tagName === "link").length).toBeGreaterThan(0);
  expect(text).toContain('href="/"');
  expect(text).not.toMatch(/Unexpected Server Error|"message":/);
}

test("what somebody may not do is no error of the forum's, and fills no log", () => {
  expect(site.log.filter((line) => line.includes('"level":"error"'))).toEqual([]);
});
