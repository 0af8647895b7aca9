import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { freePort } from "./ports.ts";
import { startWorker } from "./worker.ts";

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
export class Reader extends WorkerEntrypoint {
  fetch() { return new Response(process.env.GREETING + " " + this.env.NAME); }
}
export default {
  async fetch(request, env, ctx) {
    const { pathname } = new URL(request.url);
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
