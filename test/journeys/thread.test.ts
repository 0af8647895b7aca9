import type { Locator, Page } from "playwright-core";
import { expect } from "vitest";
import { hardJourney } from "./hard-forum.ts";
import { layoutShift } from "./inspect.ts";
import { eventually, NARROW, open, openTools, replyOn, threadHead, WIDE } from "./travel.ts";

/** What is pressed with a thumb on a thread, and stands in no post. */
const TARGETS =
  ".thread-head a, .reply > header a, .reply-tools :is(a, button, summary), .pager a, .back a, .tools-menu :is(a, button, input)";

hardJourney("Whatever is pressed on a thread is 44 pixels high", async ({ forum, visit }) => {
  for (const as of [null, forum.member, forum.moderator])
    for (const size of [NARROW, WIDE])
      for (const path of [forum.path, `${forum.path}?page=2`, forum.lockedPath]) {
        const page = await visit({ as, ...size });
        await open(page, path);
        const tools = page.locator(".tools > summary");
        if ((await tools.count()) > 0) await tools.first().click();
        const small = await page.locator(TARGETS).evaluateAll((targets) =>
          targets
            .filter((target) => target.checkVisibility())
            .map((target) => ({ name: target.textContent, box: target.getBoundingClientRect() }))
            .filter(({ box }) => Math.round(box.height) < 44 || Math.round(box.width) < 24)
            .map(({ name, box }) => `${name} ${box.width} × ${box.height}`),
        );
        expect.soft(small, `${path} for ${as?.handle}`).toEqual([]);
        expect.soft(await layoutShift(page)).toBe(0);
      }
});

for (const javaScriptEnabled of [false, true])
  hardJourney(
    `The title stays on a long thread, and covers nothing that one goes to (JavaScript ${javaScriptEnabled})`,
    async ({ forum, visit }) => {
      for (const size of [NARROW, WIDE]) {
        const page = await visit({ as: forum.member, javaScriptEnabled, ...size });
        await open(page, forum.path);
        const bar = page.locator(".thread-bar");
        expect(await isOnTop(bar)).toBe(false);
        await page.mouse.wheel(0, 2500);
        await eventually(() => isOnTop(bar)).toBe(true);
        expect((await bar.boundingBox())?.y).toBe(0);

        await page.goto(`${forum.path}#reply-12`);
        await eventually(() => isBelow(replyOn(page, 12).whole, bar)).toBe(true);
        const covered: string[] = [];
        await page.locator(".back a").focus();
        // Back through the page: what comes into view comes at its upper edge, where the title is.
        for (;;) {
          await page.keyboard.press("Shift+Tab");
          const focus = page.locator(":focus");
          if ((await focus.count()) === 0 || (await focus.evaluate((it) => it.closest(".thread") === null)))
            break;
          if (!(await isSeen(focus))) covered.push(await focus.evaluate((it) => it.outerHTML));
        }
        expect(covered).toEqual([]);
      }
    },
  );

/** Whether the middle of an element is what one sees there. */
function isOnTop(element: Locator): Promise<boolean> {
  return element.evaluate((it) => {
    const { x, y, width, height } = it.getBoundingClientRect();
    const found = document.elementFromPoint(x + width / 2, y + height / 2);
    return found !== null && it.contains(found);
  });
}

/** Whether nothing stands before an element that is in the window, the part of it outside of it not counted. */
function isSeen(element: Locator): Promise<boolean> {
  return element.evaluate((it) => {
    const { left, right, top, bottom } = it.getClientRects()[0] ?? it.getBoundingClientRect();
    const x = (left + right) / 2;
    return [Math.max(top, 0) + 3, Math.min(bottom, innerHeight) - 3].every((y) => {
      const found = document.elementFromPoint(x, y);
      return found !== null && (it.contains(found) || found.contains(it));
    });
  });
}

async function isBelow(element: Locator, bar: Locator): Promise<boolean> {
  const [box, above] = [await element.boundingBox(), await bar.boundingBox()];
  return box !== null && above !== null && box.y >= above.y + above.height && box.y < 200;
}

for (const javaScriptEnabled of [false, true])
  hardJourney(
    `Of the tools of a thread one is open at a time (JavaScript ${javaScriptEnabled})`,
    async ({ forum, visit }) => {
      const page = await visit({ as: forum.moderator, javaScriptEnabled, ...WIDE });
      await open(page, forum.path);
      await openTools(threadHead(page));
      expect(await openOnes(page)).toEqual(["Moderate"]);
      // Like a mouse that is not there: a click elsewhere would close it.
      await page.locator("#reply-3 .tools > summary").focus();
      await page.keyboard.press("Enter");
      await eventually(() => openOnes(page)).toEqual(["⋯More: #3"]);
      await page.keyboard.press("Tab");
      expect(await page.locator(":focus").textContent()).toBe("Edit");
    },
  );

const openOnes = (page: Page) => page.locator(".tools[open] > summary").allTextContents();

hardJourney("Tools close at Escape, and when one goes on elsewhere", async ({ forum, visit }) => {
  const page = await visit({ as: forum.moderator, ...WIDE });
  await open(page, forum.path);
  await openTools(replyOn(page, 3).whole);
  await page.keyboard.press("Tab");
  await page.keyboard.press("Escape");
  expect(await openOnes(page)).toEqual([]);
  expect(await page.locator(":focus").textContent()).toBe("⋯More: #3");

  await openTools(replyOn(page, 3).whole);
  await page.locator("h1").click();
  expect(await openOnes(page)).toEqual([]);

  await openTools(replyOn(page, 3).whole);
  for (let stop = 0; stop < 3; stop += 1) await page.keyboard.press("Tab");
  await eventually(() => openOnes(page)).toEqual([]);
});

hardJourney("One votes, or may not, at the same place and in the same shape", async ({ forum, visit }) => {
  const shapes = [];
  // A reader may vote once signed in; nobody may on their own reply, nor where a thread is locked.
  for (const [as, path] of [
    [null, forum.path],
    [forum.moderator, forum.path],
    [forum.member, forum.path],
    [null, forum.lockedPath],
  ] as const) {
    const page = await visit({ as, ...WIDE });
    await open(page, path);
    const votes = page.locator("#reply-1 .votes");
    const box = await votes.boundingBox();
    const reply = await page.locator("#reply-1").boundingBox();
    const x = (box?.x ?? 0) - (reply?.x ?? 0);
    shapes.push({
      x,
      height: box?.height,
      ...(await stylesOf(votes, ["border-top-color", "border-top-left-radius"])),
    });
  }
  for (const shape of shapes) expect(shape).toEqual(shapes[0]);
});

/** Computed values by name. */
function stylesOf(element: Locator, names: string[]): Promise<Record<string, string>> {
  return element.evaluate((it, names) => {
    const style = getComputedStyle(it);
    return Object.fromEntries(names.map((name) => [name, style.getPropertyValue(name)]));
  }, names);
}

/** What an element looks like where it stands, and what was meant; `--name` is the colour that a token has there. */
const MEANT: [page: "thread" | "answer", selector: string, styles: Record<string, string>][] = [
  ["thread", ".body > ul", { "list-style-type": "disc" }],
  ["thread", ".body > ol", { "list-style-type": "decimal" }],
  ["thread", ".body > ol > li > ul", { "list-style-type": "circle" }],
  ["thread", ".body > ol > li > ul > li > ul", { "list-style-type": "square" }],
  ["thread", ".body li.task", { "list-style-type": "none" }],
  ["thread", ".body p code", { "background-color": "--sunken" }],
  ["thread", ".body pre", { "background-color": "--sunken", "overflow-x": "auto" }],
  ["thread", ".body pre code", { "background-color": "transparent", "padding-left": "0px" }],
  ["thread", ".body th", { "background-color": "--sunken" }],
  ["thread", ".body blockquote", { color: "--quiet", "border-inline-start-color": "--line" }],
  ["thread", ".body a", { color: "--accent" }],
  ["thread", ".opening", { "border-inline-start-color": "--category", "border-inline-start-width": "4px" }],
  [
    "thread",
    ".replies > li + li + li",
    { "border-inline-start-color": "--line", "border-bottom-width": "0px" },
  ],
  ["thread", ".reply h2 a", { color: "--ink", "font-weight": "700" }],
  ["thread", ".permalink", { color: "--quiet", "text-decoration-line": "none" }],
  ["thread", ".reply-more a", { color: "--quiet", "text-decoration-line": "none" }],
  ["thread", "#reply-2 .score", { color: "--ink", "font-weight": "700" }],
  ["thread", "#reply-3 .score", { color: "--quiet", "font-weight": "400" }],
  ["thread", '.vote[aria-pressed="true"]', { color: "--accent", "background-color": "--accent-wash" }],
  ["thread", '.vote[aria-pressed="false"]', { color: "--quiet" }],
  ["thread", ".tools > summary", { "list-style-type": "none", color: "--quiet" }],
  ["thread", ".thread-bar", { "background-color": "--paper" }],
  ["answer", ".answered", { "background-color": "--sunken" }],
  ["answer", ".answered pre", { "background-color": "--surface" }],
  ["answer", ".answered p code", { "background-color": "--surface" }],
  ["answer", ".answered pre code", { "background-color": "transparent" }],
];

hardJourney("Posts and the parts of a thread look as they were meant to", async ({ forum, visit }) => {
  for (const colorScheme of ["light", "dark"] as const) {
    const page = await visit({ as: forum.moderator, colorScheme, ...WIDE });
    for (const kind of ["thread", "answer"] as const) {
      await open(page, kind === "thread" ? forum.path : `/t/${forum.thread.number}/replies/new?to=2`);
      for (const [, selector, styles] of MEANT.filter(([on]) => on === kind)) {
        const found = await page
          .locator(selector)
          .first()
          .evaluate((element, styles) => {
            const style = getComputedStyle(element);
            // The element itself says what a token's colour comes out as.
            const probe = element.appendChild(document.createElement("i"));
            return Object.entries(styles).flatMap(([name, meant]) => {
              probe.style.color = meant.startsWith("--") ? `var(${meant})` : "transparent";
              const isColor = meant.startsWith("--") || meant === "transparent";
              const wanted = isColor ? getComputedStyle(probe).color : meant;
              const is = style.getPropertyValue(name);
              return is === wanted ? [] : [`${name} is ${is} instead of ${wanted}`];
            });
          }, styles);
        expect.soft(found, `${selector}, ${colorScheme}`).toEqual([]);
      }
    }
  }
});
