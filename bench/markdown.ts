/**
 * Measures `renderMarkdown` on hostile texts of `BODY_MAX` characters: CPU milliseconds and growth, the slowest
 * first. Fails when one takes more than 100 ms or grows more than 40 times, as the forum promises.
 *
 *     node bench/markdown.ts [how many to show, 15 unless told]
 */
import { BODY_MAX } from "#app/domain/limits.ts";
import { renderMarkdown } from "#app/domain/markdown.ts";
import { PATHOLOGICAL } from "#app/domain/markdown-pathological.ts";
import { countCharacters } from "#app/domain/text.ts";

const CPU_MS_MAX = 100;
const GROWTH_MAX = 40;

/** The best of so many runs: what a run takes beyond it is the machine's other work. */
const RUNS = 5;

type Measured = { name: string; ms: number; growth: number };

function measure(name: string, source: string): Measured {
  let ms = Number.POSITIVE_INFINITY;
  let html = "";
  for (let run = 0; run < RUNS; run++) {
    const start = process.cpuUsage();
    html = renderMarkdown(source);
    const used = process.cpuUsage(start);
    ms = Math.min(ms, (used.user + used.system) / 1000);
  }
  return { name, ms, growth: countCharacters(html) / Math.max(1, countCharacters(source)) };
}

function row({ name, ms, growth }: Measured): string {
  return `${ms.toFixed(1).padStart(8)} ms  ×${growth.toFixed(1).padEnd(5)} ${name}`;
}

const shown = Number(process.argv[2] ?? 15);
const results = Object.entries(PATHOLOGICAL).map(([name, make]) => measure(name, make(BODY_MAX)));
results.sort((a, b) => b.ms - a.ms);
const tooMuch = results.filter(({ ms, growth }) => ms > CPU_MS_MAX || growth > GROWTH_MAX);
const largest = results.reduce((most, result) => (result.growth > most.growth ? result : most));

console.log(`${results.length} texts of ${BODY_MAX.toLocaleString("en")} characters; the slowest:`);
for (const result of results.slice(0, shown)) console.log(row(result));
console.log(`Grows most:\n${row(largest)}`);
for (const result of tooMuch) console.error(`Too much: ${row(result).trim()}`);
process.exitCode = tooMuch.length > 0 ? 1 : 0;
