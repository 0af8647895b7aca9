import { access, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { Miniflare, NoOpLog } from "miniflare";
import { expect, onTestFinished, test } from "vitest";
import { freePort } from "./ports.ts";
import { outsideNetwork, startWorker, WRITES_AT_ONCE } from "./worker.ts";

const CONFIG = {
  name: "tiny",
  main: "index.js",
  compatibility_date: "2026-10-01",
  compatibility_flags: ["nodejs_compat"],
  vars: { GREETING: "hello", NAME: "nobody" },
  kv_namespaces: [{ binding: "NOTES", id: "0" }],
  assets: { directory: "../client" },
};

const WORKER = `
import { WorkerEntrypoint } from "cloudflare:workers";
let running = 0, most = 0, isReleased = false;
async function hold() {
  running += 1;
  most = Math.max(most, running);
  while (!isReleased) await scheduler.wait(10);
  running -= 1;
  return new Response("done");
}
export class Reader extends WorkerEntrypoint {
  fetch() { return new Response(process.env.GREETING + " " + this.env.NAME); }
}
export default {
  async fetch(request, env, ctx) {
    const { pathname } = new URL(request.url);
    if (request.method === "POST") return hold();
    if (pathname === "/held") return Response.json({ running, most });
    if (pathname === "/release") isReleased = true;
    if (pathname === "/reader") return ctx.exports.Reader.fetch(request);
    if (request.method === "PUT") await env.NOTES.put("note", await request.text());
    return new Response((await env.NOTES.get("note")) ?? "nothing at " + pathname);
  },
};
`;

test("a build runs with its variables, its entrypoints and its files, and KV outlives it", async () => {
  const { build, persist } = await tinyBuild();
  const start = async () => startWorker({ port: await freePort(), env: { NAME: "Ada" }, build, persist });

  const first = await start();
  const reader = await fetch(`${first.origin}/reader`);
  const file = await fetch(`${first.origin}/assets/a.css`);
  const missing = await fetch(`${first.origin}/assets/b.css`);
  await fetch(first.origin, { method: "PUT", body: "kept" });
  await first.stop();
  const second = await start();
  onTestFinished(second.stop);

  expect(await reader.text()).toBe("hello Ada");
  expect([await file.text(), file.headers.get("Cache-Control")]).toEqual(["p {}", "public, max-age=60"]);
  expect(await missing.text()).toBe("nothing at /assets/b.css");
  expect(await (await fetch(second.origin)).text()).toBe("kept");
});

test("a build that is removed or made anew beside a running Worker takes nothing from it", async () => {
  const { build, persist } = await tinyBuild();
  const files = path.join(path.dirname(persist), "files");
  const running = await startWorker({ port: await freePort(), env: { NAME: "Ada" }, build, files });
  onTestFinished(running.stop);
  await rm(build, { recursive: true });
  await mkdir(path.join(build, "client/assets"), { recursive: true });
  await writeFile(path.join(build, "client/assets/a.css"), "b {}");

  const file = await fetch(`${running.origin}/assets/a.css`);
  expect([await file.text(), file.headers.get("Cache-Control")]).toEqual(["p {}", "public, max-age=60"]);
  expect(await (await fetch(`${running.origin}/reader`)).text()).toBe("hello Ada");
  await running.stop();
  await expect(access(files)).rejects.toThrow("ENOENT");
});

test("a crowd of writes comes in turns, readers pass by, and who hangs up keeps no place", async () => {
  const { build } = await tinyBuild();
  const { origin, stop } = await startWorker({ port: await freePort(), env: {}, build });
  onTestFinished(stop);
  const held = async () => (await fetch(`${origin}/held`)).json();
  const write = (signal?: AbortSignal) => fetch(origin, { method: "POST", body: "words", signal });
  const crowd = (size: number, signal?: AbortSignal) => Array.from({ length: size }, () => write(signal));

  const impatient = new AbortController();
  const gone = crowd(WRITES_AT_ONCE / 2, impatient.signal);
  await expect.poll(held).toEqual({ running: WRITES_AT_ONCE / 2, most: WRITES_AT_ONCE / 2 });
  const patient = crowd(3 * WRITES_AT_ONCE);
  await expect.poll(held).toEqual({ running: WRITES_AT_ONCE, most: WRITES_AT_ONCE });
  gone.push(...crowd(WRITES_AT_ONCE, impatient.signal));
  impatient.abort();
  expect((await Promise.allSettled(gone)).filter(({ status }) => status === "fulfilled")).toEqual([]);
  await fetch(`${origin}/release`);

  const answers = await Promise.all(patient);
  expect(new Set(await Promise.all(answers.map((answer) => answer.text())))).toEqual(new Set(["done"]));
  // All places are free again.
  await expect.poll(held).toEqual({ running: 0, most: WRITES_AT_ONCE });
  expect((await Promise.all(crowd(2 * WRITES_AT_ONCE))).every(({ ok }) => ok)).toBe(true);
});

test("without a build it says what to run", async () => {
  const { persist } = await tinyBuild();
  await expect(startWorker({ port: await freePort(), env: {}, build: persist })).rejects.toThrow(
    /npm run build/,
  );
});

async function tinyBuild() {
  const folder = await mkdtemp(path.join(tmpdir(), "edgewise-build-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  for (const [file, text] of Object.entries({
    "build/server/wrangler.json": JSON.stringify(CONFIG),
    "build/server/index.js": WORKER,
    "build/client/assets/a.css": "p {}",
    "build/client/_headers": "/assets/*\n  Cache-Control: public, max-age=60\n",
  })) {
    await mkdir(path.dirname(path.join(folder, file)), { recursive: true });
    await writeFile(path.join(folder, file), text);
  }
  return { build: path.join(folder, "build"), persist: path.join(folder, "kv") };
}

/** Asks for each address through the network that pictures of other hosts are fetched from, and says what came of it. */
const ASKS = `
export default {
  async fetch(request, { OUTSIDE, ADDRESSES }) {
    const ask = (address) => OUTSIDE.fetch(address).then(({ status }) => status, () => "refused");
    return Response.json(await Promise.all(ADDRESSES.map(ask)));
  },
};
`;

test("names and numbers that lead to this machine are not reached, when pictures of other hosts are fetched", async () => {
  const port = await freePort();
  let connections = 0;
  const inside = createServer((_, response) => response.end("a secret")).on(
    "connection",
    () => connections++,
  );
  await new Promise<void>((resolve) => inside.listen(port, resolve));
  onTestFinished(() => void inside.close());
  const ask = async (network: ReturnType<typeof outsideNetwork>) => {
    const hosts = ["localhost", "127.0.0.1", "[::1]", "0.0.0.0"];
    const addresses = hosts.map((host) => `http://${host}:${port}/`);
    const miniflare = new Miniflare({
      cf: false,
      // It logs each connection that it refuses.
      log: new NoOpLog(),
      handleStructuredLogs: () => {},
      workers: [
        {
          config: {
            name: "asks",
            compatibilityDate: CONFIG.compatibility_date,
            manifest: { mainModule: "a.js", modules: { "a.js": { type: "esm", contents: ASKS } } },
            env: { OUTSIDE: network, ADDRESSES: { type: "json", value: addresses } },
          },
        },
      ],
    });
    onTestFinished(() => miniflare.dispose());
    return (await miniflare.dispatchFetch("http://localhost")).json();
  };
  expect(await ask(outsideNetwork())).toEqual(["refused", "refused", "refused", "refused"]);
  expect(connections).toBe(0);
  // What is refused there is reached by a network that has no such limit.
  expect(
    await ask({ type: "network", allow: ["public", "private"], tlsOptions: { trustBrowserCas: true } }),
  ).toEqual([200, 200, 200, 200]);
});
