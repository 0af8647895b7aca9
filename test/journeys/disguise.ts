import { expect } from "vitest";
import type { PseudoLanguage } from "#app/messages/languages.ts";
import { hardJourneyIn } from "./hard-forum.ts";
import { collisions, cutTexts, overflow, smallTargets } from "./inspect.ts";
import { MEMBERS_SCENES, READERS_SCENES } from "./scenes.ts";
import { NARROW, takenOver, WIDE } from "./travel.ts";

/** Looks at every scene in a language in which each text is 40 % longer: on a desk, and on a telephone. */
export function inspectDisguised(language: PseudoLanguage): void {
  const journey = hardJourneyIn(language);
  for (const scene of [...READERS_SCENES, ...MEMBERS_SCENES])
    journey(`${scene.name} for ${scene.as ?? "a reader"}, in ${language}`, async ({ site, forum, visit }) => {
      const page = await visit({ as: scene.as && forum[scene.as], ...WIDE });
      try {
        await scene.go(page, forum, site);
        await takenOver(page);
      } finally {
        await scene.after?.(site);
      }
      expect.soft(await page.locator("html").getAttribute("lang")).toBe(language);
      for (const { viewport } of [WIDE, NARROW]) {
        await page.setViewportSize(viewport);
        expect.soft(await overflow(page), `too wide at ${viewport.width}`).toEqual([]);
        expect.soft(await collisions(page), `on each other at ${viewport.width}`).toEqual([]);
        expect.soft(await cutTexts(page), `cut at ${viewport.width}`).toEqual([]);
        expect.soft(await smallTargets(page), `hard to hit at ${viewport.width}`).toEqual([]);
      }
    });
}
