import { createServer, type RequestListener } from "node:http";
import { createGzip } from "node:zlib";
import type { Browser } from "playwright-core";
import { request } from "undici";
import { launchChromium } from "#local/chromium.ts";
import { freePort, LOOPBACK } from "#local/ports.ts";
import { median } from "./against.ts";

/** A page, and its first contentful paint on a slow network: milliseconds from the start of the navigation. */
export type Paint = {
  page: string;
  median: number;
  lowest: number;
  highest: number;
  /** Its median over that of a page of one word. */
  ratio: number;
  /** What came over the network for it, headers included. */
  bytes: number;
};

/** Slow 4G as Lighthouse has it (150 ms, 1.6 Mbit/s down, 750 kbit/s up), and a processor at half its speed. */
const SLOW = { offline: false, latency: 150, downloadThroughput: 1.6e6 / 8, uploadThroughput: 750e3 / 8 };
const CPU_SLOWDOWN = 2;

const WORD = "one word";

/**
 * Visits a page of one word, ours and others in turn, each time in a browser that has never been there, and prints when each
 * was first painted. Ours comes compressed, as Cloudflare sends it, and as the one-machine server does.
 */
export async function timeFirstPaints(
  pages: { name: string; url: URL; isOurs: boolean }[],
  visits: number,
): Promise<Paint[]> {
  const stops: (() => unknown)[] = [];
  try {
    const word = await serve((_, response) =>
      response
        .writeHead(200, { "content-type": "text/html; charset=utf-8" })
        .end('<!doctype html><html lang="en"><title>A word</title><p>Word</p></html>'),
    );
    stops.push(word.stop);
    const all: { name: string; url: string; seen: Visit[] }[] = [{ name: WORD, url: word.origin, seen: [] }];
    for (const { name, url, isOurs } of pages) {
      const { pathname, search } = url;
      if (isOurs) {
        const compressed = await serve(compressing(url.origin));
        stops.push(compressed.stop);
        all.push({ name: `${name}, compressed`, url: `${compressed.origin}${pathname}${search}`, seen: [] });
      }
      all.push({ name: isOurs ? `${name}, as it comes here` : name, url: url.href, seen: [] });
    }
    const browser = await launchChromium();
    stops.push(() => browser.close());
    // The first visit finds a server that has not been asked before.
    for (let round = 0; round <= visits; round += 1)
      for (const { url, seen } of all) {
        const visited = await visit(browser, url);
        if (round > 0) seen.push(visited);
      }
    const base = median(all[0]?.seen.map(({ paint }) => paint) ?? []);
    return all.map(({ name, seen }) => {
      const paints = seen.map(({ paint }) => paint);
      return {
        page: name,
        median: median(paints),
        lowest: Math.min(...paints),
        highest: Math.max(...paints),
        ratio: median(paints) / base,
        bytes: median(seen.map(({ bytes }) => bytes)),
      };
    });
  } finally {
    for (const stop of stops.reverse()) await stop();
  }
}

type Visit = { paint: number; bytes: number };

async function visit(browser: Browser, url: string): Promise<Visit> {
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    const devtools = await context.newCDPSession(page);
    await devtools.send("Network.enable");
    await devtools.send("Network.emulateNetworkConditions", SLOW);
    await devtools.send("Emulation.setCPUThrottlingRate", { rate: CPU_SLOWDOWN });
    let bytes = 0;
    devtools.on("Network.loadingFinished", ({ encodedDataLength }) => (bytes += encodedDataLength));
    await page.goto(url, { waitUntil: "load" });
    const paint = await page.evaluate(
      () =>
        new Promise<number>((resolve) =>
          new PerformanceObserver((list) => {
            const [entry] = list.getEntriesByName("first-contentful-paint");
            if (entry) resolve(entry.startTime);
          }).observe({ type: "paint", buffered: true }),
        ),
    );
    return { paint, bytes };
  } finally {
    await context.close();
  }
}

/** What Cloudflare does on the way: compresses what the Worker answers. Nothing is timed here but the whole. */
function compressing(origin: string): RequestListener {
  return async (asked, response) => {
    const { statusCode, headers, body } = await request(`${origin}${asked.url}`, {
      headers: { accept: asked.headers.accept ?? "*/*", "user-agent": asked.headers["user-agent"] ?? "" },
    });
    const { "content-length": _, connection, "transfer-encoding": __, ...kept } = headers;
    response.writeHead(statusCode, { ...kept, "content-encoding": "gzip" });
    body.pipe(createGzip()).pipe(response);
  };
}

async function serve(listener: RequestListener): Promise<{ origin: string; stop: () => void }> {
  const port = await freePort();
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(port, LOOPBACK, resolve));
  return {
    origin: `http://${LOOPBACK}:${port}`,
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
