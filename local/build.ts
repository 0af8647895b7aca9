import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, globSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { Problem } from "#scripts/problem.ts";
import { hasBuild } from "./worker.ts";

/** The files that a build is made from. */
const SOURCES = [
  "app/**/*",
  "workers/**/*",
  "public/**/*",
  "vite.config.ts",
  "react-router.config.ts",
  "wrangler.toml",
  "package-lock.json",
];
const STAMP = "build/.sources";

/** Whether `build/` was made from the sources as they are. Their content counts, as a checkout changes their times. */
export async function isBuildFresh(): Promise<boolean> {
  if (!existsSync(STAMP) || !(await hasBuild())) return false;
  return readFileSync(STAMP, "utf8") === hashSources();
}

/** @throws Problem with the end of the builder's output when it fails */
export async function build(): Promise<void> {
  const hash = hashSources();
  const { code, output } = await runTool("@react-router/dev", "react-router", ["build"], {
    NODE_ENV: "production",
  });
  if (code !== 0)
    throw new Problem(`The build failed:\n\n${output.trim().split("\n").slice(-40).join("\n")}`);
  writeFileSync(STAMP, hash);
}

function hashSources(): string {
  const hash = createHash("sha256");
  for (const file of globSync(SOURCES, { exclude: ["**/*.test.*"], withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort()) {
    hash.update(path.relative("", file)).update("\0").update(readFileSync(file)).update("\0");
  }
  return hash.digest("hex");
}

/** The program `name` of a package, to be run by this same Node. */
export function programOf(packageName: string, name: string): string {
  const folder = path.resolve("node_modules", packageName);
  const { bin } = JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8"));
  return path.join(folder, typeof bin === "string" ? bin : bin[name]);
}

function runTool(packageName: string, name: string, args: string[], env: Record<string, string>) {
  return new Promise<{ code: number | null; output: string }>((resolve) => {
    const child = spawn(process.execPath, [programOf(packageName, name), ...args], {
      env: { ...process.env, WRANGLER_SEND_METRICS: "false", CLOUDFLARE_CF_FETCH_ENABLED: "false", ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    child.stdout.on("data", (chunk) => (output += chunk));
    child.stderr.on("data", (chunk) => (output += chunk));
    child.once("error", (error) => resolve({ code: null, output: `${output}${error.message}` }));
    child.once("close", (code) => resolve({ code, output }));
  });
}
