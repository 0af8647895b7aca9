import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "playwright-core";
import { expect } from "vitest";
import { hardJourney } from "./hard-forum.ts";
import type { Scene } from "./scenes.ts";
import { NARROW, takenOver, WIDE } from "./travel.ts";

const STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** Looks at each scene as people do who see little, have a small screen, or hit only what is large. */
export function inspectScenes(scenes: Scene[]): void {
  for (const scene of scenes)
    hardJourney(`${scene.name} for ${scene.as ?? "a reader"}`, async ({ site, forum, visit }) => {
      const page = await visit({ as: scene.as && forum[scene.as], ...WIDE, colorScheme: "light" });
      try {
        await scene.go(page, forum, site);
        await takenOver(page);
      } finally {
        await scene.after?.(site);
      }
      expect.soft(await page.title()).not.toBe("");
      expect.soft(await page.getByRole("heading", { level: 1 }).count()).toBe(1);
      if (!scene.isMoving) expect.soft(await layoutShift(page)).toBe(0);
      expect.soft(await violations(page)).toEqual([]);
      expect.soft(await smallTargets(page)).toEqual([]);
      expect.soft(await overflow(page)).toEqual([]);
      // What is visible depends on the width and its colours on the scheme, so that these two cover all four.
      await page.emulateMedia({ colorScheme: "dark" });
      await page.setViewportSize(NARROW.viewport);
      expect.soft(await violations(page)).toEqual([]);
      expect.soft(await smallTargets(page)).toEqual([]);
      expect.soft(await overflow(page)).toEqual([]);
      // A desk's screen at 400 % (WCAG 1.4.10).
      await page.setViewportSize({ width: 320, height: 256 });
      expect.soft(await overflow(page)).toEqual([]);
    });
}

/** What axe finds wrong, as "rule: the elements". */
export async function violations(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).withTags(STANDARDS).setLegacyMode().analyze();
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(" ")).join(", ")}`);
}

/** The cumulative layout shift since the page began to load; 0 where nothing has moved. */
export function layoutShift(page: Page): Promise<number> {
  return page.evaluate(() => {
    type Shift = PerformanceEntry & { value: number; hadRecentInput: boolean };
    return new Promise<number>((resolve) => {
      // Buffered entries arrive at once; an entry of another kind, always there, says so if there are none.
      new PerformanceObserver((list) => {
        const shifts = list.getEntriesByType("layout-shift") as Shift[];
        resolve(shifts.reduce((sum, { value, hadRecentInput }) => sum + (hadRecentInput ? 0 : value), 0));
      }).observe({ type: "layout-shift", buffered: true });
      requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => resolve(0))));
    });
  });
}

/**
 * What is harder to hit than it should be: buttons and fields under 44 pixels, other links that do not stand in a
 * line of text under 24 (WCAG 2.2, 2.5.5 and 2.5.8).
 */
export function smallTargets(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const name = (element: Element) =>
      `${element.localName}.${element.className} "${element.textContent?.trim().slice(0, 30)}"`;
    const small: string[] = [];
    for (const element of document.querySelectorAll("a[href], button, summary, select, textarea, input")) {
      const isLink = element.localName === "a" && !element.classList.contains("button");
      if (!element.checkVisibility() || element.matches(".skip-link, [type=hidden]")) continue;
      if (isLink && getComputedStyle(element).display === "inline") continue;
      const isChoice = element.matches("[type=radio], [type=checkbox]");
      const target = isChoice ? (element.closest("label") ?? element) : element;
      // In a member's own text a task list's boxes only show something.
      if (element.closest(".body")) continue;
      const { width, height } = target.getBoundingClientRect();
      const least = isLink ? 24 : 44;
      if (Math.round(width) < least || Math.round(height) < least)
        small.push(`${name(target)} ${Math.round(width)} × ${Math.round(height)}`);
    }
    return small;
  });
}

/** The elements that make the page wider than its window. */
export function overflow(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.scrollingElement ?? document.body;
    if (scrollWidth <= clientWidth) return [];
    // What stands in a box that scrolls by itself does not widen the page.
    const isContained = (element: Element) => {
      for (let box = element.parentElement; box && box !== document.body; box = box.parentElement)
        if (getComputedStyle(box).overflowX !== "visible") return true;
      return false;
    };
    const wide = [...document.body.querySelectorAll("*")].filter((element) => {
      const { left, right } = element.getBoundingClientRect();
      return (right > clientWidth + 0.5 || left < -0.5) && !isContained(element);
    });
    return wide.map((element) => `${element.localName}.${element.className}`);
  });
}

/** Lines of text that stand on each other, as "one line | the other". */
export function collisions(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    type Line = {
      text: string;
      rect: { left: number; right: number; top: number; bottom: number };
      node: Node;
    };
    /** What of a line is seen: the rest of it is cut off, as at an ellipsis. */
    const seen = ({ left, right, top, bottom }: DOMRect, parent: Element) => {
      const line = { left, right, top, bottom };
      for (let box: Element | null = parent; box && box !== document.body; box = box.parentElement) {
        if (getComputedStyle(box).overflowX === "visible") continue;
        const edge = box.getBoundingClientRect();
        line.left = Math.max(line.left, edge.left);
        line.right = Math.min(line.right, edge.right);
      }
      return line;
    };
    const lines: Line[] = [];
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = texts.nextNode(); node; node = texts.nextNode()) {
      const parent = node.parentElement as HTMLElement;
      // The title in the bar is seen once the head, behind which it stands, has left the window.
      // An open menu covers what is below it.
      const isUnseen = parent.closest(".visually-hidden, .skip-link, .body, .thread-bar, .tools-menu");
      const isSeen = parent.checkVisibility({ visibilityProperty: true }) && !isUnseen;
      if (!node.textContent?.trim() || !isSeen) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      for (const rect of range.getClientRects())
        if (rect.width > 1)
          lines.push({ text: node.textContent.trim().slice(0, 40), rect: seen(rect, parent), node });
    }
    const found: string[] = [];
    lines.forEach((a, at) => {
      for (const b of lines.slice(at + 1)) {
        const width = Math.min(a.rect.right, b.rect.right) - Math.max(a.rect.left, b.rect.left);
        const height = Math.min(a.rect.bottom, b.rect.bottom) - Math.max(a.rect.top, b.rect.top);
        // Letters of neighbouring lines reach into each other's boxes a little.
        const least = Math.min(a.rect.bottom - a.rect.top, b.rect.bottom - b.rect.top) / 3;
        if (a.node !== b.node && width > 1 && height > least) found.push(`${a.text} | ${b.text}`);
      }
    });
    return found;
  });
}

/** Texts of which a part is cut off: all but those that are meant to end in an ellipsis, which are what people wrote. */
export function cutTexts(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    [...document.body.querySelectorAll("*")]
      .filter((element) => {
        const { overflowX, overflowY, textOverflow, clipPath } = getComputedStyle(element);
        const isUnseen = clipPath === "inset(50%)";
        const isMeant =
          isUnseen || textOverflow === "ellipsis" || element.matches("img, pre, textarea, input, select");
        if (isMeant || !element.checkVisibility() || element.closest(".body, .kept")) return false;
        const isWide = overflowX !== "visible" && element.scrollWidth > element.clientWidth + 1;
        const isHigh = overflowY !== "visible" && element.scrollHeight > element.clientHeight + 1;
        return element !== document.body && (isWide || isHigh);
      })
      .map(
        (element) =>
          `${element.localName}.${element.className} "${element.textContent?.trim().slice(0, 40)}"`,
      ),
  );
}
