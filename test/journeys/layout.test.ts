import type { Page } from "playwright-core";
import { expect } from "vitest";
import { hardJourney } from "./hard-forum.ts";
import { layoutShift } from "./inspect.ts";
import { heading, NARROW, open, takenOver } from "./travel.ts";

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
