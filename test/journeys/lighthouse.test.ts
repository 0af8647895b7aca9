import lighthouse from "lighthouse";
import { expect } from "vitest";
import { launchPlainChromium } from "./devtools.ts";
import { type HardForum, hardJourney } from "./hard-forum.ts";

/** What does not depend on how fast the machine is. `npm run lighthouse` prints performance as well. */
const CATEGORIES = ["accessibility", "best-practices", "seo"];

const PAGES: Record<string, (forum: HardForum) => string> = {
  "the home page": () => "/",
  "a category": ({ category }) => `/c/${category}`,
  "a thread": ({ path }) => path,
  "a member": ({ member }) => `/u/${member.handle}`,
};

for (const [name, pathOf] of Object.entries(PAGES))
  hardJourney(`Lighthouse gives ${name} all its points`, async ({ site, forum, onTestFinished }) => {
    const chromium = await launchPlainChromium();
    onTestFinished(() => chromium.kill());
    const result = await lighthouse(`${site.origin}${pathOf(forum)}`, {
      port: chromium.port,
      onlyCategories: CATEGORIES,
      logLevel: "error",
    });
    expect(result?.lhr.runtimeError).toBeUndefined();
    const { categories, audits } = result?.lhr ?? { categories: {}, audits: {} };
    const wanting = Object.values(audits).filter(({ score }) => score !== null && score < 1);
    expect(
      Object.values(categories).map(({ id, score }) => [id, score]),
      wanting.map(({ title }) => title).join("; "),
    ).toEqual(CATEGORIES.map((id) => [id, 1]));
  });
