import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { checkDeployment, type DeployConfig, SECRETS } from "./preflight.ts";

const READY: DeployConfig = {
  name: "edgewise",
  vars: { ORIGIN: "https://forum.example.com", CLERK_PUBLISHABLE_KEY: "pk_live_Y2xlcms" },
  kv_namespaces: [
    { binding: "HELD_FORMS", id: "5f1e2d" },
    { binding: "LAST_GOOD", id: "00aa0b" },
  ],
  hyperdrive: [],
  r2_buckets: [{ binding: "PICTURES", bucket_name: "edgewise-pictures" }],
};
const ALL = Object.keys(SECRETS);

test("nothing stands in the way of a deployment that has everything", () => {
  expect(checkDeployment(READY, ALL)).toEqual({ toDo: [], advice: [] });
});

test("secrets that nobody could ask for are not said to be missing", () => {
  expect(checkDeployment(READY, null)).toEqual({ toDo: [], advice: [] });
});

test("each secret that is missing is named with its command; without two of them the forum runs", () => {
  const { toDo, advice } = checkDeployment(READY, []);
  for (const [name, command] of Object.entries(SECRETS))
    expect([...toDo, ...advice].join("\n")).toContain(`The secret ${name} is not set: ${command}`);
  expect(toDo.length + advice.length).toBe(ALL.length);
  expect(advice).toEqual([
    expect.stringMatching(/PICTURES_KEY.*as links/),
    expect.stringMatching(/CLERK_JWT_KEY.*asks Clerk/),
  ]);
});

test("a bucket that Cloudflare does not have is named with its command; none is needed", () => {
  expect(checkDeployment(READY, ALL, ["edgewise-pictures"]).toDo).toEqual([
    expect.stringContaining("npx wrangler r2 bucket create edgewise-pictures"),
  ]);
  expect(checkDeployment({ ...READY, r2_buckets: [] }, ALL).toDo).toEqual([]);
  expect(checkDeployment({ ...READY, r2_buckets: [{ binding: "PICTURES" }] }, ALL).toDo).toHaveLength(1);
});

test("with Hyperdrive bound, DATABASE_URL is not needed", () => {
  const hyperdrive = [{ binding: "HYPERDRIVE", id: "c0ffee" }];
  const secrets = ALL.filter((name) => name !== "DATABASE_URL");
  expect(checkDeployment({ ...READY, hyperdrive }, secrets).toDo).toEqual([]);
  expect(checkDeployment(READY, secrets).toDo).toEqual([expect.stringContaining("DATABASE_URL")]);
});

test.each<[what: string, change: Partial<DeployConfig>, named: RegExp]>([
  ["no namespace", { kv_namespaces: READY.kv_namespaces.slice(1) }, /namespace create HELD_FORMS/],
  [
    "a namespace's placeholder",
    {
      kv_namespaces: [...READY.kv_namespaces.slice(0, 1), { binding: "LAST_GOOD", id: `${"0".repeat(31)}1` }],
    },
    /namespace create LAST_GOOD/,
  ],
  ["Hyperdrive's placeholder", { hyperdrive: [{ binding: "HYPERDRIVE", id: "0".repeat(32) }] }, /HYPERDRIVE/],
  [
    "an accent that there is not",
    { vars: { ...READY.vars, FORUM_ACCENT: "mauve" } },
    /FORUM_ACCENT: must be/,
  ],
  ["no origin", { vars: { ...READY.vars, ORIGIN: undefined } }, /add ORIGIN = /],
  [
    "an origin with a path",
    { vars: { ...READY.vars, ORIGIN: "https://a.b/" } },
    /ORIGIN is "https:\/\/a\.b\/"/,
  ],
  ["an origin without TLS", { vars: { ...READY.vars, ORIGIN: "http://a.b" } }, /ORIGIN is "http:/],
  ["an origin that is none", { vars: { ...READY.vars, ORIGIN: "a.b" } }, /ORIGIN is "a\.b"/],
  [
    "a secret key in place of the publishable",
    { vars: { ...READY.vars, CLERK_PUBLISHABLE_KEY: "sk_live_x" } },
    /pk_live_/,
  ],
  ["a secret in the file", { vars: { ...READY.vars, COOKIE_SECRET: "x" } }, /holds the secret COOKIE_SECRET/],
])("%s is refused", (_, change, named) => {
  expect(checkDeployment({ ...READY, ...change }, ALL).toDo).toEqual([expect.stringMatching(named)]);
});

test("a variable that was set as a secret is there", () => {
  const vars = { CLERK_PUBLISHABLE_KEY: READY.vars.CLERK_PUBLISHABLE_KEY };
  expect(checkDeployment({ ...READY, vars }, [...ALL, "ORIGIN"]).toDo).toEqual([]);
});

const here = (file: string) => fileURLToPath(new URL(file, import.meta.url));

test("docs/deploying.md gives the command of each secret, and the Worker asks for nothing that is not checked", async () => {
  const docs = await readFile(here("../docs/deploying.md"), "utf8");
  for (const command of Object.values(SECRETS)) expect(docs).toContain(command);

  const env = await readFile(here("../workers/env.ts"), "utf8");
  const schema = env.slice(env.indexOf("z.object({\n"), env.indexOf("\n});"));
  const fields = [...schema.matchAll(/^ {2}([A-Z_]+): (.*),$/gm)];
  const needed = fields
    .filter(([, , type]) => !/optional\(\)|default\(/.test(type ?? ""))
    .map(([, name]) => name);
  expect(needed.length).toBeGreaterThan(5);
  const nothing = { vars: {}, kv_namespaces: [], hyperdrive: [], r2_buckets: [] };
  const { toDo } = checkDeployment(nothing, []);
  for (const name of needed) expect(toDo.join("\n")).toContain(name);
});

/** Runs the preflight with the real Wrangler, for nobody who is logged in, on what stands in a folder. */
async function preflight(config: string, env: Record<string, string> = {}) {
  const folder = await mkdtemp(path.join(tmpdir(), "edgewise-preflight-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await writeFile(path.join(folder, "wrangler.toml"), config);
  const child = spawn(process.execPath, [here("preflight.ts")], {
    cwd: folder,
    env: { PATH: process.env.PATH, HOME: folder, XDG_CONFIG_HOME: folder, ...env },
  });
  const ran = { code: null as number | null, output: "", errors: "" };
  child.stdout.on("data", (chunk) => (ran.output += chunk));
  child.stderr.on("data", (chunk) => (ran.errors += chunk));
  ran.code = await new Promise((resolve) => child.once("close", resolve));
  return ran;
}

test("this checkout, as it is cloned, is not deployed, and every step that is left is said", async () => {
  const { code, errors } = await preflight(await readFile(here("../wrangler.toml"), "utf8"));
  expect(code).toBe(1);
  for (const step of [
    "create HELD_FORMS",
    "create LAST_GOOD",
    "add ORIGIN",
    "add CLERK_PUBLISHABLE_KEY",
    "wrangler login",
  ])
    expect(errors).toContain(step);
});

test("where Cloudflare cannot be reached, it says what it has not checked, and goes on", async () => {
  const original = await readFile(here("../wrangler.toml"), "utf8");
  const config = original
    .replace(/"0{31}/g, '"c0ffee')
    .replace(
      "[vars]",
      '[vars]\nORIGIN = "https://forum.example.com"\nCLERK_PUBLISHABLE_KEY = "pk_live_Y2xlcms"',
    );
  const { code, output, errors } = await preflight(config, {
    CLOUDFLARE_API_TOKEN: "none",
    CLOUDFLARE_ACCOUNT_ID: "none",
    // Nothing listens on this port.
    CLOUDFLARE_API_BASE_URL: "http://127.0.0.1:1",
  });
  expect([code, errors]).toEqual([0, ""]);
  expect(output).toContain(`Not checked, whether these secrets are set: ${ALL.join(", ")}.`);
});
