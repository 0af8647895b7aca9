import { createHash } from "node:crypto";
import { globSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { createReply } from "#app/db/replies.server.ts";
import { picturesElsewhere } from "#app/elsewhere.server.ts";
import routes from "#app/routes.ts";
import { signedDelivery } from "#local/clerk/webhooks.ts";
import {
  type Budget,
  CEILINGS,
  FIRST_PAGE_BUDGET,
  ROUTE_BUDGETS,
  SIZE_BUDGETS,
  WORKER_BUDGETS,
} from "#test/budgets.ts";
import { makeCategory, makePictureRow, makeReply, makeThread } from "#test/forum.ts";
import { type SiteRequest, testSite, WORKER_ENV } from "#test/site.ts";

/** Somebody of whom no webhook tells. */
const newcomer = { id: "user_2bbbbbbbbbbbbbbbbbbbbbbbbbb", handle: "newcomer" };
const details = { username: "newcomer", firstName: null, lastName: null, email: null, createdAt: 1 };
const site = await testSite({ counted: true, people: [{ id: newcomer.id, ...details }] });
const { show } = picturesElsewhere({ keys: [WORKER_ENV.PICTURES_KEY] });
const category = await makeCategory(site.db);
const ada = await site.makeMember();
const moderator = await site.makeMember({ role: "moderator" });
const admin = await site.makeMember({ role: "admin" });
const thread = await makeThread(site.db, { author: ada, category, title: "A title" });
const paragraph = "Some words of a reply, as many as people write on an ordinary day. ".repeat(8);
for (let number = 2; number <= 20; number += 1)
  await makeReply(site.db, { author: ada, thread, body: paragraph });
for (let count = 1; count <= 25; count += 1) await makeThread(site.db, { author: ada, category });
const address = `/t/${thread.number}`;
const pictured = await makeThread(site.db, { author: ada, category, title: "Pictures" });
for (let number = 2; number <= 20; number += 1) {
  const hash = createHash("md5").update(String(number)).digest("hex");
  const uploads = [1200, 800].map((width) => `![A picture of something](/media/${hash}-${width}x600.webp)`);
  const others = ["a", "b"].map(
    (name) => `![Another|690x388](https://pictures.example.com/${hash}/${name}.png)`,
  );
  const body = [paragraph, ...uploads, ...others].join("\n\n");
  const reply = {
    thread: pictured.number,
    authorId: ada.id,
    body,
    replyTo: null,
    submission: crypto.randomUUID(),
  };
  await createReply(site.db, reply, show);
}

type Visit = {
  path: string;
  /** What GET ends in, for readers and for members. An address that only takes forms refuses it. */
  statuses: [reader: number | "refused", member: number | "refused"];
  /** What the address takes with POST. */
  form?: Record<string, string>;
  /** What POST ends in, where that is not the way to what was written. */
  ends?: number;
  as?: typeof ada;
};

/** One visit for each address of app/routes.ts. Every write is one that changes something; a preview changes nothing. */
const VISITS: Record<string, Visit> = {
  "/": { path: "/", statuses: [200, 200] },
  "c/:category": { path: `/c/${category}`, statuses: [200, 200] },
  "t/new": { path: "/t/new", statuses: [303, 200], form: { title: "Another", category, body: "Text." } },
  "t/:number/:slug?": {
    path: `${address}/a-title`,
    statuses: [200, 200],
    form: { body: "A reply.", preview: "true" },
    ends: 200,
  },
  "t/:number/moderation/lock": {
    path: `${address}/moderation/lock`,
    statuses: ["refused", "refused"],
    form: { locked: "false" },
    as: moderator,
  },
  "t/:number/moderation/pin": {
    path: `${address}/moderation/pin`,
    statuses: ["refused", "refused"],
    form: { pinned: "true" },
    as: moderator,
  },
  "t/:number/replies/new": {
    path: `${address}/replies/new?to=2&quote`,
    statuses: [303, 200],
    form: { body: "A reply.", replyTo: "2" },
  },
  "t/:number/replies/:reply/edit": {
    path: `${address}/replies/2/edit`,
    statuses: [303, 200],
    form: { body: "Other words.", revision: "0" },
  },
  "t/:number/replies/:reply/delete": {
    path: `${address}/replies/3/delete`,
    statuses: ["refused", "refused"],
    form: { deleted: "true" },
  },
  "t/:number/replies/:reply/vote": {
    path: `${address}/replies/2/vote`,
    statuses: ["refused", "refused"],
    form: { value: "1" },
    as: moderator,
  },
  "u/:handle": { path: `/u/${ada.handle}?show=replies`, statuses: [200, 200] },
  settings: {
    path: "/settings",
    statuses: [303, 200],
    form: { handle: "another-handle", colorScheme: "dark", dateStyle: "absolute" },
    as: moderator,
  },
  media: { path: "/media", statuses: ["refused", "refused"] },
  "settings/pictures": {
    path: "/settings/pictures",
    statuses: [303, 200],
    form: { hash: await makePictureRow(site.db, moderator) },
    as: moderator,
  },
  "u/:handle/pictures": {
    path: `/u/${ada.handle}/pictures`,
    statuses: [303, 200],
    form: { hash: await makePictureRow(site.db, ada) },
    as: admin,
  },
  "sign-in": { path: "/sign-in", statuses: [302, 302] },
  "sign-up": { path: "/sign-up", statuses: [302, 302] },
  "sign-out": { path: "/sign-out", statuses: ["refused", "refused"], form: {}, as: moderator },
  "continue/:id": { path: "/continue/none", statuses: [404, 404] },
  "*": { path: "/nowhere", statuses: [404, 404] },
};

const patterns = routes.map((route) => ("index" in route && route.index ? "/" : String(route.path)));

/** Answers what a request cost, once it ended as it should. */
async function cost(path: string, request: SiteRequest, status: number | "refused"): Promise<Budget> {
  const { statements, roundTrips, connections, prepared, sql } = await site.proxy.count(async () => {
    const response = await site.fetch(path, request);
    await response.text();
    const isRefused = response.status >= 400 && response.status < 500;
    expect(status === "refused" && isRefused ? status : response.status).toBe(status);
  });
  expect(statements, "statements are counted in two ways").toBe(sql.length);
  expect(connections, "no more connections than statements").toBeLessThanOrEqual(statements);
  expect(prepared, "statements that stay prepared").toBe(0);
  return { statements, roundTrips };
}

test("every address of app/routes.ts has a budget and a visit, and nothing else has", () => {
  expect(Object.keys(ROUTE_BUDGETS).sort()).toEqual([...patterns].sort());
  expect(Object.keys(VISITS).sort()).toEqual([...patterns].sort());
});

test("no budget allows more than the rules", () => {
  const tooDear = Object.entries(ROUTE_BUDGETS).flatMap(([address, budgets]) =>
    Object.entries(CEILINGS).flatMap(([who, ceiling]) => {
      const { statements, roundTrips } = budgets[who as keyof typeof CEILINGS] ?? ceiling;
      const isDear = statements > ceiling.statements || roundTrips > ceiling.roundTrips;
      return isDear ? [`${address}, ${who}`] : [];
    }),
  );
  expect(tooDear).toEqual([]);
});

test.each(patterns)("%s costs what its budget says", async (pattern) => {
  const { path, statuses, form, ends = 303, as = ada } = VISITS[pattern] as Visit;
  const budget = ROUTE_BUDGETS[pattern];
  const [reader, member] = statuses;
  expect({
    reader: await cost(path, {}, reader),
    member: await cost(path, { as }, member),
    ...(form && { write: await cost(path, { as, form }, ends) }),
  }).toEqual(budget);
});

test("a form of somebody who is signed out costs the database nothing", async () => {
  expect(await cost("/t/new", { form: { title: "A title", category, body: "Text." } }, 303)).toEqual({
    statements: 0,
    roundTrips: 0,
  });
});

test("the first page of a member makes their row, and costs no more round trips than any", async () => {
  expect(await cost("/t/new", { as: newcomer }, 200)).toEqual(FIRST_PAGE_BUDGET);
  expect(FIRST_PAGE_BUDGET.roundTrips).toBeLessThanOrEqual(CEILINGS.member.roundTrips);
  expect(await cost("/t/new", { as: newcomer }, 200)).toEqual(ROUTE_BUDGETS["t/new"]?.member);
});

test("the Worker's own answers cost what their budgets say", async () => {
  const { id } = await site.clerk.createPerson({
    username: "grace",
    firstName: null,
    lastName: null,
    email: null,
  });
  const event = { type: "user.deleted", object: "event", timestamp: Date.now(), data: { id, deleted: true } };
  const { body, headers } = signedDelivery(site.clerk.env.CLERK_WEBHOOK_SECRET, event);
  expect({
    "/healthz": await cost("/healthz", {}, 200),
    "/manifest.webmanifest": await cost("/manifest.webmanifest", {}, 200),
    "/webhooks/clerk": await cost("/webhooks/clerk", { body, headers }, 200),
  }).toEqual(WORKER_BUDGETS);
});

const SIZED: Record<string, [path: string, as?: typeof ada]> = {
  "the home page, for readers": ["/"],
  "a full page of a thread, for readers": [`${address}/a-title`],
  "a full page of a thread with 80 pictures, for readers": [`/t/${pictured.number}/pictures`],
  "a full page of a thread, for members": [`${address}/a-title`, ada],
};

test.each(Object.entries(SIZED))("%s is no larger than its budget", async (name, [path, as]) => {
  const html = await (await site.fetch(path, { as })).text();
  const linked = [...html.matchAll(/<link [^>]*>/g)].map(([link]) => link);
  const named = (rel: string) => linked.filter((link) => link.includes(`rel="${rel}"`)).map(hrefOf);
  const scripts = named("modulepreload");
  const later = await importedLater(scripts);
  const size = {
    html: kibibytes(html),
    css: await sizeOf(named("stylesheet")),
    // Where there are scripts, the texts of the page's language come with them.
    js: await sizeOf(scripts.length > 0 ? [...scripts, catalogueFile()] : []),
    later: await sizeOf(later.filter((file) => !scripts.includes(file) && !isCatalogue(file))),
  };
  const budget = SIZE_BUDGETS[name];
  expect(size.css > 0).toBe(as !== undefined);
  expect(size.html).toBeLessThanOrEqual(budget?.html ?? 0);
  expect(size.css).toBeLessThanOrEqual(budget?.css ?? 0);
  expect(size.js).toBeLessThanOrEqual(budget?.js ?? 0);
  expect(size.later > 0).toBe(as !== undefined);
  expect(size.later).toBeLessThanOrEqual(budget?.later ?? 0);
});

function hrefOf(link: string): string {
  return /href="([^"]+)"/.exec(link)?.[1] ?? "";
}

/** What scripts load when they run, by the path of each. */
async function importedLater(scripts: string[]): Promise<string[]> {
  const texts = await Promise.all(scripts.map(async (file) => (await site.fetch(file)).text()));
  return texts.flatMap((text) =>
    [...text.matchAll(/\bimport\([`"']\.\/([^`"']+)/g)].map(([, file]) => `/assets/${file}`),
  );
}

/** Of the texts of each language a page has those of its own, which are counted with what it names. */
function isCatalogue(file: string): boolean {
  return /\/(en|de|pseudo)-/.test(file);
}

/** The script that has the English texts. */
function catalogueFile(): string {
  const [file = ""] = globSync("en-*.js", { cwd: "build/client/assets" });
  return `/assets/${file}`;
}

async function sizeOf(files: string[]): Promise<number> {
  let sum = 0;
  for (const file of new Set(files)) sum += kibibytes(await (await site.fetch(file)).text());
  return sum;
}

/** As a server sends it: after gzip. */
function kibibytes(text: string): number {
  return gzipSync(text).length / 1024;
}
