import type { Page } from "playwright-core";
import { expect } from "vitest";
import { hardJourney } from "./hard-forum.ts";
import { layoutShift } from "./inspect.ts";
import { eventually, NARROW } from "./travel.ts";

/** Makes each page of this browser note how it came into view, in `data-` attributes of its root. */
async function noteArrivals(page: Page): Promise<void> {
  await page.addInitScript(() => {
    addEventListener("pagereveal", async ({ viewTransition }) => {
      const note = document.documentElement.dataset;
      note.transition = String(viewTransition !== null);
      if (!viewTransition) return;
      await viewTransition.ready;
      note.longest = String(
        Math.max(
          ...document
            .getAnimations()
            .map((animation) => Number(animation.effect?.getComputedTiming().endTime)),
        ),
      );
      await viewTransition.finished;
      note.finished = "true";
    });
  });
}

function arrival(page: Page) {
  return page.locator("html").evaluate((root) => ({ ...root.dataset }));
}

hardJourney("Pages fade into each other, briefly", async ({ forum, visit }) => {
  const page = await visit();
  await noteArrivals(page);
  await page.goto(`/c/${forum.category}`);
  await page.getByRole("link", { name: "A short thread" }).click();
  await page.waitForURL(`**${forum.shortPath}`);
  await eventually(() => arrival(page)).toMatchObject({ transition: "true", finished: "true" });
  expect(Number((await arrival(page)).longest)).toBeLessThanOrEqual(150);
});

hardJourney("A fade leads to the reply that a link names, and nothing moves", async ({ forum, visit }) => {
  const page = await visit(NARROW);
  await noteArrivals(page);
  await page.goto(`/u/${forum.member.handle}?show=replies`);
  await page.locator('a[href$="page=2#reply-24"]').click();
  await page.waitForURL("**#reply-24");
  await eventually(() => arrival(page)).toMatchObject({ transition: "true", finished: "true" });
  expect(await page.locator(":target").getAttribute("id")).toBe("reply-24");
  const box = await page.locator(":target").boundingBox();
  // scroll-padding leaves room above for the title that stays.
  expect(box?.y).toBeGreaterThanOrEqual(0);
  expect(box?.y).toBeLessThan(64);
  expect(await layoutShift(page)).toBe(0);
  await page.keyboard.press("Tab");
  expect(await page.evaluate(() => document.activeElement?.closest("#reply-24") !== null)).toBe(true);
  await page.goBack();
  await eventually(() => arrival(page)).toMatchObject({ transition: "true", finished: "true" });
  expect(await layoutShift(page)).toBe(0);
});
