import type { Page } from "playwright-core";
import { expect } from "vitest";
import { journey } from "#test/browser.ts";
import { makeCategory } from "#test/forum.ts";
import { hardJourney } from "./hard-forum.ts";
import { layoutShift, overflow } from "./inspect.ts";
import { heading, NARROW, open, takenOver, WIDE } from "./travel.ts";

hardJourney("Nothing moves while a page loads on a telephone", async ({ forum, visit }) => {
  const { path, category, member } = forum;
  const shared = ["/", `/c/${category}`, path, `/u/${member.handle}`];
  for (const as of [null, member])
    for (const address of as ? [...shared, "/settings"] : shared) {
      const page = await visit({ as, ...NARROW });
      await open(page, address);
      expect.soft(await layoutShift(page), `${address} for ${as?.handle}`).toBe(0);
    }
});

for (const javaScriptEnabled of [false, true])
  hardJourney(
    `The keyboard reaches everything, and one sees where it is (JavaScript ${javaScriptEnabled})`,
    async ({ forum, visit }) => {
      const page = await visit({ as: forum.moderator, javaScriptEnabled });
      for (const address of ["/", forum.lockedPath, `${forum.path}?page=2`, "/t/new", "/settings"]) {
        await open(page, address);
        const stops = await tabThrough(page);
        expect.soft(stops.length, address).toBeGreaterThan(8);
        expect
          .soft(
            stops.filter(({ isMarked }) => !isMarked),
            address,
          )
          .toEqual([]);
        expect
          .soft(
            stops.filter(({ isInView }) => !isInView),
            address,
          )
          .toEqual([]);
      }
    },
  );

type Stop = { name: string; isMarked: boolean; isInView: boolean };

/** Presses Tab from the top of the page until the focus leaves it. */
async function tabThrough(page: Page): Promise<Stop[]> {
  const stops: Stop[] = [];
  for (;;) {
    await page.keyboard.press("Tab");
    const stop = await page.evaluate((): Stop | null => {
      const element = document.activeElement;
      if (!element || element === document.body) return null;
      const { outlineStyle, outlineWidth } = getComputedStyle(element);
      const { top, bottom } = element.getBoundingClientRect();
      return {
        name: `${element.localName} ${element.textContent?.trim().slice(0, 30)}`,
        isMarked: outlineStyle !== "none" && Number.parseFloat(outlineWidth) >= 2,
        isInView: bottom > 0 && top < innerHeight,
      };
    });
    if (!stop || stops.length > 150) return stops;
    stops.push(stop);
  }
}

for (const javaScriptEnabled of [false, true])
  hardJourney(
    `The skip link leads past the header (JavaScript ${javaScriptEnabled})`,
    async ({ forum, visit }) => {
      for (const as of [null, forum.member]) {
        const page = await visit({ as, javaScriptEnabled });
        await open(page, `/c/${forum.category}`);
        await page.keyboard.press("Tab");
        const skip = page.getByRole("link", { name: "Skip to the content" });
        expect(await skip.evaluate((link) => link === document.activeElement)).toBe(true);
        expect((await skip.boundingBox())?.y).toBeGreaterThanOrEqual(0);
        await page.keyboard.press("Enter");
        await page.keyboard.press("Tab");
        expect(await page.evaluate(() => document.activeElement?.closest("main") !== null)).toBe(true);
        expect(await skip.evaluate((link) => link.getBoundingClientRect().bottom)).toBeLessThanOrEqual(0);
      }
    },
  );

hardJourney("Whoever wants less motion gets none", async ({ forum, visit }) => {
  for (const reducedMotion of ["no-preference", "reduce"] as const) {
    const page = await visit({ reducedMotion });
    await page.addInitScript(() => {
      addEventListener("pagereveal", ({ viewTransition }) => {
        document.documentElement.dataset.moved = String(viewTransition !== null);
      });
    });
    await open(page, "/");
    await page.getByRole("link", { name: "Nothing yet" }).click();
    await heading(page, "Nothing yet").waitFor();
    await takenOver(page);
    expect(await page.locator("html").getAttribute("data-moved")).toBe(
      String(reducedMotion === "no-preference"),
    );
    await open(page, forum.path);
    const moving = await page.evaluate(() =>
      [...document.querySelectorAll("*")]
        .filter((element) => {
          const { transitionDuration, animationName, scrollBehavior } = getComputedStyle(element);
          return transitionDuration !== "0s" || animationName !== "none" || scrollBehavior !== "auto";
        })
        .map((element) => element.localName),
    );
    if (reducedMotion === "reduce") expect(moving).toEqual([]);
  }
});

hardJourney("All pages begin and end at the same two lines", async ({ forum, visit }) => {
  const { path, category, member, thread } = forum;
  for (const view of [NARROW, WIDE]) {
    const page = await visit({ as: member, ...view });
    const edges = async (address: string) => {
      await open(page, address);
      return page.evaluate(() =>
        [".site-bar", "main", ".site-footer"].map((name) => {
          const element = document.querySelector(name) as HTMLElement;
          const { left, right } = element.getBoundingClientRect();
          const { paddingLeft, paddingRight } = getComputedStyle(element);
          return [left + Number.parseFloat(paddingLeft), right - Number.parseFloat(paddingRight)].map(
            Math.round,
          );
        }),
      );
    };
    const [bar = [], content = [], footer] = await edges("/");
    expect(bar).toEqual(footer);
    expect(content[1]).toBe(bar[1]);
    const others = [
      `/c/${category}`,
      path,
      `/u/${member.handle}`,
      "/settings",
      "/t/new",
      `/t/${thread.number}/replies/new`,
      "/nowhere",
    ];
    for (const address of others)
      expect.soft([address, await edges(address)]).toEqual([address, [bar, content, footer]]);
  }
});

hardJourney("On a telephone, whatever a list links to can be hit with a thumb", async ({ forum, visit }) => {
  const { category, empty, member } = forum;
  const page = await visit({ as: member, ...NARROW, hasTouch: true, isMobile: true });
  for (const address of ["/", "/?sort=top", `/c/${category}`, `/c/${empty}`, `/u/${member.handle}`]) {
    await open(page, address);
    await page.locator(".sidebar summary").click();
    const small = await page.evaluate(() =>
      [
        ...document.querySelectorAll(
          ".site-bar :is(a, button), .sidebar :is(a, summary), main :is(a, button)",
        ),
      ]
        .map((element) => ({ text: element.textContent ?? "", ...element.getBoundingClientRect().toJSON() }))
        .filter(({ width, height }) => width > 0 && (width < 44 || height < 44))
        .map(({ text, width, height }) => `${text.slice(0, 40)}: ${width} × ${height}`),
    );
    expect.soft([address, small]).toEqual([address, []]);
  }
});

journey(
  "The categories are folded on a telephone, and stand beside the content on a desk",
  async ({ site, visit }) => {
    const category = await makeCategory(site.db, { name: "Where to go" });
    for (const javaScriptEnabled of [false, true]) {
      const page = await visit({ as: await site.makeMember(), ...NARROW, javaScriptEnabled });
      await open(page, "/");
      const link = page.getByRole("link", { name: "Where to go", exact: true });
      expect(await link.isVisible()).toBe(false);
      await page.locator(".sidebar summary").click();
      await link.click();
      await heading(page, "Where to go").waitFor();
      // It is folded again on the page that it led to.
      expect(await link.isVisible()).toBe(false);
      await page.setViewportSize(WIDE.viewport);
      expect(await link.getAttribute("aria-current")).toBe("page");
      const [aside, content] = [await link.boundingBox(), await page.locator("main").boundingBox()];
      expect((aside?.x ?? 0) + (aside?.width ?? 0)).toBeLessThan(content?.x ?? 0);
      expect(page.url()).toBe(`${site.origin}/c/${category}`);
    }
  },
);

hardJourney(
  "A member's header is one row, whatever they and the forum are called",
  async ({ forum, visit }) => {
    for (const view of [{ viewport: { width: 320, height: 640 } }, NARROW, WIDE]) {
      const page = await visit({ as: forum.member, ...view });
      await open(page, "/");
      const row = await page.locator(".site-bar").boundingBox();
      expect(row?.height).toBeLessThanOrEqual(60);
      const menu = page.getByRole("button", { name: `Account of ${forum.member.handle}` });
      await menu.click();
      const settings = page.getByRole("link", { name: "Settings" });
      expect(await settings.isVisible()).toBe(true);
      expect(await overflow(page)).toEqual([]);
      await page.keyboard.press("Escape");
      expect(await settings.isVisible()).toBe(false);
      expect(await menu.evaluate((button) => button === document.activeElement)).toBe(true);
    }
  },
);
