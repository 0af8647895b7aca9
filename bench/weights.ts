import { gzipSync } from "node:zlib";
import type { Browser, BrowserContext, Response } from "playwright-core";
import { launchChromium } from "#local/chromium.ts";
import { median } from "./against.ts";
import type { Size } from "./data.ts";
import type { BenchForum } from "./forum.ts";
import { pagesOf } from "./scenarios.ts";

/** What a first visit in Chromium loads from our own origin, images apart: bytes after gzip, and requests. */
export type Weight = {
  page: string;
  who: "readers" | "members";
  html: number;
  css: number;
  js: number;
  requests: number;
  /** Milliseconds from the start of the navigation, the median of all visits. */
  firstContentfulPaint: number;
};

const KINDS = { document: "html", stylesheet: "css", script: "js" } as const;

/** Makes so many visits to each page that is named, as readers and as members, every time in a browser that has never been here. */
export async function weighPages(
  forum: BenchForum,
  { size, names, visits }: { size: Size; names: Set<string>; visits: number },
): Promise<Weight[]> {
  const browser = await launchChromium();
  try {
    const weights: Weight[] = [];
    for (const { label, nth } of pagesOf(size).filter((page) => names.has(page.name)))
      for (const who of ["readers", "members"] as const) {
        const { paint, ...weight } = await measureVisit(browser, forum, nth(0).path, who);
        const paints = [paint];
        while (paints.length < visits)
          paints.push((await measureVisit(browser, forum, nth(0).path, who)).paint);
        weights.push({ page: label, who, ...weight, firstContentfulPaint: median(paints) });
      }
    return weights;
  } finally {
    await browser.close();
  }
}

async function measureVisit(browser: Browser, forum: BenchForum, path: string, who: Weight["who"]) {
  const context = await browser.newContext({ baseURL: forum.origin });
  try {
    if (who === "members") await signIn(context, forum);
    const page = await context.newPage();
    const responses: Response[] = [];
    page.on("response", (response) => responses.push(response));
    await page.goto(path, { waitUntil: "networkidle" });
    const paint = await page.evaluate(
      () => performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? Number.NaN,
    );
    return { ...(await weigh(forum.origin, responses)), paint };
  } finally {
    await context.close();
  }
}

async function signIn(context: BrowserContext, forum: BenchForum): Promise<void> {
  const cookies = Object.entries(await forum.cookiesOf(0));
  await context.addCookies(
    cookies.map(([name, value]) => ({ name, value, url: forum.origin, httpOnly: name === "__client" })),
  );
}

async function weigh(origin: string, responses: Response[]) {
  const weight = { html: 0, css: 0, js: 0, requests: 0 };
  for (const response of responses) {
    const type = response.request().resourceType();
    const isImage = response.headers()["content-type"]?.startsWith("image/");
    if (new URL(response.url()).origin !== origin || isImage) continue;
    weight.requests += 1;
    if (type in KINDS) weight[KINDS[type as keyof typeof KINDS]] += gzipSync(await response.body()).length;
  }
  return weight;
}
