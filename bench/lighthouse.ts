/**
 * Measures the home page, a category, a thread and a member of the forum that runs in this folder with Lighthouse, as a
 * telephone on a slow network would see them, and prints its four scores: of each page the run in the middle of three.
 * Performance depends on the machine and is therefore asserted nowhere; the other three are, in
 * test/journeys/lighthouse.test.ts.
 *
 *     npm start                        in one terminal, then in another
 *     npm run lighthouse -- [URL]      another forum, where one is named
 */
import { launch } from "chrome-launcher";
import lighthouse from "lighthouse";
import { originOfRunning } from "#local/lock.ts";
import { findChromium } from "#local/programs.ts";
import { STATE_DIR } from "#local/settings.ts";
import { Problem, reportFailure } from "#scripts/problem.ts";

const CATEGORIES = ["performance", "accessibility", "best-practices", "seo"];
/** What Lighthouse's authors advise against chance: several runs, and the one in the middle (docs/variability.md there). */
const RUNS = 3;
/** On a busy machine Chromium may lose a part of its trace, and Lighthouse says to try again ("NO_NAVSTART"): so often. */
const LOST_RUNS_MAX = 3;
const LOST_TRACE = ["NO_TRACING_STARTED", "NO_NAVSTART", "NO_RESOURCE_REQUEST", "NO_DCL"];
const TIMES = {
  "first-contentful-paint": "first paint",
  "largest-contentful-paint": "largest paint",
  "total-blocking-time": "blocked",
  "cumulative-layout-shift": "layout shift",
  "total-byte-weight": "weight",
};

type Row = Record<string, string | number>;

async function main(origin = originOfRunning(STATE_DIR)): Promise<void> {
  const home = await fetch(origin).catch(() => {
    throw new Problem(`Nothing answers at ${origin}. Start the forum with: npm start`);
  });
  const html = await home.text();
  const paths = [/href="(\/c\/[^"]+)"/, /href="(\/t\/\d+\/[^"]+)"/, /href="(\/u\/[^"]+)"/].map(
    (link) => link.exec(html)?.[1],
  );
  const rows: Record<string, Row> = {};
  for (const path of ["/", ...paths])
    if (path !== undefined) rows[path.slice(0, 30)] = await middleOf(new URL(path, origin).href);
  console.table(rows);
}

async function middleOf(url: string): Promise<Row> {
  const runs: Row[] = [];
  for (let lost = 0; runs.length < RUNS; ) {
    const row = await measure(url, { mayBeLost: lost < LOST_RUNS_MAX });
    if (row) runs.push(row);
    else lost += 1;
  }
  runs.sort((a, b) => Number(a.performance) - Number(b.performance));
  return runs[Math.floor(RUNS / 2)] ?? {};
}

/**
 * Lighthouse's scores for a page, of 100, and the times behind them; null where Chromium lost the trace and that may be. A
 * browser of its own, so that nothing is kept.
 */
async function measure(url: string, { mayBeLost }: { mayBeLost: boolean }): Promise<Row | null> {
  const chromium = await launch({
    chromePath: findChromium(),
    chromeFlags: ["--headless=new", "--no-sandbox", "--disable-dev-shm-usage"],
  });
  try {
    const result = await lighthouse(url, {
      port: chromium.port,
      onlyCategories: CATEGORIES,
      logLevel: "error",
    });
    const error = result?.lhr.runtimeError;
    if (error && mayBeLost && LOST_TRACE.includes(error.code)) return null;
    if (!result || error) throw new Problem(`${url}: ${error?.message ?? "Lighthouse said nothing"}`);
    const { categories, audits } = result.lhr;
    const scores = CATEGORIES.map((name) => [name, Math.round((categories[name]?.score ?? 0) * 100)]);
    const times = Object.entries(TIMES).map(([id, name]) => [name, audits[id]?.displayValue ?? ""]);
    return Object.fromEntries([...scores, ...times]);
  } finally {
    chromium.kill();
  }
}

await main(process.argv[2]).catch(reportFailure);
