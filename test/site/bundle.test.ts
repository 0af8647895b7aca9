import { globSync, readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { BUNDLE_KIB_MAX } from "#test/budgets.ts";

const SERVER = "build/server";
const CLIENT = "build/client";

/** The files that the server's bundle was made of, as its source map names them. */
function bundledFiles(): string[] {
  const maps = globSync(`${SERVER}/**/*.js.map`);
  return maps.flatMap((map) => JSON.parse(readFileSync(map, "utf8")).sources as string[]);
}

test("the deployed Worker holds nothing of local, scripts or test", () => {
  const ours = bundledFiles().filter((file) => !file.includes("node_modules/"));
  expect(ours.some((file) => file.endsWith("app/db/threads.server.ts"))).toBe(true);
  expect(ours.filter((file) => /(^|\/)(local|scripts|test)\//.test(file))).toEqual([]);
});

test("the deployed Worker's postgres-js takes its crypto from us, which remembers keys", () => {
  expect(bundledFiles().some((file) => file.endsWith("app/db/postgres-crypto.server.ts"))).toBe(true);
});

test("the deployed Worker's React Router encodes for scripts alone", () => {
  const modules = globSync(`${SERVER}/**/*.js`).map((file) => readFileSync(file, "utf8"));
  const lines = modules.flatMap((text) => text.match(/serverHandoffStream: .*/g) ?? []);
  expect(lines).toEqual(
    Array(2).fill(expect.stringMatching(/^serverHandoffStream: build.isScriptless \? void 0 : /)),
  );
});

test("the deployed Worker holds no package that is there for development alone", () => {
  const folders = bundledFiles().map((file) => /node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0]);
  const { packages } = JSON.parse(readFileSync("package-lock.json", "utf8"));
  const bundled = [...new Set(folders)].filter((folder) => folder !== undefined);
  expect(bundled).toContain("node_modules/postgres");
  expect(bundled.filter((folder) => packages[folder]?.dev)).toEqual([]);
});

test("the Worker's bundle stays under its budget after gzip", () => {
  const modules = globSync(`${SERVER}/**/*.js`).map((file) => readFileSync(file));
  expect(modules.length).toBeGreaterThan(0);
  expect(gzipSync(Buffer.concat(modules)).length / 1024).toBeLessThan(BUNDLE_KIB_MAX);
});

test("what browsers download holds no statement, and names no secret of ours", () => {
  const files = globSync(`${CLIENT}/**/*`, { withFileTypes: true }).filter((entry) => entry.isFile());
  expect(files.length).toBeGreaterThan(5);
  const telling = files.filter((entry) =>
    /thread_replies|reply_votes|DATABASE_URL|CLERK_WEBHOOK_SECRET|COOKIE_SECRET|HELD_FORMS|postgres:\/\//.test(
      readFileSync(`${entry.parentPath}/${entry.name}`, "utf8"),
    ),
  );
  expect(telling.map(({ name }) => name)).toEqual([]);
});

test("a page waits for no font", () => {
  expect(globSync(`${CLIENT}/**/*.{woff,woff2,ttf,otf,eot}`)).toEqual([]);
  const stylesheets = globSync(`${CLIENT}/assets/*.css`);
  expect(stylesheets.length).toBe(1);
  for (const file of stylesheets) expect(readFileSync(file, "utf8")).not.toContain("@font-face");
});
