import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { build, isBuildFresh, programOf } from "#local/build.ts";
import { findChromium, findJava, findPgBouncer } from "#local/programs.ts";
import { reportFailure } from "#scripts/problem.ts";

/** What some tests need of the machine, and how Debian and Ubuntu bring it. */
const NEEDED = [
  { name: "Chromium", package: "chromium", variable: "CHROMIUM_PATH", isHere: () => findChromium() },
  { name: "PgBouncer", package: "pgbouncer", variable: "PGBOUNCER_PATH", isHere: () => findPgBouncer() },
  { name: "Java", package: "default-jre-headless", variable: "JAVA_PATH", isHere: () => findJava() },
];

type Summary = { passed: number; failed: number; skipped: number };

/** The parts of the JSON reporter's file that are read here. */
type Results = {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numTodoTests: number;
  testResults: { status: string; assertionResults: { status: string }[] }[];
};

/**
 * `npm test`: builds if a source changed, runs every test that this machine can run, and says what it could not.
 * Arguments go to Vitest. With REQUIRE_ALL=1, or on CI, a skipped test counts as a failure.
 */
async function main(): Promise<void> {
  if (!(await isBuildFresh())) {
    console.log("Building: a source changed since the last build.");
    await build();
  }
  const { code, summary } = await runVitest(process.argv.slice(2));
  const isStrict = process.env.REQUIRE_ALL === "1" || process.env.CI === "true";
  if (summary.skipped > 0) announceSkipped(summary.skipped, isStrict);
  const isGood = code === 0 && summary.failed === 0 && !(isStrict && summary.skipped > 0);
  if (!isGood) process.exitCode = 1;
  const { passed, failed, skipped } = summary;
  console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`);
}

async function runVitest(args: string[]): Promise<{ code: number | null; summary: Summary }> {
  const folder = await mkdtemp(path.join(tmpdir(), "edgewise-results-"));
  const file = path.join(folder, "results.json");
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${file}`];
  try {
    const child = spawn(process.execPath, [programOf("vitest", "vitest"), "run", ...reporters, ...args], {
      stdio: ["ignore", "inherit", "inherit"],
    });
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", resolve);
    });
    const summary = summarize(JSON.parse(await readFile(file, "utf8")));
    // An error outside of any test fails the run, so it is a failure that the last line must not hide.
    if (code !== 0 && summary.failed === 0) summary.failed = 1;
    return { code, summary };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A file that could not be loaded has no tests, and is one failure. */
function summarize(results: Results): Summary {
  const broken = results.testResults.filter(
    ({ status, assertionResults }) =>
      status === "failed" && !assertionResults.some((test) => test.status === "failed"),
  );
  return {
    passed: results.numPassedTests,
    failed: results.numFailedTests + broken.length,
    skipped: results.numPendingTests + results.numTodoTests,
  };
}

function announceSkipped(skipped: number, isStrict: boolean): void {
  const missing = NEEDED.filter(({ isHere }) => !isHere());
  const rule = "=".repeat(72);
  const lines = [
    `NOT EVERYTHING WAS TESTED: ${skipped} ${skipped === 1 ? "test was" : "tests were"} skipped.`,
    ...missing.map(({ name, variable }) => `  ${name} is not on this machine (or set ${variable}).`),
  ];
  if (missing.length > 0)
    lines.push(`  To bring it: apt-get install ${missing.map((each) => each.package).join(" ")}`);
  if (isStrict) lines.push("  Here every test must run, so this run has failed.");
  console.log(["", rule, ...lines, rule, ""].join("\n"));
}

await main().catch(reportFailure);
