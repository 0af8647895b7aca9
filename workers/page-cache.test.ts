import { afterEach, beforeEach, expect, test, vi } from "vitest";
import * as here from "./page-cache.ts";

const ORIGIN = "https://forum.example";
const KEPT = {
  "Cache-Control": "public, max-age=10, stale-while-revalidate=60",
  "Cache-Tag": "thread-1,lists",
};

/** Each test has an address of its own: what the isolate keeps outlives a test. */
let count = 0;
const newAddress = () => `${ORIGIN}/t/${++count}`;

/** A Reader that says what it is told to, and counts how often it is asked. */
function reader(answer: () => Response | Promise<Response>) {
  const asked: string[] = [];
  return {
    asked,
    fetch: async (request: Request) => {
      asked.push(`${request.method} ${request.url}`);
      return answer();
    },
    purge: async () => true,
  };
}

/** What a request leaves to be done after its answer. */
function context() {
  const left: Promise<unknown>[] = [];
  return {
    waitUntil: (promise: Promise<unknown>) => void left.push(promise),
    settled: () => Promise.all(left),
  };
}

type Reader = ReturnType<typeof reader>;

/** One request of its own: the page, and whether it was kept. */
async function read(address: string, from: Reader, { freshSeconds = 10, isolate = here } = {}) {
  const ctx = context();
  const cache = isolate.pageCache(ctx, { reader: from, origin: ORIGIN, freshSeconds });
  const { response, outcome } = await cache.fetch(address);
  const text = await response.text();
  await ctx.settled();
  return {
    text,
    outcome,
    age: response.headers.get("Age"),
    status: response.status,
    headers: response.headers,
  };
}

async function purge(...tags: string[]) {
  const ctx = context();
  const cache = here.pageCache(ctx, {
    reader: reader(() => new Response()),
    origin: ORIGIN,
    freshSeconds: 10,
  });
  await cache.purge(tags);
  await ctx.settled();
}

/** The clock stands, and goes on when it is told to. Every test comes long after the one before. */
let clock = Date.now();
beforeEach(() => {
  clock += 1_000_000;
  vi.useFakeTimers({ toFake: ["Date"], now: clock });
});
afterEach(() => {
  vi.useRealTimers();
});

const after = (milliseconds: number) => vi.setSystemTime(Date.now() + milliseconds);

test("a page is made once and kept for as long as it says, with an honest age", async () => {
  const address = newAddress();
  let edition = 0;
  const from = reader(() => new Response(`Edition ${++edition}`, { headers: KEPT }));
  expect(await read(address, from)).toMatchObject({ text: "Edition 1", outcome: "miss", age: "0" });
  after(9_900);
  expect(await read(address, from)).toMatchObject({ text: "Edition 1", outcome: "hit", age: "9" });
  expect(from.asked).toEqual([`GET ${address}`]);
});

test("an older page is served once more while a new one is made, and after a minute no longer", async () => {
  const address = newAddress();
  let edition = 0;
  const from = reader(() => new Response(`Edition ${++edition}`, { headers: KEPT }));
  await read(address, from);
  after(11_000);
  expect(await read(address, from)).toMatchObject({ text: "Edition 1", outcome: "stale", age: "11" });
  expect(await read(address, from)).toMatchObject({ text: "Edition 2", outcome: "hit" });
  after(71_000);
  expect(await read(address, from)).toMatchObject({ text: "Edition 3", outcome: "miss" });
});

test("a purge drops at once what carries the name, and nothing else", async () => {
  const [dropped, other] = [newAddress(), newAddress()];
  let edition = 0;
  const from = reader(() => new Response(`Edition ${++edition}`, { headers: KEPT }));
  const elsewhere = reader(
    () => new Response("Elsewhere", { headers: { ...KEPT, "Cache-Tag": "thread-2" } }),
  );
  await read(dropped, from);
  await read(other, elsewhere);
  after(1);
  await purge("thread-1");
  after(1);
  expect(await read(dropped, from)).toMatchObject({ text: "Edition 2", outcome: "miss" });
  expect(await read(other, elsewhere)).toMatchObject({ outcome: "hit" });
});

test("a hundred readers of a new page make it once", async () => {
  const address = newAddress();
  const from = reader(async () => {
    await Promise.resolve();
    return new Response("One", { headers: KEPT });
  });
  const read100 = await Promise.all(Array.from({ length: 100 }, () => read(address, from)));
  expect(new Set(read100.map(({ text }) => text))).toEqual(new Set(["One"]));
  expect(from.asked).toHaveLength(1);
});

test("what was being made when something changed is neither joined nor kept", async () => {
  const address = newAddress();
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  let edition = 0;
  const from = reader(async () => {
    const own = ++edition;
    if (own === 1) await released;
    return new Response(`Edition ${own}`, { headers: KEPT });
  });
  const early = read(address, from);
  await vi.waitFor(() => expect(from.asked).toHaveLength(1));
  await purge("thread-1");
  after(1);
  expect(await read(address, from)).toMatchObject({ text: "Edition 2", outcome: "miss" });
  release();
  expect((await early).text).toBe("Edition 1");
  expect(await read(address, from)).toMatchObject({ text: expect.not.stringContaining("1") });
});

test.each([
  ["says so", { "Cache-Control": "private, no-store", "Cache-Tag": "thread-1" }],
  ["is named by nothing", { "Cache-Control": KEPT["Cache-Control"] }],
  ["brings a cookie", { ...KEPT, "Set-Cookie": "a=b" }],
])("what %s is not kept", async (_, headers) => {
  const address = newAddress();
  const from = reader(() => new Response("Once", { headers }));
  await read(address, from);
  await read(address, from);
  expect(from.asked).toHaveLength(2);
  expect(await (await caches.open("reader-pages")).match(address)).toBeUndefined();
});

test("another isolate of the same place finds what was kept, and learns of a purge within a second", async () => {
  const address = newAddress();
  let edition = 0;
  const from = reader(() => new Response(`Edition ${++edition}`, { headers: KEPT }));
  vi.resetModules();
  const isolate: typeof here = await import("./page-cache.ts");
  expect(isolate).not.toBe(here);
  const made = await read(address, from);
  after(2_000);
  const found = await read(address, from, { isolate });
  expect(found).toMatchObject({ text: "Edition 1", outcome: "hit", age: "2" });
  expect([...found.headers]).toEqual(
    [...made.headers].map(([name, value]) => [name, name === "age" ? "2" : value]),
  );
  await purge("lists");
  after(1_000);
  expect(await read(address, from, { isolate })).toMatchObject({ text: "Edition 2", outcome: "miss" });
  expect(await read(address, from)).toMatchObject({ text: "Edition 2", outcome: "hit" });
});

test("a redirect and a missing page are kept like any other", async () => {
  const [moved, missing] = [newAddress(), newAddress()];
  const to = reader(() => new Response(null, { status: 301, headers: { ...KEPT, Location: "/t/1/a" } }));
  const none = reader(() => new Response("None", { status: 404, headers: KEPT }));
  for (const outcome of ["miss", "hit"]) {
    expect(await read(moved, to)).toMatchObject({ status: 301, outcome });
    expect(await read(missing, none)).toMatchObject({ status: 404, text: "None", outcome });
  }
});

test("a Reader that fails is asked again", async () => {
  const address = newAddress();
  const from = reader(() => Promise.reject(new Error("Away")));
  await expect(read(address, from)).rejects.toThrow("Away");
  const back = reader(() => new Response("Back", { headers: KEPT }));
  expect(await read(address, back)).toMatchObject({ text: "Back", outcome: "miss" });
});

test("turned off, it asks every time", async () => {
  const address = newAddress();
  const from = reader(() => new Response("Page", { headers: KEPT }));
  for (const outcome of ["none", "none"])
    expect(await read(address, from, { freshSeconds: 0 })).toMatchObject({ outcome });
  expect(from.asked).toHaveLength(2);
});

test("where Cloudflare's own cache stands before the Reader, it alone keeps pages, and is told of changes", async () => {
  const address = newAddress();
  const purged: string[][] = [];
  const allowed = [false, true, true];
  const statuses = ["MISS", "HIT", "UPDATING"];
  const from = {
    ...reader(
      () => new Response("Page", { headers: { ...KEPT, "Cf-Cache-Status": statuses.shift() ?? "" } }),
    ),
    purge: async (tags: string[]) => {
      purged.push(tags);
      return allowed[purged.length - 1] ?? false;
    },
  };
  const ctx = Object.assign(context(), { cache: {} });
  const cache = here.pageCache(ctx, { reader: from, origin: ORIGIN, freshSeconds: 10 });
  const outcomes = [];
  for (let each = 0; each < 3; each += 1) outcomes.push((await cache.fetch(address)).outcome);
  expect(outcomes).toEqual(["miss", "hit", "stale"]);
  for (const tag of ["thread-1", "thread-2", "thread-3"]) await cache.purge([tag]);
  // It may refuse: then the names go along with the next call.
  expect(purged).toEqual([["thread-1"], ["thread-2", "thread-1"], ["thread-3"]]);
  expect(await (await caches.open("reader-pages")).match(address)).toBeUndefined();
  expect(from.asked).toHaveLength(3);
});
