import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { freePort } from "#local/ports.ts";
import { makeThread } from "#test/forum.ts";
import { type SiteRequest, testSite } from "#test/site.ts";
import { dataTwin, readAnswer } from "./answer.ts";
import { attribute, builtStylesheet, elementsOf, textOf } from "./page.ts";
import { expectPrivatePage, expectReaderPage, expectSecure, nonceOf, policyOf } from "./security-headers.ts";
import { makeWorld, routePatterns, UPLOAD, WRITES } from "./writes.ts";

const site = await testSite();
const world = await makeWorld(site);
const { author, member, category } = world;
const thread = `/t/${world.thread.number}/a-thread-for-a-test`;
const ofThread = `/t/${world.thread.number}`;

/** Every route, as somebody signed out and as a member finds it by GET; 4 stands for any refusal. */
const PAGES = [
  { pattern: "", path: "/", reader: 200, member: 200 },
  { pattern: "", path: "/?sort=upside-down", reader: 400, member: 400 },
  { pattern: "c/:category", path: `/c/${category}`, reader: 200, member: 200 },
  { pattern: "c/:category", path: "/c/nowhere", reader: 404, member: 404 },
  { pattern: "t/new", path: "/t/new", reader: 303, member: 200 },
  { pattern: "t/:number/:slug?", path: thread, reader: 200, member: 200 },
  { pattern: "t/:number/:slug?", path: ofThread, reader: 301, member: 301 },
  { pattern: "t/:number/:slug?", path: "/t/999999/nowhere", reader: 404, member: 404 },
  { pattern: "t/:number/moderation/lock", path: `${ofThread}/moderation/lock`, reader: 4, member: 4 },
  { pattern: "t/:number/moderation/pin", path: `${ofThread}/moderation/pin`, reader: 4, member: 4 },
  { pattern: "t/:number/replies/new", path: `${ofThread}/replies/new`, reader: 303, member: 200 },
  { pattern: "t/:number/replies/:reply/edit", path: `${ofThread}/replies/2/edit`, reader: 303, member: 403 },
  { pattern: "t/:number/replies/:reply/delete", path: `${ofThread}/replies/2/delete`, reader: 4, member: 4 },
  { pattern: "t/:number/replies/:reply/vote", path: `${ofThread}/replies/2/vote`, reader: 4, member: 4 },
  { pattern: "u/:handle", path: `/u/${author.handle}`, reader: 200, member: 200 },
  { pattern: "settings", path: "/settings", reader: 303, member: 200 },
  { pattern: "settings/pictures", path: "/settings/pictures", reader: 303, member: 200 },
  { pattern: "u/:handle/pictures", path: `/u/${author.handle}/pictures`, reader: 303, member: 403 },
  { pattern: "sign-in", path: "/sign-in", reader: 302, member: 302 },
  { pattern: "sign-up", path: "/sign-up", reader: 302, member: 302 },
  { pattern: "sign-out", path: "/sign-out", reader: 4, member: 4 },
  { pattern: "continue/:id", path: "/continue/nothing", reader: 404, member: 404 },
  { pattern: "*", path: "/nowhere/at/all", reader: 404, member: 404 },
];

/** Pages that lead to Clerk and back: never one document for everyone. */
const NEVER_SHARED = new Set(["sign-in", "sign-up", "continue/:id"]);

test("every route is tested here", () => {
  // What answers to a script is no page: pictures.test.ts.
  const tested = new Set([...PAGES.map(({ pattern }) => pattern), UPLOAD.pattern]);
  expect(routePatterns().toSorted()).toEqual([...tested].toSorted());
});

test.for(PAGES)("$path carries the headers of its kind", async ({ path, pattern, ...expected }) => {
  const matches = (status: number, wanted: number) =>
    wanted === 4 ? status >= 400 && status < 500 : status === wanted;
  const expectShared = NEVER_SHARED.has(pattern) ? expectPrivatePage : expectReaderPage;
  for (const method of ["GET", "HEAD"]) {
    const signedOut = await readAnswer(await site.fetch(path, { method }));
    expect(matches(signedOut.status, expected.reader), `signed out: ${signedOut.status}`).toBe(true);
    expectShared(signedOut);
    const signedIn = await readAnswer(await site.fetch(path, { method, as: member }));
    expect(matches(signedIn.status, expected.member), `signed in: ${signedIn.status}`).toBe(true);
    expectPrivatePage(signedIn);
  }
  expectShared(await readAnswer(await site.fetch(dataTwin(path))));
  expectPrivatePage(await readAnswer(await site.fetch(dataTwin(path), { as: member })));
});

/** The ways in which a write can end, by what is sent. */
const ENDINGS: { name: string; request: (form: Record<string, string>) => SiteRequest }[] = [
  { name: "held", request: (form) => ({ form }) },
  { name: "not a form", request: () => ({ as: member, body: "{}" }) },
  { name: "not understood", request: () => ({ as: member, form: { value: "7" } }) },
  { name: "too large", request: () => ({ as: member, form: { body: "a".repeat(1_100_000) } }) },
  { name: "forged", request: (form) => ({ as: member, form, headers: { Origin: "https://evil.example" } }) },
  { name: "forged, signed out", request: (form) => ({ form, headers: { Origin: "https://evil.example" } }) },
  { name: "refused or done", request: (form) => ({ as: member, form }) },
];

test.for(WRITES)("whatever $name answers is private", async (write) => {
  for (const { name, request } of ENDINGS)
    for (const path of [write.path(world), dataTwin(write.path(world))]) {
      const answer = await readAnswer(await site.fetch(path, request(write.form(world))));
      expect(answer.status, name).toBeLessThan(500);
      expectPrivatePage(answer);
    }
});

test("a page for readers is the same for everyone, whatever cookies they bring", async () => {
  const plain = await readAnswer(await site.fetch(thread));
  const headers = { Cookie: "__client_uat=0; held=x.y; theme=dark", "X-Forwarded-For": "203.0.113.9" };
  expect((await readAnswer(await site.fetch(thread, { headers }))).text).toBe(plain.text);
});

test("each page of a member has a nonce of its own, on every script", async () => {
  const answers = [];
  for (const path of [thread, thread, "/"])
    answers.push(await readAnswer(await site.fetch(path, { as: member })));
  for (const answer of answers) {
    const scripts = elementsOf(answer.text).filter(({ tagName }) => tagName === "script");
    expect(scripts.length).toBeGreaterThan(0);
    expectPrivatePage(answer);
  }
  expect(new Set(answers.map(({ headers }) => nonceOf(headers))).size).toBe(3);
});

test("what is no page is as secure", async () => {
  const answers = [
    await site.fetch("/healthz"),
    await site.fetch("/healthz", { as: member }),
    await site.fetch("/webhooks/clerk"),
    await site.fetch("/webhooks/clerk", { body: "{}" }),
  ];
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 405, 403]);
  for (const answer of answers) expectSecure(answer);
  expect(answers.map(({ headers }) => headers.getSetCookie())).toEqual([[], [], [], []]);
  expect(answers[0]?.headers.get("Cache-Control")).toMatch(/no-store/);
});

test("files are what their names say, and stand in nobody's frame", async () => {
  const home = await readAnswer(await site.fetch("/", { as: member }));
  const files = [...home.text.matchAll(/"(\/assets\/[\w.-]+)"/g)].map(([, path = ""]) => path);
  expect(files.length).toBeGreaterThan(3);
  for (const path of [...new Set(files), "/favicon.svg", "/robots.txt"]) {
    const { status, headers } = await site.fetch(path);
    expect(status, path).toBe(200);
    expect(headers.get("X-Content-Type-Options"), path).toBe("nosniff");
    expect(headers.get("Content-Security-Policy"), path).toMatch(/frame-ancestors 'none'/);
    expect(headers.get("Referrer-Policy"), path).toBe("strict-origin-when-cross-origin");
    // Browsers heed it on https alone, so the files of a forum on http may bring it too.
    expect(headers.get("Strict-Transport-Security"), path).toBe("max-age=31536000; includeSubDomains");
    expect(headers.getSetCookie(), path).toEqual([]);
  }
});

test("a reader's page carries the stylesheet; a member's names it, and it is kept for a year", async () => {
  for (const path of ["/", thread, "/nowhere"]) {
    const forReader = await readAnswer(await site.fetch(path));
    const styles = elementsOf(forReader.text).filter(({ tagName }) => tagName === "style");
    expect(styles.map(textOf)).toEqual([builtStylesheet()]);
    expect([forReader.headers.get("Link"), linkedStylesheet(forReader.text)]).toEqual([null, null]);

    const { headers, text } = await readAnswer(await site.fetch(path, { as: member }));
    expect(elementsOf(text).filter(({ tagName }) => tagName === "style")).toEqual([]);
    const stylesheet = linkedStylesheet(text) ?? "";
    expect(headers.get("Link")).toBe(`<${stylesheet}>; rel=preload; as=style`);
    expect(policyOf(headers).get("style-src")).toEqual(["'self'"]);
    const file = await site.fetch(stylesheet);
    expect(file.headers.get("Content-Type")).toMatch(/^text\/css/);
    expect(file.headers.get("Cache-Control")).toBe("public, max-age=31536000, immutable");
    expect((await file.text()).trimEnd()).toBe(builtStylesheet());
  }
  const icon = await site.fetch("/favicon.svg");
  expect(icon.headers.get("Cache-Control")).toBe("public, max-age=86400");
});

function linkedStylesheet(html: string): string | null {
  const link = elementsOf(html).find((element) => attribute(element, "rel") === "stylesheet");
  return link ? attribute(link, "href") : null;
}

/** CVE-2025-43864: these made React Router answer with another document than the one at the address. */
const PRETENCES: Record<string, string>[] = [
  { "X-React-Router-SPA-Mode": "yes" },
  { "X-React-Router-Prerender-Data": btoa("{}") },
  { "X-React-Router-Prerender-Data": "%ff" },
];

test.for(PRETENCES)("%o changes nothing", async (headers) => {
  for (const path of ["/", thread, dataTwin(thread)]) {
    const plain = await readAnswer(await site.fetch(path));
    const pretended = await readAnswer(await site.fetch(path, { headers }));
    const withoutClock = (text: string) => text.replaceAll(/"now":\d+/g, "");
    expect(withoutClock(pretended.text)).toBe(withoutClock(plain.text));
    expectReaderPage(pretended);
  }
  const signedIn = await readAnswer(await site.fetch(thread, { as: member, headers }));
  expect(signedIn.text).toContain("Its opening post.");
  expectPrivatePage(signedIn);
});

test("a failure of the forum's own is a page that tells nothing, and gives back what was typed", async () => {
  const unseen = await makeThread(site.db, { author, category, title: "A thread nobody has opened" });
  const path = `/t/${unseen.number}/a-thread-nobody-has-opened`;
  await site.db.execute(sql`alter table thread_replies rename to thread_replies_away`);
  const reader = await readAnswer(await site.fetch(path));
  const signedIn = await readAnswer(await site.fetch(path, { as: member }));
  const form = { body: "Typed while it failed" };
  const write = await readAnswer(await site.fetch(`${ofThread}/replies/new`, { as: member, form }));
  const vote = await readAnswer(
    await site.fetch(`${ofThread}/replies/2/vote`, { as: member, form: { value: "1" } }),
  );
  await site.db.execute(sql`alter table thread_replies_away rename to thread_replies`);
  expect([reader, signedIn, write, vote].map(({ status }) => status)).toEqual([500, 500, 500, 500]);
  expectReaderPage(reader);
  for (const answer of [signedIn, write, vote]) expectPrivatePage(answer);
  expect(write.text).toContain("Typed while it failed");
  for (const { text } of [reader, signedIn, write, vote])
    expect(text).not.toMatch(/thread_replies|select |relation|\.js:\d|at async/i);
  expect((await site.fetch(thread)).status).toBe(200);
});

test("without its database the forum says so, with the same headers, and keeps what was typed", async () => {
  const person = { id: "user_2aaaaaaaaaaaaaaaaaaaaaaaaaa", handle: "ada" };
  const details = { username: "ada", firstName: null, lastName: null, email: null, createdAt: 1 };
  const away = await testSite({
    people: [{ id: person.id, ...details }],
    env: { DATABASE_URL: `postgres://nobody@127.0.0.1:${await freePort()}/nothing` },
  });
  const reader = await readAnswer(await away.fetch("/"));
  const signedIn = await readAnswer(await away.fetch("/", { as: person }));
  const form = { title: "A title", body: "Typed while it was away" };
  const write = await readAnswer(await away.fetch("/t/new", { as: person, form }));
  const health = await readAnswer(await away.fetch("/healthz"));
  for (const { status, headers } of [reader, signedIn, write, health])
    expect([status, headers.get("Retry-After")]).toEqual([503, expect.stringMatching(/^\d+$/)]);
  expectReaderPage(reader);
  for (const answer of [signedIn, write]) expectPrivatePage(answer);
  expect(write.text).toContain("Typed while it was away");
  expectSecure(health);
});

test("a Worker that is not configured says only that", async () => {
  const unconfigured = await testSite({ env: { COOKIE_SECRET: "too short" } });
  const answer = await readAnswer(await unconfigured.fetch("/"));
  expect(answer.status).toBe(500);
  expectSecure(answer);
  expect(answer.text).not.toMatch(/COOKIE_SECRET/);
  // A line of the log may come after the answer.
  await expect.poll(() => unconfigured.log.join()).toMatch(/COOKIE_SECRET/);
});
