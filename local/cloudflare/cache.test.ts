import { Miniflare, NoOpLog } from "miniflare";
import { expect, onTestFinished, test } from "vitest";
import { type CacheLimits, cacheWorker } from "./cache.ts";

// Answers as `/control` told it to for each path, and counts how often it ran. `hold` waits until `/release`.
const APP = `
import { WorkerEntrypoint } from "cloudflare:workers";
const answers = new Map(), runs = new Map();
let isReleased = false;
export class Reader extends WorkerEntrypoint {
  async fetch(request) {
    const { pathname, search } = new URL(request.url);
    const run = (runs.get(pathname) ?? 0) + 1;
    runs.set(pathname, run);
    const { status = 200, headers = {}, hold, fails } = answers.get(pathname) ?? {};
    while (hold && !isReleased) await scheduler.wait(5);
    const padding = pathname.startsWith("/slow/") ? " ".repeat(100_000) : "";
    if (padding) await scheduler.wait(20);
    if (fails) throw new Error("The Worker failed");
    if (headers.ETag && request.headers.get("If-None-Match") === headers.ETag) return new Response(null, { status: 304 });
    const body = [204, 304].includes(status) ? null : pathname + search + " " + run + " " + (request.headers.get("Say") ?? "") + padding;
    return new Response(body, { status, headers });
  }
}
export default class extends WorkerEntrypoint {
  async fetch(request) {
    const { pathname } = new URL(request.url);
    if (pathname === "/control") {
      const [path, answer] = await request.json();
      answers.set(path, answer);
      return new Response();
    }
    if (pathname === "/runs") return Response.json(Object.fromEntries(runs));
    if (pathname === "/release") return isReleased = true, new Response();
    if (pathname === "/purge") return Response.json(await this.env.CACHE.purge(await request.json()));
    return this.env.CACHE.fetch(new Request(request, { redirect: "manual" }));
  }
}
`;

/** What the application answers on one path. */
type Answer = { status?: number; headers?: Record<string, string>; hold?: boolean; fails?: boolean };

async function startCached(limits?: CacheLimits) {
  const compatibilityDate = "2026-10-01";
  const miniflare = new Miniflare({
    host: "127.0.0.1",
    cf: false,
    log: new NoOpLog(),
    handleStructuredLogs: () => {},
    workers: [
      {
        config: {
          name: "app",
          compatibilityDate,
          manifest: { mainModule: "app.js", modules: { "app.js": { type: "esm", contents: APP } } },
          env: { CACHE: { type: "worker", worker: "cache", exportName: "Cache" } },
        },
      },
      cacheWorker("cache", { worker: "app", entrypoint: "Reader", compatibilityDate }, limits),
    ],
  });
  onTestFinished(() => miniflare.dispose());
  const origin = (await miniflare.ready).origin;
  const post = (path: string, body: unknown) =>
    fetch(`${origin}${path}`, { method: "POST", body: JSON.stringify(body) });
  return {
    read: (path: string, init?: RequestInit) => fetch(`${origin}${path}`, { redirect: "manual", ...init }),
    set: (path: string, answer: Answer) => post("/control", [path, answer]),
    purge: async (purge: object) =>
      (await post("/purge", purge)).json() as Promise<{ success: boolean; errors: { code: number }[] }>,
    runs: async (path: string) =>
      ((await (await fetch(`${origin}/runs`)).json()) as Record<string, number>)[path] ?? 0,
    release: () => fetch(`${origin}/release`),
  };
}

type Cached = Awaited<ReturnType<typeof startCached>>;

const statusOf = (response: Response) => response.headers.get("Cf-Cache-Status");

/** Reads one path so often, one read after the other, and tells what the cache said of each. */
async function readAll(cached: Cached, path: string, inits: RequestInit[]): Promise<(string | null)[]> {
  const said: (string | null)[] = [];
  for (const init of inits) {
    const response = await cached.read(path, init);
    await response.arrayBuffer();
    said.push(statusOf(response));
  }
  return said;
}

test("what is kept and what is not is what Cloudflare documents", async () => {
  const cached = await startCached();
  const authorized = { headers: { Authorization: "Bearer x" } };
  const once = ["MISS", "HIT"];
  const cases: [says: string, answer: Answer, expected: (string | null)[], inits?: RequestInit[]][] = [
    ["public, max-age", { headers: { "Cache-Control": "public, max-age=60" } }, once],
    ["max-age alone", { headers: { "Cache-Control": "max-age=60" } }, once],
    ["s-maxage before max-age", { headers: { "Cache-Control": "max-age=0, s-maxage=60" } }, once],
    [
      "CDN-Cache-Control before Cache-Control",
      { headers: { "Cache-Control": "no-store", "CDN-Cache-Control": "max-age=60" } },
      once,
    ],
    [
      "Cloudflare-CDN-Cache-Control before both",
      {
        headers: {
          "Cache-Control": "max-age=60",
          "CDN-Cache-Control": "max-age=60",
          "Cloudflare-CDN-Cache-Control": "no-store",
        },
      },
      ["BYPASS", "BYPASS"],
    ],
    ["Expires", { headers: { Expires: new Date(Date.now() + 60_000).toUTCString() } }, once],
    ["nothing, with a 200", {}, once],
    ["nothing, with a 204", { status: 204 }, once],
    ["nothing, with a 301", { status: 301, headers: { Location: "/" } }, once],
    ["nothing, with a 404", { status: 404 }, once],
    ["nothing, with a 302", { status: 302, headers: { Location: "/" } }, ["DYNAMIC", "DYNAMIC"]],
    ["nothing, with a 403", { status: 403 }, ["DYNAMIC", "DYNAMIC"]],
    ["nothing, with a 500", { status: 500 }, ["DYNAMIC", "DYNAMIC"]],
    ["a 403 that says so", { status: 403, headers: { "Cache-Control": "public, max-age=60" } }, once],
    [
      "a 302 that says so",
      { status: 302, headers: { Location: "/", "Cache-Control": "public, max-age=60" } },
      once,
    ],
    [
      "a 206 whatever it says",
      { status: 206, headers: { "Cache-Control": "public, max-age=60" } },
      ["MISS", "MISS"],
    ],
    [
      "a 522 whatever it says",
      { status: 522, headers: { "Cache-Control": "public, max-age=60" } },
      ["MISS", "MISS"],
    ],
    ["private", { headers: { "Cache-Control": "private, max-age=60" } }, ["BYPASS", "BYPASS"]],
    ["no-store", { headers: { "Cache-Control": "no-store" } }, ["BYPASS", "BYPASS"]],
    [
      "Set-Cookie",
      { headers: { "Cache-Control": "public, max-age=60", "Set-Cookie": "a=b" } },
      ["BYPASS", "BYPASS"],
    ],
    ["Vary: *", { headers: { "Cache-Control": "public, max-age=60", Vary: "*" } }, ["BYPASS", "BYPASS"]],
    [
      "Authorization, without public",
      { headers: { "Cache-Control": "max-age=60" } },
      ["BYPASS", "BYPASS"],
      [authorized, authorized],
    ],
    [
      "Authorization, public",
      { headers: { "Cache-Control": "public, max-age=60" } },
      once,
      [authorized, authorized],
    ],
    [
      "a POST",
      { headers: { "Cache-Control": "public, max-age=60" } },
      ["BYPASS", "BYPASS"],
      [{ method: "POST" }, { method: "POST" }],
    ],
    [
      "a HEAD, then a GET",
      { headers: { "Cache-Control": "public, max-age=60" } },
      once,
      [{ method: "HEAD" }, {}],
    ],
    [
      "a GET, then a HEAD",
      { headers: { "Cache-Control": "public, max-age=60" } },
      once,
      [{}, { method: "HEAD" }],
    ],
    ["no-cache", { headers: { "Cache-Control": "no-cache" } }, ["MISS", "EXPIRED"]],
    [
      "no-cache and a validator",
      { headers: { "Cache-Control": "no-cache", ETag: '"1"' } },
      ["MISS", "REVALIDATED"],
    ],
    ["stale", { headers: { "Cache-Control": "public, max-age=0" } }, ["MISS", "EXPIRED"]],
    [
      "stale, in the window",
      { headers: { "Cache-Control": "public, max-age=0, stale-while-revalidate=60" } },
      ["MISS", "UPDATING"],
    ],
    [
      "stale, and must-revalidate",
      { headers: { "Cache-Control": "public, max-age=0, stale-while-revalidate=60, must-revalidate" } },
      ["MISS", "EXPIRED"],
    ],
    [
      "stale, and s-maxage",
      { headers: { "Cache-Control": "public, s-maxage=0, stale-while-revalidate=60" } },
      ["MISS", "EXPIRED"],
    ],
  ];
  const found = [];
  for (const [index, [says, answer, , inits]] of cases.entries()) {
    await cached.set(`/case/${index}`, answer);
    found.push([says, await readAll(cached, `/case/${index}`, inits ?? [{}, {}])]);
  }
  expect(found).toEqual(cases.map(([says, , expected]) => [says, expected]));
});

test("path and query are the key, to the letter; host and other headers are not", async () => {
  const cached = await startCached();
  const bodyOf = async (path: string, headers?: Record<string, string>) =>
    (await cached.read(path, { headers })).text();

  const first = await bodyOf("/key?a=1&b=2");

  expect(await bodyOf("/key?a=1&b=2", { "User-Agent": "x", Cookie: "a=b", "Accept-Language": "de" })).toBe(
    first,
  );
  expect(await bodyOf("/key?b=2&a=1")).not.toBe(first);
  expect(await bodyOf("/key/?a=1&b=2")).not.toBe(first);
  // Else a header that a framework heeds could poison the entry for all.
  expect(await bodyOf("/key?a=1&b=2", { "X-Forwarded-Host": "evil.example" })).not.toBe(first);
  expect(await bodyOf("/key?a=1&b=2")).toBe(first);
});

test("a variant is kept for each value of the headers in Vary, and all go with one purge", async () => {
  const cached = await startCached();
  await cached.set("/vary", {
    headers: { "Cache-Control": "public, max-age=60", Vary: "Say", "Cache-Tag": "v" },
  });
  const say = (word: string) => ({ headers: { Say: word } });

  const before = await readAll(cached, "/vary", [say("a"), say("b"), say("a"), say("b")]);
  const other = await (await cached.read("/vary", say("b"))).text();
  await cached.purge({ tags: ["v"] });
  const after = await readAll(cached, "/vary", [say("a"), say("b")]);

  expect(before).toEqual(["MISS", "MISS", "HIT", "HIT"]);
  expect(other).toContain(" b");
  expect(after).toEqual(["MISS", "MISS"]);
});

test("who asks at once for different variants gets each their own", async () => {
  const cached = await startCached();
  await cached.set("/vary", { headers: { "Cache-Control": "public, max-age=60", Vary: "Say" }, hold: true });
  const words = Array.from({ length: 12 }, (_, index) => `word${index % 3}`);

  const crowd = words.map((word) => cached.read("/vary", { headers: { Say: word } }));
  await expect.poll(() => cached.runs("/vary")).toBe(1);
  await cached.release();
  const bodies = await Promise.all(crowd.map(async (each) => (await each).text()));

  expect(bodies.map((body) => body.split(" ").at(-1))).toEqual(words);
  expect(await cached.runs("/vary")).toBe(3);
});

test("the answer is the Worker's, without what only the cache reads; what comes out of it has an age", async () => {
  const cached = await startCached();
  await cached.set("/page", {
    status: 404,
    headers: {
      "Cache-Control": "max-age=60",
      "Cloudflare-CDN-Cache-Control": "max-age=90",
      "Cache-Tag": "a,b",
      Mine: "yes",
    },
  });

  const [miss, hit] = [await cached.read("/page"), await cached.read("/page")];
  const head = await cached.read("/page", { method: "HEAD" });

  for (const response of [miss, hit, head]) {
    expect(response.status).toBe(404);
    expect(response.headers.get("Mine")).toBe("yes");
    expect(response.headers.get("Cache-Control")).toBe("max-age=60");
    expect(response.headers.has("Cache-Tag")).toBe(false);
    expect(response.headers.has("Cloudflare-CDN-Cache-Control")).toBe(false);
  }
  expect([miss, hit, head].map(({ headers }) => headers.get("Age"))).toEqual([null, "0", "0"]);
  expect([await miss.text(), await hit.text(), await head.text()]).toEqual(["/page 1 ", "/page 1 ", ""]);
});

test("what is stale is served while one new answer is made, and the new one is served after", async () => {
  const cached = await startCached();
  const stale = { "Cache-Control": "public, max-age=0, stale-while-revalidate=60" };
  await cached.set("/swr", { headers: stale });
  await cached.read("/swr");
  await cached.set("/swr", { headers: stale, hold: true });

  const crowd = await Promise.all(Array.from({ length: 20 }, () => cached.read("/swr")));
  const runs = await cached.runs("/swr");
  await cached.set("/swr", { headers: { "Cache-Control": "public, max-age=60" } });
  await cached.release();

  expect(new Set(crowd.map(statusOf))).toEqual(new Set(["UPDATING"]));
  expect(new Set(await Promise.all(crowd.map((each) => each.text())))).toEqual(new Set(["/swr 1 "]));
  expect(runs).toBe(2);
  await expect.poll(async () => (await cached.read("/swr")).text()).toBe("/swr 3 ");
});

test("while the Worker fails, what is stale is served, unless it says no", async () => {
  const cached = await startCached();
  const cases: [cacheControl: string, failure: Answer, expected: string][] = [
    ["public, max-age=0", { status: 503 }, "STALE"],
    ["public, max-age=0", { fails: true }, "STALE"],
    ["public, max-age=0, stale-if-error=60", { status: 500 }, "STALE"],
    ["public, max-age=0, stale-if-error=0", { status: 503 }, "DYNAMIC"],
    ["public, max-age=0, must-revalidate", { status: 503 }, "DYNAMIC"],
    ["public, max-age=0, stale-while-revalidate=60", { status: 503 }, "UPDATING"],
  ];
  const found = [];
  for (const [index, [cacheControl, failure]] of cases.entries()) {
    const path = `/fails/${index}`;
    await cached.set(path, { headers: { "Cache-Control": cacheControl } });
    await cached.read(path);
    await cached.set(path, failure);
    // The second shows that the failure dropped nothing.
    found.push((await readAll(cached, path, [{}, {}])).join());
  }
  expect(found).toEqual(cases.map(([, , expected]) => `${expected},${expected}`));
});

test("a purge drops what bears the tag in any case, or lies under the path, or everything, and nothing else", async () => {
  const cached = await startCached();
  const tagged = (tags: string) => ({
    headers: { "Cache-Control": "public, max-age=60", "Cache-Tag": tags },
  });
  const long = "x".repeat(1_025);
  const many = Array.from({ length: 1_001 }, (_, index) => `t${index}`).join();
  const pages: Record<string, string> = {
    "/a/1": "One, both",
    "/a/2": "two,both",
    "/b/1": `not a tag,,${long},good`,
    "/b/2": many,
  };
  for (const [path, tags] of Object.entries(pages)) await cached.set(path, tagged(tags));
  const gone = async (purge: object) => {
    for (const path of Object.keys(pages)) await cached.read(path);
    expect(await cached.purge(purge)).toEqual({ success: true, errors: [] });
    const paths = [];
    for (const path of Object.keys(pages)) if (statusOf(await cached.read(path)) === "MISS") paths.push(path);
    return paths;
  };

  expect(await gone({ tags: ["ONE"] })).toEqual(["/a/1"]);
  expect(await gone({ tags: ["both", "nobody"] })).toEqual(["/a/1", "/a/2"]);
  expect(await gone({ tags: ["good"] })).toEqual(["/b/1"]);
  expect(await gone({ tags: ["not a tag", long] })).toEqual([]);
  expect(await gone({ tags: ["t999"] })).toEqual(["/b/2"]);
  expect(await gone({ tags: ["t1000"] })).toEqual([]);
  expect(await gone({ pathPrefixes: ["/a/"], tags: ["good"] })).toEqual(["/a/1", "/a/2", "/b/1"]);
  expect(await gone({ purgeEverything: true })).toEqual(Object.keys(pages));
});

test("purges have an allowance that comes back one by one, and a call has at most 100 names", async () => {
  const cached = await startCached({ purgeBurst: 2, purgeEveryMs: 3_600_000 });
  const names = (count: number) => Array.from({ length: count }, (_, index) => `t${index}`);

  const tooMany = await cached.purge({ tags: names(101) });
  const calls = [];
  for (const _ of [1, 2, 3, 4]) calls.push((await cached.purge({ tags: names(100) })).success);
  const refused = await cached.purge({ tags: ["t1"] });

  expect([tooMany.success, tooMany.errors.length]).toEqual([false, 1]);
  expect(calls).toEqual([true, true, false, false]);
  expect([refused.success, refused.errors.length]).toEqual([false, 1]);

  const quick = await startCached({ purgeBurst: 1, purgeEveryMs: 50 });
  await quick.purge({ tags: ["t1"] });
  await expect.poll(async () => (await quick.purge({ tags: ["t1"] })).success).toBe(true);
});

test("without settings, 25 purges come at once and the next has to wait", async () => {
  const cached = await startCached();
  const calls = await Promise.all(Array.from({ length: 26 }, () => cached.purge({ tags: ["t"] })));
  expect(calls.filter(({ success }) => success).length).toBe(25);
});

test("fifty who ask at once run the Worker once, unless the answer may not be kept", async () => {
  const cached = await startCached();
  await cached.set("/kept", { headers: { "Cache-Control": "public, max-age=60" }, hold: true });
  await cached.set("/private", { headers: { "Cache-Control": "private" }, hold: true });
  const crowd = (path: string) => Array.from({ length: 50 }, () => cached.read(path));

  const all = [...crowd("/kept"), ...crowd("/private")];
  await expect.poll(() => cached.runs("/kept")).toBe(1);
  await cached.release();
  const answers = await Promise.all(all);
  const bodies = await Promise.all(answers.map((each) => each.text()));

  expect(new Set(bodies.slice(0, 50))).toEqual(new Set(["/kept 1 "]));
  expect(await cached.runs("/kept")).toBe(1);
  expect(new Set(bodies.slice(50)).size).toBe(50);
  expect(await cached.runs("/private")).toBe(50);
});

test("whoever waited for another's answer goes on by themselves, many times over", async () => {
  const cached = await startCached();
  const paths = Array.from({ length: 4000 }, (_, index) => `/slow/${index >> 2}`);
  const found: string[] = [];
  let next = 0;
  await Promise.all(
    Array.from({ length: 32 }, async () => {
      while (next < paths.length) {
        const response = await cached.read(paths[next++] ?? "");
        found.push(`${response.status} ${(await response.text()).trimEnd()}`);
      }
    }),
  );
  expect(found.toSorted()).toEqual(paths.map((path) => `200 ${path} 1`).toSorted());
});

test("the request that others wait for may go away", async () => {
  const cached = await startCached();
  await cached.set("/left", { headers: { "Cache-Control": "public, max-age=60" }, hold: true });
  const leaving = new AbortController();

  const first = cached.read("/left", { signal: leaving.signal });
  await expect.poll(() => cached.runs("/left")).toBe(1);
  const second = cached.read("/left");
  leaving.abort();
  await expect(first).rejects.toThrow();
  await cached.release();

  expect(await (await second).text()).toMatch(/^\/left/);
  expect(statusOf(await cached.read("/left"))).toBe("HIT");
});

test("what was being made when its tag was purged is served to nobody who comes later", async () => {
  const cached = await startCached();
  const tagged = (tags: string) => ({
    hold: true,
    headers: { "Cache-Control": "public, max-age=60", "Cache-Tag": tags },
  });
  const paths = ["/purged", "/joined", "/other"];
  for (const path of paths) await cached.set(path, tagged(path === "/other" ? "b" : "a"));
  const early = paths.map((path) => cached.read(path));
  await expect.poll(() => Promise.all(paths.map(cached.runs))).toEqual([1, 1, 1]);

  await cached.purge({ tags: ["a"] });
  // Whoever comes after the purge does not join what began before it.
  const late = cached.read("/joined");
  await expect.poll(() => cached.runs("/joined")).toBe(2);
  await cached.release();
  await Promise.all(early);

  expect(await (await late).text()).toBe("/joined 2 ");
  expect(await (await cached.read("/joined")).text()).toBe("/joined 2 ");
  expect(statusOf(await cached.read("/purged"))).toBe("MISS");
  expect(statusOf(await cached.read("/other"))).toBe("HIT");
});

test("a renewal in the background that began before a purge brings nothing back", async () => {
  const cached = await startCached();
  const headers = { "Cache-Control": "public, max-age=0, stale-while-revalidate=60", "Cache-Tag": "a" };
  await cached.set("/swr", { headers });
  await cached.read("/swr");
  await cached.set("/swr", { headers, hold: true });
  await cached.read("/swr");
  await expect.poll(() => cached.runs("/swr")).toBe(2);

  await cached.purge({ tags: ["a"] });
  await cached.set("/swr", { headers: { "Cache-Control": "public, max-age=60" } });
  const late = await cached.read("/swr");
  await cached.release();

  expect([statusOf(late), await late.text()]).toEqual(["MISS", "/swr 3 "]);
  // The old renewal has ended when a further page has been through.
  await cached.read("/further");
  expect(await (await cached.read("/swr")).text()).toBe("/swr 3 ");
});

test("the least recently used goes when the memory is full", async () => {
  const cached = await startCached({ memoryBytes: 10_000 });
  const paths = Array.from({ length: 6 }, (_, index) => `/full/${index}`);
  for (const path of paths) {
    await cached.read(path);
    await cached.read("/full/0");
  }
  expect(statusOf(await cached.read("/full/0"))).toBe("HIT");
  expect(statusOf(await cached.read("/full/5"))).toBe("HIT");
  expect(statusOf(await cached.read("/full/1"))).toBe("MISS");
});
