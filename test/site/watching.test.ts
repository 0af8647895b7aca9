import { sql } from "drizzle-orm";
import { expect, onTestFinished, test } from "vitest";
import { signedDelivery } from "#local/clerk/webhooks.ts";
import { makeCategory, makeThread } from "#test/forum.ts";
import { newUserId } from "#test/people.ts";
import { type SiteRequest, testSite } from "#test/site.ts";
import { dataTwin } from "./answer.ts";

const site = await testSite({ counted: true, env: { LOG_REQUESTS: "1" } });
const category = await makeCategory(site.db, { slug: "secret-plans" });
const ada = await site.makeMember({ handle: "ada-of-the-log", email: "ada@example.com" });
const moderator = await site.makeMember({ role: "moderator" });
const admin = await site.makeMember({ role: "admin" });
const thread = await makeThread(site.db, { author: ada, category, title: "A telling title" });
const address = `/t/${thread.number}/a-telling-title`;

type Line = Record<string, unknown> & { requestId: string };

function linesOf(requestId: string | null, log = site.log): Line[] {
  const lines = log.filter((line) => line.startsWith("{")).map((line) => JSON.parse(line) as Line);
  return lines.filter((line) => line.requestId === requestId);
}

/** Asks, and answers what was answered and the one line that was logged of it. */
async function ask(path: string, request?: SiteRequest) {
  const response = await site.fetch(path, request);
  const text = await response.text();
  const requestId = response.headers.get("X-Request-Id");
  const logged = () => linesOf(requestId).filter(({ event }) => event === "request");
  await expect.poll(logged).toHaveLength(1);
  return { response, text, line: logged()[0] as Line };
}

const KEPT = { side: "reader", cache: "miss" };
const MEMBER = { side: "member", cache: "none" };

/** A query that nobody is to read in a log: each request of this test carries it. */
const QUERY = "?q=private+words&page=1";

const ASKED: [path: string, request: SiteRequest | undefined, line: Record<string, unknown>][] = [
  ["/", undefined, { ...KEPT, route: "/", status: 200, statements: 1 }],
  [address, undefined, { ...KEPT, route: "/t/:number/:slug?", status: 200, statements: 1 }],
  [address, undefined, { side: "reader", cache: "hit", route: "/t/:number/:slug?", statements: 0 }],
  [dataTwin(address), undefined, { ...KEPT, route: "/t/:number/:slug?", status: 202, statements: 0 }],
  [address, { as: ada }, { ...MEMBER, route: "/t/:number/:slug?", status: 200, statements: 2 }],
  [address, { as: ada, method: "HEAD" }, { ...MEMBER, method: "HEAD", status: 200 }],
  [`/u/${ada.handle}`, { as: ada }, { ...MEMBER, route: "/u/:handle", status: 200, statements: 2 }],
  ["/no/such/secret", undefined, { ...KEPT, route: "/*", status: 404, statements: 0 }],
  ["/sign-in", undefined, { ...MEMBER, route: "/sign-in", status: 302, statements: 0 }],
  [
    `/t/${thread.number}/replies/1/vote`,
    { as: moderator, form: { value: "1" } },
    { ...MEMBER, method: "POST", route: "/t/:number/replies/:reply/vote", status: 303, statements: 2 },
  ],
  [
    "/t/new",
    { as: ada, form: { title: "forged" }, headers: { Origin: "https://evil.example" } },
    { ...MEMBER, method: "POST", route: "/t/new", status: 403, statements: 0 },
  ],
  ["/t/new", { as: ada, method: "PUT" }, { ...MEMBER, method: "PUT", route: "/t/new", status: 405 }],
  ["/healthz", undefined, { side: "health", cache: "none", route: "/healthz", status: 200, statements: 1 }],
];

test.each(ASKED)("%s, asked as %o, is one line with its route and its cost", async (path, request, line) => {
  const asked = await ask(path + QUERY, request);
  expect(asked.line).toMatchObject({ event: "request", level: "info", method: "GET", ...line });
  expect(asked.line.status).toBe(asked.response.status);
  const { databaseMs, totalMs, statements } = asked.line as Record<string, number>;
  expect(Number(databaseMs) > 0).toBe(Number(statements) > 0);
  // What a member's page shares with everybody's is fetched while they are looked up.
  if (asked.line.side !== "member") expect(totalMs).toBeGreaterThanOrEqual(Number(databaseMs));
});

test("a webhook is a line, and nobody's name is in it", async () => {
  const id = newUserId();
  const data = { id, username: "grace-of-the-hook", updated_at: Date.now() };
  const event = { type: "user.created", object: "event", timestamp: Date.now(), data };
  const { line } = await ask("/webhooks/clerk", signedDelivery(site.clerk.env.CLERK_WEBHOOK_SECRET, event));
  expect(line).toMatchObject({
    side: "webhook",
    route: "/webhooks/clerk",
    method: "POST",
    status: 200,
    statements: 1,
  });
});

test("another host's address leads to the forum's own, and the line does not tell which", async () => {
  const response = await fetch(`${site.origin.replace("localhost", "127.0.0.1")}${address}`, {
    redirect: "manual",
  });
  expect(response.status).toBe(308);
  const logged = () => linesOf(response.headers.get("X-Request-Id"));
  await expect.poll(logged).toEqual([expect.objectContaining({ side: "gateway", route: "/*", status: 308 })]);
});

test("no line tells who asked, from where, for what, or in which words", async () => {
  await ask(`${address}${QUERY}`, {
    as: ada,
    headers: { "X-Forwarded-For": "203.0.113.9", "CF-Connecting-IP": "203.0.113.9" },
  });
  await ask(`/t/${thread.number}/replies/new`, { as: ada, form: { body: "typed for nobody's log" } });
  const log = site.log.join("\n");
  for (const word of [
    ada.id,
    ada.handle,
    "ada@example",
    "203.0.113.9",
    "private",
    "typed",
    "telling",
    "secret",
    "grace-of-the-hook",
    `/t/${thread.number}`,
    "evil.example",
  ])
    expect(log, word).not.toContain(word);
});

test("a request's name is our own, whatever it says, and what pages tell the gateway stays inside", async () => {
  const claimed = "claimed-by-the-outside";
  const headers = { "X-Request-Id": claimed, "Edgewise-Page-Facts": '{"route":"/x"}' };
  const names = new Set<string | null>();
  for (const as of [null, ada])
    for (const path of [address, "/nowhere", "/healthz", "/sign-in", dataTwin(address)]) {
      const { response, line } = await ask(path, { as, headers });
      expect(line.route).not.toBe("/x");
      expect([...response.headers.keys()].filter((name) => name.startsWith("edgewise"))).toEqual([]);
      names.add(response.headers.get("X-Request-Id"));
    }
  expect(names.size).toBe(10);
  expect(names).not.toContain(claimed);
});

test.each([
  ["a reader", null],
  ["a member", ada],
])("what fails for %s has one name in the log, on the page and in the answer", async (_, as) => {
  const restore = () => site.db.execute(sql`alter table if exists threads_away rename to threads`);
  onTestFinished(async () => void (await restore()));
  const unseen = await makeThread(site.db, { author: ada, category, title: "A telling title" });
  await site.db.execute(sql`alter table threads rename to threads_away`);
  const { response, text, line } = await ask(`/t/${unseen.number}/a-telling-title`, { as });
  await restore();
  expect(line).toMatchObject({ level: "error", event: "request", status: 500, route: "/t/:number/:slug?" });
  // Only the server knows the name: no script may draw this page once more.
  expect(text).not.toContain("<script");
  expect(text).toContain(`name this request: <code>${line.requestId}</code>`);
  const cause = linesOf(response.headers.get("X-Request-Id")).filter(({ event }) => event !== "request");
  expect(cause).toEqual([expect.objectContaining({ level: "error", name: "PostgresError" })]);
});

test("an outage is in the log as one, with the statement that was tried", async () => {
  onTestFinished(site.heal);
  await site.proxy.refuse();
  const { line } = await ask("/t/new", { as: ada });
  expect(line).toMatchObject({ level: "error", status: 503, route: "/t/new", statements: 1 });
});

test("members of staff see what their page cost; others and readers never", async () => {
  for (const as of [moderator, admin]) {
    const { response, line } = await ask(address, { as });
    expect(response.headers.get("Server-Timing")).toMatch(
      /^db;dur=[\d.]+;desc="statements: 1", cache;desc="none", total;dur=[\d.]+$/,
    );
    expect(response.headers.get("Server-Timing")).toContain(`db;dur=${line.databaseMs};`);
  }
  for (const as of [null, ada])
    for (const path of [
      "/",
      address,
      dataTwin(address),
      "/nowhere",
      "/sign-in",
      "/healthz",
      "/webhooks/clerk",
    ])
      expect((await ask(path, { as })).response.headers.get("Server-Timing"), path).toBeNull();
});

test("with LOG_REQUESTS at 0 only failures are logged", async () => {
  const quiet = await testSite();
  const fine = await quiet.fetch("/");
  await quiet.db.execute(sql`alter table threads rename to threads_away`);
  const failed = await quiet.fetch("/?sort=top");
  await expect.poll(() => linesOf(failed.headers.get("X-Request-Id"), quiet.log)).toHaveLength(2);
  expect([fine.status, failed.status]).toEqual([200, 500]);
  expect(linesOf(fine.headers.get("X-Request-Id"), quiet.log)).toEqual([]);
});
