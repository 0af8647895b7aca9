import type { Browser, BrowserContext, BrowserContextOptions, Page } from "playwright-core";
import { test as base } from "vitest";
import { launchChromium } from "#local/chromium.ts";
import type { TestMember } from "./people.ts";
import { type Site, startSite } from "./site.ts";

export type VisitOptions = Omit<BrowserContextOptions, "baseURL"> & {
  /** Who is signed in in this browser; nobody by default. */
  as?: TestMember | null;
};

/** A browser of its own (cookies, storage) on this site; paths in `page.goto` are paths of the site. */
export async function openContext(
  browser: Browser,
  site: Site,
  { as, ...options }: VisitOptions = {},
): Promise<BrowserContext> {
  const context = await browser.newContext({ ...options, baseURL: site.origin });
  if (as) await signInContext(context, site, as);
  return context;
}

/** Gives a browser the cookies that it has after signing in at Clerk; Clerk's own among them, so that the session goes on. */
export async function signInContext(context: BrowserContext, site: Site, member: TestMember): Promise<void> {
  const cookies = Object.entries(await site.cookiesOf(member));
  await context.addCookies(
    cookies.map(([name, value]) => ({ name, value, url: site.origin, httpOnly: name === "__client" })),
  );
}

/**
 * `test` for journeys: `site` and `browser` live as long as the file, and `visit` opens a page in a browser of its
 * own that is closed after the test. Pages are not kept. Nothing is started where every test is skipped.
 */
export const journey = base
  // biome-ignore lint/correctness/noEmptyPattern: Vitest reads from the pattern which fixtures a fixture needs
  .extend("site", { scope: "file" }, async ({}, { onCleanup }) => {
    // Journeys write behind the forum's back. What is kept has a journey of its own.
    const site = await startSite({ cache: false });
    onCleanup(() => site.stop());
    return site;
  })
  // biome-ignore lint/correctness/noEmptyPattern: as above
  .extend("browser", { scope: "file" }, async ({}, { onCleanup }) => {
    const browser = await launchChromium();
    onCleanup(() => browser.close());
    return browser;
  })
  .extend("visit", async ({ site, browser }, { onCleanup }) => {
    const contexts: BrowserContext[] = [];
    onCleanup(async () => {
      for (const context of contexts) await context.close();
    });
    return async (options?: VisitOptions): Promise<Page> => {
      const context = await openContext(browser, site, options);
      contexts.push(context);
      return context.newPage();
    };
  });
