import type { Page } from "playwright-core";
import { expect } from "vitest";
import { routePatterns } from "#test/site/writes.ts";
import { launchPlainChromium, openTab } from "./devtools.ts";
import { hardJourney } from "./hard-forum.ts";
import { eventually, heading } from "./travel.ts";

/** The routes that may be fetched before anyone has asked for them. Every other is never: a new one too. */
const SPECULATED = ["", "c/:category", "t/:number/:slug?", "u/:handle"];

/** An address of every route, and of things that are no page. */
const ADDRESSES = [
  ...routePatterns().map((pattern) => ({
    path: `/${pattern.replaceAll(/:\w+\??/g, "1").replace("*", "nowhere/at/all")}`,
    isSpeculated: SPECULATED.includes(pattern),
  })),
  { path: "/?sort=top", isSpeculated: true },
  { path: "/c/1?sort=new&after=x", isSpeculated: true },
  { path: "/t/1/1?page=2#reply-24", isSpeculated: true },
  { path: "/u/1?show=replies", isSpeculated: true },
  ...["/t/1", "/t/new?category=1", "/continue/1", "/sign-in?return_to=%2F", "/settings?saved"].map(never),
  ...["/healthz", "/webhooks/clerk", "/robots.txt", "/favicon.svg", "/assets/root.js", "/_.data"].map(never),
  ...["/c/1/feed.xml", "/mod/reports", "/admin", "/c/1.data/x", "https://example.test/c/1"].map(never),
];

function never(path: string) {
  return { path, isSpeculated: false };
}

/** The links that Chromium would fetch or draw ahead of a click, by its own account, and which of the two. */
async function candidatesOf(page: Page) {
  const devtools = await page.context().newCDPSession(page);
  let sources: { key: { action: string; url: string } }[] = [];
  devtools.on("Preload.preloadingAttemptSourcesUpdated", ({ preloadingAttemptSources }) => {
    sources = preloadingAttemptSources;
  });
  await devtools.send("Preload.enable");
  return (action: "Prefetch" | "Prerender") =>
    new Set(sources.filter(({ key }) => key.action === action).map(({ key }) => withoutHash(key.url)));
}

function withoutHash(url: string): string {
  return url.replace(/#.*/, "");
}

async function addLinks(page: Page, links: { path: string; rel?: string }[]): Promise<string[]> {
  return page.evaluate((links) => {
    return links.map(({ path, rel }) => {
      const link = Object.assign(document.createElement("a"), { href: path, textContent: path });
      if (rel) link.rel = rel;
      document.querySelector("main")?.append(link, document.createElement("br"));
      return link.href;
    });
  }, links);
}

hardJourney("Only readers' pages are fetched before a click", async ({ site, forum, visit }) => {
  for (const address of ["/", `/c/${forum.category}`, `${forum.path}?page=2`, `/u/${forum.member.handle}`]) {
    const page = await visit();
    const candidates = await candidatesOf(page);
    await page.goto(address);
    const own = await page.locator("a[href]:not([rel~=nofollow],[aria-current])").evaluateAll((links) =>
      // What leads to a place on this page is no other page.
      links
        .map((link) => (link as HTMLAnchorElement).href)
        .filter((href) => href.replace(/#.*/, "") !== location.href),
    );
    await addLinks(page, ADDRESSES);
    await addLinks(page, [{ path: "/c/opted-out", rel: "nofollow" }]);
    await addLinks(page, [{ path: "/c/the-last" }]);
    await eventually(() => [...candidates("Prefetch")]).toContain(`${site.origin}/c/the-last`);

    const isPage = (href: string) => /^\/($|c\/[^/]+$|u\/[^/]+$|t\/\d+\/[^/]+$)/.test(new URL(href).pathname);
    const wanted = new Set(
      [
        ...own.filter(isPage),
        ...ADDRESSES.filter(({ isSpeculated }) => isSpeculated).map(({ path }) => `${site.origin}${path}`),
        `${site.origin}/c/the-last`,
      ].map(withoutHash),
    );
    expect.soft([...candidates("Prefetch")].toSorted(), address).toEqual([...wanted].toSorted());
    expect.soft([...candidates("Prerender")].toSorted(), address).toEqual([...wanted].toSorted());
  }
});

hardJourney("Nothing is fetched ahead of a member's click", async ({ forum, visit }) => {
  const page = await visit({ as: forum.member });
  const answer = await page.goto("/");
  expect(await answer?.headerValue("Speculation-Rules")).toBeNull();
  expect(await page.locator("script[type=speculationrules], link[rel=prefetch]").count()).toBe(0);
});

hardJourney(
  "A pointer that rests on a link fetches its page, and the click needs no more",
  async ({ forum, visit }) => {
    const page = await visit();
    await page.goto(`/c/${forum.category}`);
    const link = page.getByRole("link", { name: "A short thread" });
    const [fetched] = await Promise.all([
      page.waitForRequest((request) => new URL(request.url()).pathname === forum.shortPath),
      link.hover(),
    ]);
    expect(await fetched.headerValue("Sec-Purpose")).toBe("prefetch");
    expect((await fetched.response())?.status()).toBe(200);
    await page.context().setOffline(true);
    await link.click();
    await heading(page, "A short thread").waitFor();
    const delivery = "performance.getEntriesByType('navigation')[0].deliveryType";
    expect(await page.evaluate(delivery)).toBe("navigational-prefetch");
  },
);

hardJourney(
  "A link that is pressed has its page drawn before it is let go",
  async ({ site, forum, onTestFinished }) => {
    const chromium = await launchPlainChromium();
    onTestFinished(() => chromium.kill());
    const tab = await openTab(chromium.port);
    onTestFinished(tab.close);
    const pages = () =>
      tab.events("Target.attachedToTarget").filter(({ targetInfo }) => targetInfo.type === "page");
    await eventually(() => pages().length).toBe(1);
    const [{ sessionId: first }] = pages();
    const run = async (expression: string, sessionId: string) =>
      (await tab.send("Runtime.evaluate", { expression, returnByValue: true }, sessionId)).result.value;
    await tab.send("Page.enable", {}, first);
    await tab.send("Preload.enable", {}, first);
    await tab.send("Page.navigate", { url: `${site.origin}/c/${forum.category}` }, first);
    const link = `document.querySelector('a[href="${forum.shortPath}"]')`;
    await eventually(() => run(`document.readyState === "complete" && ${link} !== null`, first)).toBe(true);
    const candidates = () =>
      JSON.stringify(tab.events("Preload.preloadingAttemptSourcesUpdated").at(-1)?.preloadingAttemptSources);
    await eventually(candidates).toContain(`"Prerender","url":"${site.origin}${forum.shortPath}"`);
    const [x, y] = await run(
      `${link}.scrollIntoView(), (({ x, y }) => [x + 5, y + 5])(${link}.getBoundingClientRect())`,
      first,
    );
    const mouse = (type: string) =>
      tab.send("Input.dispatchMouseEvent", { type, x, y, button: "left", clickCount: 1 }, first);
    await mouse("mouseMoved");
    await mouse("mousePressed");
    await eventually(() => tab.events("Preload.prerenderStatusUpdated").at(-1)?.status).toBe("Ready");
    const [, { sessionId: second, targetInfo }] = pages();
    expect(targetInfo.subtype).toBe("prerender");
    expect(await run("document.prerendering", second)).toBe(true);

    await mouse("mouseReleased");
    await eventually(() => run("document.prerendering", second)).toBe(false);
    expect(await run("location.pathname", second)).toBe(forum.shortPath);
    const activation = "performance.getEntriesByType('navigation')[0].activationStart";
    expect(await run(activation, second)).toBeGreaterThan(0);
  },
);
