import { sql } from "drizzle-orm";
import type { Page } from "playwright-core";
import type { PlainKey } from "#app/messages/catalogue.ts";
import type { Site } from "#test/site.ts";
import { HARD_BODY, type HardForum } from "./hard-forum.ts";
import {
  button,
  heading,
  open,
  openTools,
  replyOn,
  runsScripts,
  threadHead,
  withoutClerk,
  wordsOn,
  writeFirst,
} from "./travel.ts";

type Role = "member" | "moderator" | "suspended";

/** One state of one page: who sees it, and how they get there. */
export type Scene = {
  name: string;
  as: Role | null;
  go: (page: Page, forum: HardForum, site: Site) => Promise<unknown>;
  /** What is asked for there takes its place above what stands there already, which is meant. */
  isMoving?: true;
  /** Puts right what `go` broke. */
  after?: (site: Site) => Promise<unknown>;
};

function at(address: (forum: HardForum) => string): Scene["go"] {
  return (page, forum) => open(page, address(forum));
}

const replies = ({ thread }: HardForum) => `/t/${thread.number}/replies`;

/** Presses the button that says this in the page's language. */
async function press(page: Page, name: PlainKey): Promise<void> {
  const { t } = await wordsOn(page);
  const answered = page.waitForEvent("framenavigated");
  await button(page, t(name)).click();
  await answered;
  await page.waitForLoadState();
}

async function field(page: Page, label: PlainKey) {
  const { t } = await wordsOn(page);
  return page.getByLabel(t(label), { exact: true });
}

/** Asks for the preview, which appears without leaving the page. */
async function showPreview(page: Page): Promise<void> {
  const { t } = await wordsOn(page);
  await button(page, t("form.preview")).click();
  await page.getByRole("region", { name: t("form.preview") }).waitFor();
}

async function headed(page: Page, key: PlainKey): Promise<void> {
  const { t } = await wordsOn(page);
  await heading(page, t(key)).waitFor();
}

/** Types a reply under the thread and sends it. */
async function sendReply(page: Page, text: string): Promise<void> {
  const body = await field(page, "newReply.body");
  await body.evaluate((element, value) => {
    (element as HTMLTextAreaElement).value = value;
  }, text);
  await press(page, "newReply.post");
}

const SHARED_PAGES: Omit<Scene, "as">[] = [
  { name: "the home page", go: at(() => "/") },
  { name: "a category", go: at(({ category }) => `/c/${category}`) },
  { name: "a thread", go: at(({ path }) => path) },
  { name: "a thread's second page", go: at(({ path }) => `${path}?page=2`) },
  { name: "a member's replies", go: at(({ member }) => `/u/${member.handle}?show=replies`) },
  { name: "a thread with pictures", go: at(({ picturedPath }) => picturedPath) },
  { name: "error 404", go: at(() => "/nowhere/at/all") },
];

const SIGNED_OUT: Omit<Scene, "as">[] = [
  ...SHARED_PAGES,
  { name: "an empty category", go: at(({ empty }) => `/c/${empty}`) },
  { name: "a locked thread", go: at(({ lockedPath }) => lockedPath) },
  { name: "a member's threads", go: at(({ member }) => `/u/${member.handle}`) },
  { name: "a member without a thread", go: at(({ suspended }) => `/u/${suspended.handle}`) },
  { name: "error 400", go: at(() => "/?sort=sideways") },
  {
    name: "a held reply",
    go: async (page, { path }) => {
      await open(page, path);
      await writeFirst(page);
      await sendReply(page, HARD_BODY);
      await headed(page, "held.signIn");
    },
  },
  {
    name: "error 403",
    go: async (page, _forum, site) => {
      await page.goto("about:blank");
      await page.setContent(
        `<form method="post" action="${site.origin}/t/new"><button>Forge</button></form>`,
      );
      const answered = page.waitForEvent("framenavigated");
      await button(page, "Forge").click();
      await answered;
      await page.waitForLoadState();
    },
  },
  {
    name: "error 413",
    go: async (page, { path }) => {
      await open(page, path);
      await writeFirst(page);
      await (await field(page, "newReply.body")).evaluate((element) => {
        element.insertAdjacentHTML(
          "afterend",
          `<input type="hidden" name="more" value="${"x".repeat(1_100_000)}">`,
        );
      });
      await sendReply(page, "Too much");
    },
  },
  {
    name: "error 500",
    go: async (page, _forum, { db }) => {
      await db.execute(sql`alter table categories rename to categories_elsewhere`);
      await page.goto("/");
    },
    after: ({ db }) => db.execute(sql`alter table categories_elsewhere rename to categories`),
  },
  {
    name: "error 503",
    go: async (page, _forum, { proxy }) => {
      await proxy.refuse();
      await page.goto("/");
    },
    after: ({ heal }) => heal(),
  },
];

const OF_MEMBERS: Omit<Scene, "as">[] = [
  ...SHARED_PAGES,
  { name: "the form of a new thread", go: at(({ category }) => `/t/new?category=${category}`) },
  {
    name: "a new thread with errors",
    go: async (page) => {
      await open(page, "/t/new");
      await (await field(page, "field.title")).fill("x".repeat(300));
      await press(page, "newThread.post");
    },
  },
  {
    name: "a new thread's preview",
    isMoving: true,
    go: async (page) => {
      await open(page, "/t/new");
      await (await field(page, "field.title")).fill("W".repeat(200));
      await (await field(page, "newThread.body")).fill(HARD_BODY);
      await showPreview(page);
    },
  },
  {
    name: "a reply's preview under its thread",
    isMoving: true,
    go: async (page, { shortPath }) => {
      await open(page, shortPath);
      await (await field(page, "newReply.body")).fill(HARD_BODY);
      await showPreview(page);
      await (await field(page, "newReply.body")).fill(`${HARD_BODY}\n\nAnd more.`);
      await page.getByText((await wordsOn(page)).t("help.title")).click();
    },
  },
  {
    name: "an unsent text that is back",
    go: async (page, { shortPath }) => {
      await open(page, shortPath);
      await (await field(page, "newReply.body")).fill(HARD_BODY);
      await open(page, shortPath);
      const discard = page.getByRole("button", { name: (await wordsOn(page)).t("unsent.discard") });
      if (await runsScripts(page)) await discard.waitFor();
    },
  },
  { name: "a reply to somebody", go: at((forum) => `${replies(forum)}/new?to=2`) },
  { name: "a reply that quotes", go: at((forum) => `${replies(forum)}/new?to=2&quote=true`) },
  {
    name: "a reply with errors",
    go: async (page, forum) => {
      await open(page, `${replies(forum)}/new?to=2`);
      await press(page, "newReply.post");
    },
  },
  { name: "the edit of a thread", go: at((forum) => `${replies(forum)}/1/edit`) },
  {
    name: "an edit that somebody else overtook",
    go: async (page, forum, { db }) => {
      await open(page, `${replies(forum)}/2/edit`);
      await db.execute(sql`
        update thread_replies set revision = revision + 1
        where number = 2 and thread_id = (select id from threads where number = ${forum.thread.number})`);
      await (await field(page, "newReply.body")).fill(`${HARD_BODY}\n\nAnd more.`);
      await press(page, "form.save");
    },
  },
  { name: "the settings", go: at(() => "/settings") },
  { name: "one's own pictures", go: at(() => "/settings/pictures") },
  { name: "saved settings", go: at(() => "/settings?saved") },
  {
    name: "settings with errors",
    go: async (page) => {
      await open(page, "/settings");
      await (await field(page, "field.handle")).fill("not a handle");
      await press(page, "form.save");
    },
  },
  { name: "error 403", go: at((forum) => `${replies(forum)}/3/edit`) },
  {
    name: "error 503 after posting",
    go: async (page, { path }, { proxy }) => {
      await open(page, path);
      await proxy.refuse();
      await sendReply(page, HARD_BODY);
    },
    after: ({ heal }) => heal(),
  },
];

const OF_OTHERS: Scene[] = [
  { name: "a thread", as: "moderator", go: at(({ shortPath }) => shortPath) },
  { name: "a locked thread", as: "moderator", go: at(({ lockedPath }) => lockedPath) },
  { name: "a thread", as: "suspended", go: at(({ shortPath }) => shortPath) },
  {
    name: "a thread with the moderator's tools open",
    as: "moderator",
    go: async (page, { path }) => {
      await open(page, path);
      await openTools(threadHead(page));
    },
  },
  {
    name: "a thread with the tools of a reply open",
    as: "member",
    // The last one: the tools of another would cover a part of the next reply's links.
    go: async (page, { path }) => {
      await open(page, `${path}?page=2`);
      await openTools(replyOn(page, 24).whole);
    },
  },
  { name: "the form of a new thread", as: "suspended", go: at(() => "/t/new") },
  { name: "the settings", as: "suspended", go: at(() => "/settings") },
  {
    name: "a held reply, signed in again",
    as: "moderator",
    go: async (page, { path }) => {
      await withoutClerk(page);
      await open(page, path);
      await page.context().clearCookies({ name: /^__session/ });
      await sendReply(page, HARD_BODY);
      await headed(page, "held.ready");
    },
  },
];

/** Every page that the signed-out may see, in every state that looks different. */
export const READERS_SCENES: Scene[] = SIGNED_OUT.map((scene) => ({ ...scene, as: null }));

/** The same for those who are signed in. */
export const MEMBERS_SCENES: Scene[] = [
  ...OF_MEMBERS.map((scene) => ({ ...scene, as: "member" as const })),
  ...OF_OTHERS,
];
