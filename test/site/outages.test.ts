import { randomUUID } from "node:crypto";
import { type SQL, sql } from "drizzle-orm";
import { expect, onTestFinished, test } from "vitest";
import { verify } from "#app/db/verify.server.ts";
import { signedDelivery } from "#local/clerk/webhooks.ts";
import { makeCategory, makeReply, makeThread } from "#test/forum.ts";
import { newUserId } from "#test/people.ts";
import { type SiteRequest, testSite } from "#test/site.ts";
import { dataTwin, readAnswer } from "./answer.ts";
import { type FormOnPage, formsOf } from "./page.ts";

const site = await testSite({ counted: true });
const category = await makeCategory(site.db);
const ada = await site.makeMember();
const ben = await site.makeMember();
const thread = await makeThread(site.db, { author: ada, category, title: "A title" });
const own = await makeReply(site.db, { author: ben, thread, body: "First words." });
const address = `/t/${thread.number}`;

/** postgres-js itself would wait 30 seconds for a connection. */
const PATIENCE_MS = 25_000;

type Page = [name: string, make: () => Promise<string>, as: typeof ada | null];

/** Pages that were never asked for, so that there is no copy of them (last-good.test.ts). The front page comes first. */
const UNSEEN: Page[] = [
  ["the front page", async () => "/", null],
  ["a category", async () => `/c/${await makeCategory(site.db)}`, null],
  ["a thread", newThreadPath, null],
  ["a member's page", async () => `/u/${(await site.makeMember()).handle}`, null],
];

/** Pages of one person alone: of these there is never a copy. */
const PRIVATE: Page[] = [
  ["the settings", async () => "/settings", ada],
  ["the form of a new thread", async () => "/t/new", ada],
  ["the form of a reply", async () => `${address}/replies/new`, ben],
  ["the form of an edit", async () => `${address}/replies/${own}/edit`, ben],
];

async function newThreadPath(): Promise<string> {
  const { number } = await makeThread(site.db, { author: ada, category, title: "A title" });
  return `/t/${number}/a-title`;
}

/** What nobody may lose: line breaks at both ends, markup, quotes, and letters outside the basic plane. */
const TEXT = `\n\n  Two lines & <b>markup</b> "quoted" 'twice' </textarea> \\ %41 +\r\n\temoji 🦉 ünïcödé \u202eهذا\r\n\r\n`;

async function ask(path: string, request: SiteRequest = {}) {
  const answer = site.fetch(path, request);
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`${path} was not answered in time`)), PATIENCE_MS);
  const response = await Promise.race([answer, late.promise]).finally(() => clearTimeout(timer));
  return { response, html: await response.text() };
}

async function expectUnavailable(path: string, request: SiteRequest = {}): Promise<string> {
  const { response, html } = await ask(path, request);
  expect(response.status).toBe(503);
  expect(response.headers.get("Retry-After")).toBe("5");
  expect(response.headers.get("Content-Type")).toBe("text/html; charset=utf-8");
  expect(response.headers.get("Content-Security-Policy")).toContain("default-src 'none'");
  expect(html).toContain('<header class="site-header">');
  expect(html).toContain("The forum cannot reach its database just now.");
  expect(html).toContain('href="/"');
  // No word of what went wrong inside.
  expect(html).not.toMatch(/postgres|ECONN|proxy request|select |stack/i);
  return html;
}

async function one(statement: SQL): Promise<Record<string, unknown>> {
  const rows = await site.db.execute<Record<string, unknown>>(statement);
  expect(rows).toHaveLength(1);
  return rows[0] ?? {};
}

test.each([...UNSEEN, ...PRIVATE])("a refused connection: %s is a 503 page at once", async (_, make, as) => {
  onTestFinished(site.heal);
  const path = await make();
  await site.proxy.refuse();
  await expectUnavailable(path, { as });
  await site.heal();
  expect((await ask(path, { as })).response.status).toBe(200);
});

test.each([UNSEEN[2], PRIVATE[0]] as Page[])(
  "a server that takes connections and never answers: %s is a 503 page",
  async (_, make, as) => {
    onTestFinished(site.heal);
    const path = await make();
    site.proxy.fallSilent();
    await expectUnavailable(path, { as });
    await site.heal();
    expect((await ask(path, { as })).response.status).toBe(200);
  },
);

test.each([...UNSEEN.slice(1), ...PRIVATE])(
  "a connection that is cut in a statement: %s is a 503 page",
  async (_, make, as) => {
    onTestFinished(site.heal);
    const path = await make();
    site.proxy.cutOnce({ at: /select/, when: "before" });
    await expectUnavailable(path, { as });
    expect((await ask(path, { as })).response.status).toBe(200);
  },
);

test("a member, too, gets a 503 page where there is no copy, and is not asked to sign in", async () => {
  onTestFinished(site.heal);
  const path = await newThreadPath();
  await site.proxy.refuse();
  const html = await expectUnavailable(path, { as: ada });
  expect(html).not.toContain("Sign in");
});

test("the second statement's connection is cut: the page of a member is a 503 page", async () => {
  onTestFinished(site.heal);
  const path = await newThreadPath();
  site.proxy.cutOnce({ at: /thread_page/, when: "before" });
  const html = await expectUnavailable(path, { as: ada });
  expect(html).toContain(ada.handle);
});

test("what React Router's own client asks for is answered 503 too", async () => {
  onTestFinished(site.heal);
  const path = await newThreadPath();
  // The viewer is found; the thread is not.
  site.proxy.cutOnce({ at: /thread_page/, when: "before" });
  const { response } = await ask(dataTwin(path), { as: ada });
  expect([response.status, response.headers.get("Retry-After")]).toEqual([503, "5"]);
  // A member who cannot be looked up gets the readers' page. It has no script, so the browser is told to load it whole.
  await site.proxy.refuse();
  for (const each of [path, "/settings"]) {
    const answer = await readAnswer(await site.fetch(dataTwin(each), { as: ada }));
    expect(JSON.parse(answer.text)).toMatchObject({ redirect: each, reload: true });
    await expectUnavailable(each, { as: ada });
  }
  const posted = await ask(`${address}/replies/new.data`, { as: ada, form: { body: "Text." } });
  expect([posted.response.status, posted.response.headers.get("Retry-After")]).toEqual([503, "5"]);
});

test("pages that need no database are there without one", async () => {
  onTestFinished(site.heal);
  await site.proxy.refuse();
  expect((await ask("/nowhere")).response.status).toBe(404);
  expect((await ask("/nowhere", { as: ada })).response.status).toBe(404);
  expect((await ask("/sign-in")).response.status).toBe(302);
});

test("whoever is signed in can sign out", async () => {
  onTestFinished(site.heal);
  const as = await site.makeMember();
  await site.proxy.refuse();
  const { response } = await ask("/sign-out", { as, form: {} });
  expect([response.status, response.headers.get("Location")]).toEqual([303, "/"]);
  expect(response.headers.getSetCookie()).toContainEqual(expect.stringMatching(/^__session=;.*Max-Age=0/));
});

test("/healthz says that the database is away, and that it is back", async () => {
  onTestFinished(site.heal);
  await site.proxy.refuse();
  const away = await ask("/healthz");
  expect([away.response.status, JSON.parse(away.html)]).toEqual([
    503,
    { ok: false, database: "unreachable" },
  ]);
  await site.proxy.heal();
  const back = await ask("/healthz");
  expect([back.response.status, JSON.parse(back.html)]).toEqual([200, { ok: true, database: "reachable" }]);
});

test("a webhook is answered 503, so that it is sent again, and stored when it comes again", async () => {
  onTestFinished(site.heal);
  const id = newUserId();
  const data = { id, username: "grace", updated_at: Date.now() };
  const event = { type: "user.created", object: "event", timestamp: Date.now(), data };
  const deliver = () => ask("/webhooks/clerk", signedDelivery(site.clerk.env.CLERK_WEBHOOK_SECRET, event));
  const stored = () => site.db.execute(sql`select handle from members where user_id = ${id}`);
  await site.proxy.refuse();
  expect((await deliver()).response.status).toBe(503);
  await site.heal();
  expect(await stored()).toEqual([]);
  expect((await deliver()).response.status).toBe(200);
  expect(await stored()).toEqual([{ handle: "grace" }]);
});

/** A form that somebody sends while the database is away, and the rows that it makes. */
type Writing = {
  path: string;
  fields: Record<string, string>;
  /** Matches the statement that writes. */
  statement: RegExp;
  /** What it has made or changed, as one row. */
  made: SQL;
};

function newThread(): Writing {
  const submission = randomUUID();
  return {
    path: "/t/new",
    fields: { submission, title: `  <Title> & "more" 🦉 `, category, body: TEXT },
    statement: /insert into threads/,
    made: sql`select count(*)::integer as rows from thread_replies where submission = ${submission}::uuid`,
  };
}

function newReply(): Writing {
  const submission = randomUUID();
  return {
    path: `${address}/replies/new`,
    fields: { submission, replyTo: "2", body: TEXT },
    statement: /insert into thread_replies/,
    made: sql`select count(*)::integer as rows from thread_replies where submission = ${submission}::uuid`,
  };
}

function edit(revision: number): Writing {
  return {
    path: `${address}/replies/${own}/edit`,
    fields: { revision: String(revision), body: TEXT },
    statement: /update thread_replies/,
    made: sql`
      select count(*)::integer as rows from thread_replies r join threads t on t.id = r.thread_id
      where t.number = ${thread.number} and r.number = ${own}::integer and r.revision = ${revision + 1}::integer`,
  };
}

function vote(): Writing {
  return {
    path: `${address}/replies/1/vote`,
    fields: { value: "1" },
    statement: /insert into reply_votes/,
    made: sql`
      select count(*)::integer as rows from reply_votes v join thread_replies r on r.id = v.reply_id
      where v.voter_id = ${ben.id} and v.value = 1 and r.number = 1 and r.score = 1`,
  };
}

const WRITINGS: [name: string, make: () => Writing][] = [
  ["a thread", newThread],
  ["a reply", newReply],
];

/** The form of the error page, checked to hold all that was sent. */
const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;

function keptForm(html: string, { path, fields }: Writing): FormOnPage {
  const kept = formsOf(html).find(({ action }) => action === path);
  expect(html).toMatch(/<button[^>]*>Try again<\/button>/);
  // A browser sends line breaks as CR LF, however the page holds them.
  const lines = ([name, value]: [string, unknown]) => [
    name,
    typeof value === "string" ? value.replace(/\r\n?|\n/g, "\r\n") : value,
  ];
  // A form that came without a submission id has one from here on, so that it can be sent again without doubt.
  const expected = Object.entries({
    ...fields,
    submission: fields.submission ?? expect.stringMatching(UUID),
  });
  expect(Object.fromEntries((kept?.fields ?? []).map(lines))).toEqual(
    Object.fromEntries(expected.map(lines)),
  );
  expect(kept?.fields).toHaveLength(expected.length);
  expect(kept?.method).toBe("post");
  return kept as FormOnPage;
}

async function sendKept({ action, fields }: FormOnPage) {
  const { response, html } = await ask(action, { as: ben, form: fields });
  return { status: response.status, location: response.headers.get("Location"), html };
}

test.each(WRITINGS)(
  "%s that is sent while nobody answers is kept, and is sent again once",
  async (_, make) => {
    onTestFinished(site.heal);
    const writing = make();
    await site.proxy.refuse();
    const request = { as: ben, form: writing.fields };
    const first = keptForm(await expectUnavailable(writing.path, request), writing);
    // The first attempt to send it again comes too early, and loses nothing either.
    const again = keptForm(await expectUnavailable(first.action, { as: ben, form: first.fields }), writing);
    await site.heal();
    expect(await one(writing.made)).toEqual({ rows: 0 });
    const sent = await sendKept(again);
    expect([sent.status, sent.location]).toEqual([303, expect.stringMatching(/^\/t\/\d+\//)]);
    expect(await one(writing.made)).toEqual({ rows: 1 });
    expect(await sendKept(again)).toEqual(sent);
    expect(await one(writing.made)).toEqual({ rows: 1 });
  },
);

test.each(WRITINGS)(
  "%s that was stored before its connection was cut is not stored twice",
  async (_, make) => {
    onTestFinished(site.heal);
    const writing = make();
    site.proxy.cutOnce({ at: writing.statement, when: "after" });
    const kept = keptForm(await expectUnavailable(writing.path, { as: ben, form: writing.fields }), writing);
    expect(await one(writing.made)).toEqual({ rows: 1 });
    const sent = await sendKept(kept);
    expect([sent.status, sent.location]).toEqual([303, expect.stringMatching(/^\/t\/\d+\//)]);
    expect(await one(writing.made)).toEqual({ rows: 1 });
  },
);

test("an edit whose connection was cut after it was saved counts as saved when it is sent again", async () => {
  onTestFinished(site.heal);
  const writing = edit(0);
  site.proxy.cutOnce({ at: writing.statement, when: "after" });
  const kept = keptForm(await expectUnavailable(writing.path, { as: ben, form: writing.fields }), writing);
  expect(await one(writing.made)).toEqual({ rows: 1 });
  const { status } = await sendKept(kept);
  expect(status).toBe(303);
  expect(await one(writing.made)).toEqual({ rows: 1 });
});

test("an edit and a vote that are sent while nobody answers are kept, and take effect when sent again", async () => {
  onTestFinished(site.heal);
  for (const writing of [edit(1), vote()]) {
    await site.proxy.refuse();
    const kept = keptForm(await expectUnavailable(writing.path, { as: ben, form: writing.fields }), writing);
    await site.heal();
    expect(await one(writing.made)).toEqual({ rows: 0 });
    expect((await sendKept(kept)).status).toBe(303);
    expect(await one(writing.made)).toEqual({ rows: 1 });
  }
});

test("a vote whose connection was cut after it was cast is cast once", async () => {
  onTestFinished(site.heal);
  const writing = vote();
  await ask(writing.path, { as: ben, form: { value: "0" } });
  site.proxy.cutOnce({ at: writing.statement, when: "after" });
  const kept = keptForm(await expectUnavailable(writing.path, { as: ben, form: writing.fields }), writing);
  expect((await sendKept(kept)).status).toBe(303);
  expect(await one(writing.made)).toEqual({ rows: 1 });
});

test("a form without a submission id is stored once too, though its first answer was lost", async () => {
  onTestFinished(site.heal);
  const body = `Only once: ${randomUUID()}`;
  const path = `${address}/replies/new`;
  site.proxy.cutOnce({ at: /insert into thread_replies/, when: "after" });
  const html = await expectUnavailable(path, { as: ben, form: { body } });
  const kept = formsOf(html).find(({ action }) => action === path) as FormOnPage;
  expect((await sendKept(kept)).status).toBe(303);
  expect(await one(sql`select count(*)::integer as rows from thread_replies where body = ${body}`)).toEqual({
    rows: 1,
  });
});

test("somebody whose session has ended loses nothing either: no database is needed to keep their text", async () => {
  onTestFinished(site.heal);
  await site.proxy.refuse();
  const { response } = await ask("/t/new", { form: newThread().fields });
  expect([response.status, response.headers.get("Location")]).toEqual([
    303,
    expect.stringMatching(/^\/continue\//),
  ]);
});

test("after all of it every counter and number is right", async () => {
  expect(await verify(site.db)).toEqual([]);
});
