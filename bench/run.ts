import { writeFile } from "node:fs/promises";
import { Command, InvalidArgumentError } from "commander";
import { build, isBuildFresh } from "#local/build.ts";
import { step } from "#local/terminal.ts";
import { Problem, reportFailure } from "#scripts/problem.ts";
import { readRival } from "./against.ts";
import { runBenchmark } from "./benchmark.ts";
import { FULL, QUICK } from "./data.ts";
import { asMarkdown, asText } from "./report.ts";
import { scenariosOf } from "./scenarios.ts";
import type { Pace } from "./timings.ts";

type Options = {
  quick?: boolean;
  seconds?: number;
  connections?: number[];
  only?: RegExp;
  json?: string;
  markdown?: string;
  against?: string[];
  againstCookie?: string;
  rivalCommand?: string;
  firstPaint?: boolean;
};

const FULL_PACE: Pace = { connections: [1, 16, 64], seconds: 5, warmUpSeconds: 1 };
const QUICK_PACE: Pace = { connections: [1, 16], seconds: 0.2, warmUpSeconds: 0.1 };

const program = new Command("npm run bench --")
  .description(
    "Measures the production build in workerd, with a Postgres and a forum of its own. docs/performance.md explains the results.",
  )
  .option("--quick", "a short run on less data, to see that everything works; its figures mean nothing")
  .option("--seconds <n>", "how long each line is measured (default: 5)", parseSeconds)
  .option("--connections <n,...>", "how many at once (default: 1,16,64)", parseConnections)
  .option(
    "--only <pattern>",
    "scenarios whose name this regular expression matches, such as ^thread: or member",
    parsePattern,
  )
  .option("--json <file>", "write the results there as JSON")
  .option("--markdown <file>", "write the results there as Markdown tables")
  .option(
    "--against <[name=]url...>",
    "compare with pages of another forum instead, in turn (name: a scenario, or a page for all that is read of it; default thread:warm)",
  )
  .option("--against-cookie <cookie>", "what the other forum's pages are asked with")
  .option(
    "--rival-command <command>",
    "start the other forum with this on the benchmark's database, whose DATABASE_URL is set; {port} is filled in, and pages of --against may be paths with {thread}, {long} (their keys) and {category}",
  )
  .option("--first-paint", "measure nothing but when a thread is first seen on a slow network")
  .allowExcessArguments(false)
  .showHelpAfterError("(--help says more)")
  .addHelpText(
    "after",
    `\nScenarios: ${scenariosOf(FULL)
      .map(({ name }) => name)
      .join(", ")}`,
  );

function parseSeconds(value: string): number {
  const seconds = Number(value);
  if (seconds > 0 && seconds <= 600) return seconds;
  throw new InvalidArgumentError("It is a number of seconds, at most 600.");
}

function parseConnections(value: string): number[] {
  const connections = value.split(",").map(Number);
  if (connections.every((each) => Number.isInteger(each) && each > 0 && each <= 512)) return connections;
  throw new InvalidArgumentError("It is a list such as 1,16,64, and none is more than 512.");
}

function parsePattern(value: string): RegExp {
  try {
    return new RegExp(value);
  } catch {
    throw new InvalidArgumentError("It is a regular expression.");
  }
}

/** `npm run bench`. A wrong answer fails the run, after everything has been printed. */
async function main(options: Options): Promise<void> {
  const size = options.quick ? QUICK : FULL;
  const all = scenariosOf(size);
  const scenarios = all.filter(({ name }) => options.only?.test(name) ?? true);
  if (scenarios.length === 0) throw new Problem(`No scenario matches ${options.only}.`);
  const rivals = (options.against ?? []).map((given) => readRival(given, all));
  const pace = options.quick ? QUICK_PACE : FULL_PACE;
  if (!(await isBuildFresh())) await step("Build", build);

  const { results, faults } = await runBenchmark({
    size,
    scenarios,
    rivals,
    rivalCommand: options.rivalCommand,
    rivalCookie: options.againstCookie,
    isPaintAlone: options.firstPaint ?? false,
    visits: options.quick ? 1 : options.firstPaint ? 15 : 5,
    pace: {
      ...pace,
      connections: options.connections ?? pace.connections,
      seconds: options.seconds ?? pace.seconds,
    },
  });
  console.log(`\n${asText(results, scenarios)}`);
  if (options.quick) console.log("\nA quick run shows that everything works. Its figures mean nothing.");
  if (options.json) await writeFile(options.json, `${JSON.stringify(results, null, 2)}\n`);
  if (options.markdown) await writeFile(options.markdown, `${asMarkdown(results, scenarios)}\n`);
  if (faults.length > 0)
    throw new Problem(["\nWRONG ANSWERS, so this run has failed:", ...faults].join("\n  "));
}

await main(program.parse().opts<Options>()).catch(reportFailure);
