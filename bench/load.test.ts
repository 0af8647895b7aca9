import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, expect, onTestFinished, test } from "vitest";
import { freePort, isListening, LOOPBACK } from "#local/ports.ts";
import { Problem } from "#scripts/problem.ts";
import { readRival, runDuels, urlOf } from "./against.ts";
import { QUICK } from "./data.ts";
import { type Job, startLoad } from "./load.ts";
import { measure } from "./measure.ts";
import { startRival } from "./rival.ts";
import { type Exchange, scenariosOf } from "./scenarios.ts";

type Reply = { status?: number; location?: string; body?: string };

/** A site that answers as it is told, and keeps what it was sent. */
async function startSite(answer: (n: number) => Reply) {
  const seen: { request: IncomingMessage; body: string }[] = [];
  const server = createServer(async (request, response) => {
    let text = "";
    for await (const chunk of request) text += chunk;
    const { status = 200, location, body = "" } = answer(seen.push({ request, body: text }));
    response.writeHead(status, location ? { location } : {}).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, LOOPBACK, resolve));
  onTestFinished(() => new Promise((resolve) => server.close(() => resolve())));
  return { origin: `http://${LOOPBACK}:${(server.address() as AddressInfo).port}`, seen };
}

const load = startLoad(async () => ["__session=ours"]);
afterAll(load.stop);

const PAGE: Exchange = {
  path: "/t/1",
  member: null,
  expect: { status: 200, texts: ["<title>A</title>"], absent: "<script", count: { text: "<li>", times: 2 } },
};
const RIGHT = "<title>A</title><li><li>";

const once = (origin: string, exchange: Exchange): Job => ({
  origin,
  source: { exchange, cookie: "theirs=1" },
  from: 0,
  connections: 2,
  warmUpSeconds: 0,
  seconds: 0.3,
});

test("right answers are counted and timed", async () => {
  const { origin, seen } = await startSite(() => ({ body: RIGHT }));
  const measured = await load.run(once(origin, PAGE));
  expect(measured.faults).toEqual([]);
  expect(measured.requests).toBe(seen.length);
  expect(measured.requests).toBeGreaterThan(0);
  const [p50, p95, p99] = measured.latency;
  expect(p50).toBeGreaterThan(0);
  expect(p95).toBeGreaterThanOrEqual(p50);
  expect(p99).toBeGreaterThanOrEqual(p95);
  expect(seen[0]?.request.headers.cookie).toBe("theirs=1");
});

test.each<[what: string, answer: Reply, fault: string]>([
  ["an error page", { status: 503, body: RIGHT }, "it has status 503, not 200"],
  ["another page", { body: "<title>B</title><li><li>" }, '"<title>A</title>" is not in it'],
  ["half a page", { body: "<title>A</title><li>" }, '"<li>" is in it 1 times, not 2'],
  ["a page with a script", { body: `${RIGHT}<script>` }, '"<script" is in it'],
])("%s is a wrong answer, and is not counted as one of the others", async (_, wrong, fault) => {
  const { origin, seen } = await startSite((n) => (n % 2 === 0 ? wrong : { body: RIGHT }));
  const measured = await load.run(once(origin, PAGE));
  expect(measured.wrong).toBe(Math.floor(seen.length / 2));
  expect(measured.requests).toBe(seen.length - measured.wrong);
  expect(measured.faults[0]).toBe(`The answer to /t/1 is wrong: ${fault}.`);
});

test("a form is posted as a page of the site would, and must lead where it should", async () => {
  const { origin, seen } = await startSite((n) => ({
    status: 303,
    location: n === 1 ? "/sign-in" : "/t/1#reply-2",
  }));
  const form = {
    path: "/t/1",
    member: null,
    form: { body: "a & b" },
    expect: { status: 303, location: /#reply-2$/ },
  };
  const measured = await load.run(once(origin, form));
  expect(measured.right).toBe(seen.length - 1);
  const { request, body } = seen[0] ?? {};
  expect(request?.method).toBe("POST");
  expect(request?.headers.origin).toBe(origin);
  expect(body).toBe("body=a+%26+b");
});

test("a server that is gone is a wrong answer, not a fast one", async () => {
  const measured = await load.run({ ...once(`http://${LOOPBACK}:${await freePort()}`, PAGE), seconds: 0.05 });
  expect(measured.requests).toBe(0);
  expect(measured.wrong).toBeGreaterThan(0);
  expect(measured.faults[0]).toMatch(/it did not come: .*ECONNREFUSED/);
});

const PACE = { connections: [2], seconds: 0.1, warmUpSeconds: 0 };

/** Times our side against a page that is always right. */
const timeAgainst = (origin: string) => (_: unknown, connections: number) =>
  measure(load, { ...once(origin, PAGE), connections, seconds: 0.1 });

test("two forums are compared round by round, and a wrong page of theirs is found", async () => {
  const ours = await startSite(() => ({ body: RIGHT }));
  const theirs = await startSite((n) => ({ body: n === 5 ? "Too many requests" : "<title>Theirs</title>" }));
  const { scenarios, address } = readRival(`thread:cold=${theirs.origin}/topic/1?page=2`, scenariosOf(QUICK));
  expect(scenarios.map(({ name }) => name)).toEqual(["thread:cold"]);
  const { duels } = await runDuels(
    [{ scenarios, url: new URL(address) }],
    { load, pace: PACE, limits: [], time: timeAgainst(ours.origin) },
    2,
  );
  const [duel] = duels;
  expect(theirs.seen[0]?.request.url).toBe("/topic/1?page=2");
  expect(duel?.ratio).toBeCloseTo((duel?.ours.rate ?? 0) / (duel?.theirs.rate ?? 0));
  expect(duel?.lowest).toBeLessThanOrEqual(duel?.highest ?? 0);
  expect(duel?.theirs.p50).toBeLessThanOrEqual(duel?.theirs.p99 ?? 0);
  expect(duel?.wrong).toBe(1);
  expect(duel?.faults[0]).toContain('"<title>Theirs</title>" is not in it');
});

test("all readings of a page are compared with one of theirs, which must go on showing what ours shows", async () => {
  const ours = await startSite(() => ({ body: RIGHT }));
  const scenarios = scenariosOf(QUICK);
  const [title = ""] = scenarios.find(({ name }) => name === "thread:warm")?.nth(0).expect.texts ?? [];
  // Whoever shows the page of somebody else under the same title is found out.
  const theirs = await startSite((n) => ({ body: `<title>Theirs</title>${n === 5 ? "" : title}` }));
  const rival = readRival(`thread=${theirs.origin}/topic/1`, scenarios);
  const { duels, limits } = await runDuels(
    [{ scenarios: rival.scenarios, url: new URL(rival.address) }],
    {
      load,
      pace: PACE,
      limits: [{ name: "a page", origin: ours.origin, exchange: PAGE }],
      time: timeAgainst(ours.origin),
    },
    2,
  );
  expect(duels.map(({ name }) => name)).toEqual([
    "thread:warm",
    "thread:uncached",
    "thread:cold",
    "thread:member",
  ]);
  expect(duels[0]?.faults[0]).toContain(`"${title}" is not in it`);
  expect(limits.map(({ name, wrong }) => ({ name, wrong }))).toEqual([{ name: "a page", wrong: 0 }]);
  expect(limits[0]?.rate).toBeGreaterThan(0);
});

test("what is no page to compare with is refused", () => {
  const scenarios = scenariosOf(QUICK);
  expect(readRival("http://forum.example/t/1", scenarios).scenarios.map(({ name }) => name)).toEqual([
    "thread:warm",
  ]);
  expect(() => readRival("forum.example/t/1", scenarios)).toThrow(Problem);
  expect(() => readRival("nothing:warm=http://forum.example/", scenarios)).toThrow(/category:warm/);
});

test("an address is filled in, and a path belongs to the forum that was started", () => {
  const rival = (given: string) => readRival(given, scenariosOf(QUICK));
  const places = { thread: "7" };
  expect(urlOf(rival("/t/{thread}"), "http://localhost:81", places).href).toBe("http://localhost:81/t/7");
  expect(urlOf(rival("http://forum.example/{thread}"), undefined, places).pathname).toBe("/7");
  expect(() => urlOf(rival("/t/1"), undefined, places)).toThrow(/--rival-command/);
  expect(() => urlOf(rival("/t/{topic}"), "http://localhost:81", places)).toThrow(/may stand thread/);
});

/** A forum that says what it was started with. */
const RIVAL = `require("http").createServer((_, response) => {
  for (const { user } = process.cpuUsage(); process.cpuUsage().user - user < 100_000; );
  response.end(process.env.DATABASE_URL);
}).listen(process.argv[1], "${LOOPBACK}")`;

test("a rival is started on the benchmark's database, its processor time is seen, and it ends with its shell", async () => {
  const command = `cd . && "${process.execPath}" -e '${RIVAL}' {port}; true`;
  const { port, stop } = await startRival(command, "postgres://ours");
  const origin = `http://${LOOPBACK}:${port}`;
  try {
    expect(await (await fetch(origin)).text()).toBe("postgres://ours");
    const page = { path: "/", member: null, expect: { status: 200, texts: ["postgres://ours"] } };
    const { cpu, wrong } = await measure(load, once(origin, page));
    expect(wrong).toBe(0);
    if (process.platform === "linux") expect(cpu.server).toBeGreaterThan(0);
  } finally {
    await stop();
  }
  expect(await isListening(port)).toBe(false);
});

test("a rival that ends before it listens is a problem", async () => {
  await expect(startRival("exit 3", "postgres://ours")).rejects.toThrow(/ended with 3/);
});
