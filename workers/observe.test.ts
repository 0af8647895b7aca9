import { expect, test, vi } from "vitest";
import { notePage, observe, recordLateness } from "./observe.ts";

type Point = { indexes: string[]; blobs: string[]; doubles: number[] };

function newEnv() {
  const points: Point[] = [];
  const REQUESTS = { writeDataPoint: (point: Point) => void points.push(point) };
  return { points, env: { LOG_REQUESTS: 1, REQUESTS, VERSION: { id: "v1" } } };
}

function page(): Response {
  const response = new Response("a page", { headers: { "Content-Length": "6" } });
  const usage = { statements: 2, milliseconds: 12.345 };
  notePage(response.headers, { route: "/t/:number/:slug?", usage, isStaff: true });
  return response;
}

const request = new Request("https://forum.example/t/7/who?q=what");

test("a request is one data point, in the order that docs/operating.md names", async () => {
  const { env, points } = newEnv();
  await observe(request, env, async (watched) => {
    watched.side = "member";
    return page();
  });
  expect(points).toEqual([
    {
      indexes: ["/t/:number/:slug?"],
      blobs: ["GET", "member", "none", "200", "v1"],
      doubles: [expect.any(Number), 12.3, 2, 6, 1],
    },
  ]);
});

test.each(["hit", "stale", "last-good"] as const)(
  "a page that is a copy (%s) keeps its route, and cost no statement",
  async (cache) => {
    const { env, points } = newEnv();
    const response = await observe(request, env, async (watched) => {
      Object.assign(watched, { side: "reader", cache });
      return page();
    });
    expect(points[0]).toMatchObject({
      indexes: ["/t/:number/:slug?"],
      blobs: ["GET", "reader", cache, "200", "v1"],
      doubles: [expect.any(Number), 0, 0, 6, 1],
    });
    expect([...response.headers.keys()].filter((name) => name.startsWith("edgewise"))).toEqual([]);
  },
);

test("a page that was made because no copy was there counts what it cost", async () => {
  const { env, points } = newEnv();
  await observe(request, env, async (watched) => {
    watched.cache = "miss";
    return page();
  });
  expect(points[0]?.doubles[2]).toBe(2);
});

test("an answer that throws is recorded as the failure that it becomes", async () => {
  const { env, points } = newEnv();
  const failing = observe(request, env, () => Promise.reject(new Error("lost")));
  await expect(failing).rejects.toThrow("lost");
  expect(points).toEqual([expect.objectContaining({ blobs: ["GET", "gateway", "none", "500", "v1"] })]);
});

test("of requests that did not fail a share is recorded, and each point says for how many it stands", async () => {
  const points: Point[] = [];
  const REQUESTS = { writeDataPoint: (point: Point) => void points.push(point) };
  const env = { LOG_REQUESTS: 0.5, REQUESTS };
  for (let count = 0; count < 400; count += 1) await observe(request, env, async () => page());
  // Of 400 tosses of a coin, fewer than 120 or more than 280 heads come once in 10^15 tries.
  expect(points.length).toBeGreaterThan(120);
  expect(points.length).toBeLessThan(280);
  expect(new Set(points.map(({ doubles }) => doubles[4]))).toEqual(new Set([2]));
  points.length = 0;
  await observe(request, { LOG_REQUESTS: 0, REQUESTS }, async () => new Response(null, { status: 503 }));
  expect(points.map(({ doubles }) => doubles[4])).toEqual([1]);
});

test("without a place for data points, or any configuration, a request is answered all the same", async () => {
  for (const env of [null, { LOG_REQUESTS: 0 }])
    expect((await observe(request, env, async () => page())).status).toBe(200);
});

test("how late purges are is one data point, and a line only where any is late", () => {
  const points: unknown[] = [];
  const env = { PURGES: { writeDataPoint: (point: unknown) => void points.push(point) } };
  const lines = { info: vi.spyOn(console, "log"), warning: vi.spyOn(console, "warn") };
  recordLateness({ names: 0, milliseconds: 0 }, env);
  expect([lines.info.mock.calls, lines.warning.mock.calls]).toEqual([[], []]);
  recordLateness({ names: 2, milliseconds: 60_000 }, env);
  recordLateness({ names: 3, milliseconds: 60_001 }, env);
  recordLateness({ names: 3, milliseconds: 60_001 }, {});
  expect(points).toEqual([{ doubles: [0, 0] }, { doubles: [60_000, 2] }, { doubles: [60_001, 3] }]);
  const written = (level: "info" | "warning") => lines[level].mock.calls.map(([line]) => JSON.parse(line));
  const late = { event: "purges", names: 3, milliseconds: 60_001 };
  expect(written("info")).toEqual([{ level: "info", event: "purges", names: 2, milliseconds: 60_000 }]);
  expect(written("warning")).toEqual([
    { level: "warning", ...late },
    { level: "warning", ...late },
  ]);
  vi.restoreAllMocks();
});
