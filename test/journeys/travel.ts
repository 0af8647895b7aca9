import { sql } from "drizzle-orm";
import type { BrowserContextOptions, Locator, Page } from "playwright-core";
import { expect } from "vitest";
import type { PageLanguage } from "#app/messages/languages.ts";
import { wordsIn } from "#app/messages/words.server.ts";
import type { Words } from "#app/messages/words.ts";
import { journey, type VisitOptions } from "#test/browser.ts";
import type { TestThread } from "#test/forum.ts";
import type { TestMember } from "#test/people.ts";
import type { Site } from "#test/site.ts";

export type Tools = {
  site: Site;
  /** Whether the browser of this journey runs JavaScript. */
  hasScript: boolean;
  visit: (options?: VisitOptions) => Promise<Page>;
};

/** The same journey twice, with JavaScript off and on: nothing that people do here needs it. */
export function bothWays(name: string, travel: (tools: Tools) => Promise<void>): void {
  for (const javaScriptEnabled of [false, true])
    journey(`${name}, with JavaScript ${javaScriptEnabled ? "on" : "off"}`, ({ site, visit }) =>
      travel({
        site,
        hasScript: javaScriptEnabled,
        visit: (options) => visit({ ...options, javaScriptEnabled }),
      }),
    );
}

/** A telephone and a desk. */
export const NARROW = { viewport: { width: 375, height: 812 } } satisfies BrowserContextOptions;
export const WIDE = { viewport: { width: 1280, height: 900 } } satisfies BrowserContextOptions;

/** Goes to a path; where the page has scripts, waits until they have taken it over. */
export async function open(page: Page, path: string): Promise<void> {
  await page.goto(path);
  await takenOver(page);
}

/** Whether the page that is shown has scripts, and they run. */
export function runsScripts(page: Page): Promise<boolean> {
  return page.evaluate(() => {
    const probe = document.createElement("div");
    // A browser without JavaScript parses what is in a noscript element.
    probe.innerHTML = "<noscript><i></i></noscript>";
    return probe.querySelector("i") === null && document.scripts.length > 0;
  });
}

/** Resolves when React runs the page that is shown, at once where there is no script or scripts do not run. */
export async function takenOver(page: Page): Promise<void> {
  if (!(await runsScripts(page))) return;
  await page.waitForFunction(() =>
    Object.keys(document.querySelector("main") ?? {}).some((key) => key.startsWith("__reactProps")),
  );
}

/** The words of the language that the page is in. */
export async function wordsOn(page: Page): Promise<Words> {
  const language = await page.locator("html").getAttribute("lang");
  return wordsIn(language as PageLanguage);
}

/** Waits for something that is on its way. */
export function eventually<Value>(read: () => Value | Promise<Value>) {
  return expect.poll(read, { timeout: 20_000, interval: 20 });
}

/** Opens the form in which the signed-out may write before they sign in. */
export async function writeFirst(page: Page): Promise<void> {
  const { t } = await wordsOn(page);
  await page.getByText(t("newReply.writeFirst"), { exact: true }).click();
}

/** Opens the menu of the member whose pages they are: their profile, their settings, and the way out. */
export async function openMenu(page: Page): Promise<void> {
  await page.locator(".account > button").click();
}

/** On Clerk's sign-in page: becomes `member`. */
export async function signInAs(page: Page, member: TestMember): Promise<void> {
  await page.getByRole("heading", { name: "Sign in", level: 1 }).waitFor();
  await page.getByRole("button", { name: `@${member.handle}` }).click();
}

/** Keeps Clerk's script from the page, which would renew the session's token. */
export async function withoutClerk(page: Page): Promise<void> {
  await page.route(/clerk\.browser\.js/, (route) => route.abort());
}

/** The session goes on at Clerk, but the browser's token for it is an hour old. */
export async function expireToken(page: Page, site: Site, member: TestMember): Promise<void> {
  const { __session: value } = await site.cookiesOf(member, { expired: true });
  const sessions = (await page.context().cookies()).filter(({ name }) => name.startsWith("__session"));
  await page.context().addCookies(sessions.map(({ name }) => ({ name, value, url: site.origin })));
  await eventually(
    async () => (await page.context().cookies()).filter((cookie) => cookie.value === value).length,
  ).toBe(sessions.length);
}

export function heading(page: Page, name: string | RegExp): Locator {
  return page.getByRole("heading", { level: 1, name });
}

export function button(page: Page, name: string): Locator {
  return page.getByRole("button", { name, exact: true });
}

/** One reply on a thread's page, with what people look for on it. */
export function replyOn(page: Page, number: number) {
  const whole = page.locator(`#reply-${number}`);
  return {
    whole,
    body: whole.locator(".body"),
    up: whole.getByRole("button", { name: "Upvote" }),
    down: whole.getByRole("button", { name: "Downvote" }),
    score: whole.locator("[data-score]"),
  };
}

/** Opens the tools of a thread's head or of a reply. */
export async function openTools(within: Locator): Promise<void> {
  await within.locator(".tools > summary").click();
}

/** The head of a thread's page. */
export function threadHead(page: Page): Locator {
  return page.locator(".thread-head");
}

/** The numbers of a thread's replies that say exactly `body`. */
export async function repliesThatSay({ db }: Site, body: string, thread?: TestThread): Promise<number[]> {
  const rows = await db.execute<{ number: number }>(sql`
    select r.number from thread_replies r join threads t on t.id = r.thread_id
    where r.body = ${body} and t.number = ${thread?.number ?? sql`t.number`} order by r.number`);
  return rows.map((row) => row.number);
}

/** A vote as it stands in the database: 1, -1, or 0 for none. */
export async function voteOf(
  { db }: Site,
  voter: TestMember,
  thread: TestThread,
  number = 1,
): Promise<number> {
  const [row] = await db.execute<{ value: number }>(sql`
    select v.value from reply_votes v
    join thread_replies r on r.id = v.reply_id join threads t on t.id = r.thread_id
    where v.voter_id = ${voter.id} and t.number = ${thread.number} and r.number = ${number}::integer`);
  return row?.value ?? 0;
}
