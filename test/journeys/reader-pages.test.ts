import type { Page } from "playwright-core";
import { expect } from "vitest";
import { hardJourney } from "./hard-forum.ts";
import { button, heading, open } from "./travel.ts";

const HOSTILE = `<script>document.title = "hacked"</script> <img src=x onerror="document.title='hacked'">
[a link](javascript:document.title='hacked') <a href="javascript:alert(1)">b</a> ![p](https://example.test/x.png)
<svg onload="document.title='hacked'"> <style>body { display: none }</style>`;

/** What a browser asked for to show a page, and the scripts that it ran. */
async function watch(page: Page, act: () => Promise<unknown>) {
  const requests: string[] = [];
  page.on("request", (request) =>
    requests.push(`${request.resourceType()} ${new URL(request.url()).pathname}`),
  );
  await page.coverage.startJSCoverage();
  await act();
  await page.waitForLoadState("networkidle");
  const scripts = (await page.coverage.stopJSCoverage()).map(({ url }) => url);
  // Browsers fetch the icon once and keep it.
  return { requests: requests.filter((request) => !request.endsWith("/favicon.svg")), scripts };
}

hardJourney(
  "A reader's page is one document with its stylesheet in it, and runs no script",
  async ({ forum, visit }) => {
    const { path, lockedPath, category, empty, member } = forum;
    const member_ = `/u/${member.handle}`;
    const addresses = [
      "/",
      "/?sort=top",
      `/c/${category}`,
      `/c/${empty}`,
      path,
      `${path}?page=2`,
      lockedPath,
      member_,
    ];
    for (const address of [...addresses, `${member_}?show=replies`, "/nowhere", "/?sort=sideways"]) {
      const page = await visit({ javaScriptEnabled: true });
      const { requests, scripts } = await watch(page, () => page.goto(address));
      expect.soft(requests, address).toEqual([`document ${address.split("?")[0]}`]);
      // What the policy does not allow is there and has no rules.
      const rules = await page.evaluate(() => [...document.styleSheets].map((each) => each.cssRules.length));
      expect.soft(rules, address).toEqual([expect.any(Number)]);
      expect.soft(rules[0], address).toBeGreaterThan(0);
      expect.soft(scripts, address).toEqual([]);
      expect.soft(await page.evaluate(() => document.scripts.length), address).toBe(0);
      expect.soft((await page.context().cookies()).length, address).toBe(0);
    }
  },
);

hardJourney("A reader who goes on to the next page fetches one document", async ({ site, forum, visit }) => {
  const page = await visit({ javaScriptEnabled: true });
  await page.goto("/");
  await page.waitForLoadState("networkidle");
  const { statements } = await site.proxy.count(async () => {
    const { requests, scripts } = await watch(page, async () => {
      await page.getByRole("link", { name: "A locked and pinned thread" }).first().click();
      await heading(page, /A locked and pinned thread/).waitFor();
    });
    // The press may have fetched it before the click asked for it: Playwright then tells of one request twice.
    expect(new Set(requests.map((request) => request.replace(/^(document|other) /, "")))).toEqual(
      new Set([forum.lockedPath]),
    );
    expect(scripts).toEqual([]);
  });
  expect(statements).toBeLessThanOrEqual(1);
});

hardJourney("Nothing hostile in a post runs, for readers and for members", async ({ forum, visit }) => {
  const author = await visit({ as: forum.moderator });
  await open(author, "/t/new");
  await author.getByLabel("Title").fill(`<script>document.title = "hacked"</script>`);
  await author.getByLabel("Category").selectOption(forum.empty);
  await author.getByLabel("Your post").fill(HOSTILE);
  await button(author, "Post thread").click();
  await heading(author, "<script>").waitFor();
  const address = new URL(author.url()).pathname;

  for (const as of [null, forum.member]) {
    const page = await visit({ as });
    const asked: string[] = [];
    page.on("request", (request) => asked.push(new URL(new URL(request.url()).origin).hostname));
    await open(page, address);
    const body = page.locator("#reply-1 .body");
    expect(await body.textContent()).toContain(`<script>document.title = "hacked"</script>`);
    expect(
      await body.locator("script, img, svg, style, [onerror], [onload], [href^=javascript]").count(),
    ).toBe(0);
    expect(await page.title()).toContain(`<script>document.title = "hacked"</script>`);
    expect([...new Set(asked)]).toEqual(["localhost"]);
  }
});
