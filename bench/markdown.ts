/**
 * Measures `renderMarkdown` on hostile texts of `BODY_MAX` characters: CPU milliseconds and growth, the slowest
 * first. Fails when one takes more than 100 ms or grows more than 40 times, as the forum promises.
 *
 *     node bench/markdown.ts [--cold] [how many to show, 15 unless told]
 *
 * Warm, all texts share one process, and the JavaScript is compiled. With `--cold` each run of each text is the
 * first render of a new process, as after a deployment; the CPU of compiling and of collecting garbage is counted.
 */
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { elsewherePath, publicAddress } from "#app/domain/elsewhere.ts";
import { BODY_MAX } from "#app/domain/limits.ts";
import { renderMarkdown } from "#app/domain/markdown.ts";
import { PATHOLOGICAL } from "#app/domain/markdown-pathological.ts";
import { countCharacters } from "#app/domain/text.ts";

const CPU_MS_MAX = 100;
const GROWTH_MAX = 40;

/** The best of so many runs: what a run takes beyond it is the machine's other work. */
const RUNS = 5;

type Run = { ms: number; growth: number };
type Measured = Run & { name: string };

function source(name: string): string {
  const make = PATHOLOGICAL[name];
  if (!make) throw new Error(`no hostile text is called "${name}"`);
  return make(BODY_MAX);
}

/** As in a forum that shows pictures of other hosts. */
function show(address: string): string | null {
  const url = publicAddress(address);
  return url && elsewherePath({ signature: "-".repeat(22), address: url.href });
}

function runHere(name: string): Run {
  const text = source(name);
  const start = process.cpuUsage();
  const html = renderMarkdown(text, show);
  const used = process.cpuUsage(start);
  return {
    ms: (used.user + used.system) / 1000,
    growth: countCharacters(html) / Math.max(1, countCharacters(text)),
  };
}

function runInNewProcess(name: string): Run {
  const file = fileURLToPath(import.meta.url);
  return JSON.parse(execFileSync(process.execPath, [file, "--one", name], { encoding: "utf8" }));
}

function measure(name: string, run: (name: string) => Run): Measured {
  const runs = Array.from({ length: RUNS }, () => run(name));
  return { name, ms: Math.min(...runs.map(({ ms }) => ms)), growth: runs[0]?.growth ?? 0 };
}

function row({ name, ms, growth }: Measured): string {
  return `${ms.toFixed(1).padStart(8)} ms  ×${growth.toFixed(1).padEnd(5)} ${name}`;
}

function report(cold: boolean, shown: number): void {
  const results = Object.keys(PATHOLOGICAL).map((name) => measure(name, cold ? runInNewProcess : runHere));
  results.sort((a, b) => b.ms - a.ms);
  const tooMuch = results.filter(({ ms, growth }) => ms > CPU_MS_MAX || growth > GROWTH_MAX);
  const largest = results.reduce((most, result) => (result.growth > most.growth ? result : most));
  const how = cold ? "each in a new process" : "warm";
  console.log(`${results.length} texts of ${BODY_MAX.toLocaleString("en")} characters, ${how}; the slowest:`);
  for (const result of results.slice(0, shown)) console.log(row(result));
  console.log(`Grows most:\n${row(largest)}`);
  for (const result of tooMuch) console.error(`Too much: ${row(result).trim()}`);
  process.exitCode = tooMuch.length > 0 ? 1 : 0;
}

const [first, ...rest] = process.argv.slice(2);
if (first === "--one") console.log(JSON.stringify(runHere(rest[0] ?? "")));
else if (first === "--cold") report(true, Number(rest[0] ?? 15));
else report(false, Number(first ?? 15));
