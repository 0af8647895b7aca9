import type { Duel, LimitLine, Side } from "./against.ts";
import type { Cost } from "./costs.ts";
import type { Machine } from "./machine.ts";
import type { Cpu } from "./measure.ts";
import type { Paint } from "./paint.ts";
import type { Scenario } from "./scenarios.ts";
import type { Timing } from "./timings.ts";
import type { Weight } from "./weights.ts";

/** All that a run has found, as `--json` writes it. Bytes, milliseconds and megabytes (10^6 bytes). */
export type Results = {
  machine: Machine;
  /** What stood before Postgres. */
  database: string;
  seconds: number;
  /** From the call that starts workerd to the first right answer of a page. */
  startMilliseconds: number;
  bundle: { bytes: number; gzipBytes: number };
  timings: Timing[];
  costs: Cost[];
  weights: Weight[];
  paints: Paint[];
  duels: Duel[];
  limits: LimitLine[];
};

type Table = { head: string[]; rows: string[][] };
type Section = { title: string; table?: Table; notes: string[] };

/** Above this share of a core, the load generator itself is what is measured. */
const BUSY = 0.95;

/** The results for a terminal. */
export function asText(results: Results, scenarios: Scenario[]): string {
  return sectionsOf(results, scenarios)
    .map(({ title, table, notes }) =>
      [title, ...(table ? ["", padded(table, "  ")] : []), ...notes].join("\n"),
    )
    .join("\n\n");
}

/** The results for docs/performance.md. */
export function asMarkdown(results: Results, scenarios: Scenario[]): string {
  return sectionsOf(results, scenarios)
    .map(({ title, table, notes }) =>
      [`### ${title}`, ...(table ? [markdown(table)] : []), ...notes].join("\n\n"),
    )
    .join("\n\n");
}

function sectionsOf(results: Results, scenarios: Scenario[]): Section[] {
  const { machine, database, seconds, startMilliseconds, bundle, timings } = results;
  const { date, cores, processor, memoryGigabytes, system, node, workerd, postgres } = machine;
  const memory = timings.map(({ workerMegabytes }) => workerMegabytes);
  const about: Section = {
    title: `Measured ${date.slice(0, 10)}`,
    notes: [
      `${cores} cores of ${processor}, ${memoryGigabytes} GB, ${system}; Node ${node}, workerd ${workerd}, Postgres ${postgres}, ${database}. ${seconds} s a line.`,
      `The Worker is ${bundle.bytes} bytes, ${bundle.gzipBytes} after gzip, and gives its first page ${startMilliseconds.toFixed(0)} ms after it is started.` +
        (memory.length > 0
          ? ` workerd had between ${Math.min(...memory).toFixed(0)} and ${Math.max(...memory).toFixed(0)} MB in memory.`
          : ""),
    ],
  };
  const sections = [
    about,
    speed(results, scenarios),
    costs(results, scenarios),
    weights(results),
    paints(results),
    duels(results, scenarios),
    limits(results),
  ];
  return sections.filter(({ title, table }) => title === about.title || (table && table.rows.length > 0));
}

function speed({ timings }: Results, scenarios: Scenario[]): Section {
  const isBusy = timings.some(({ busy }) => busy > BUSY);
  return {
    title: "Speed",
    table: {
      head: [
        "page",
        "who",
        "connections",
        "requests/s",
        "p50 ms",
        "p95 ms",
        "p99 ms",
        "CPU ms, Worker",
        "CPU ms, Postgres",
      ],
      rows: timings.map((timing) => [
        ...named(timing.name, scenarios),
        `${timing.connections}`,
        `${(timing.requests / timing.seconds).toFixed(0)}${timing.busy > BUSY ? "*" : ""}`,
        ...timing.latency.map((each) => each.toFixed(1)),
        shown(timing.cpu.server, 2),
        shown(timing.cpu.postgres, 2),
      ]),
    },
    notes: [
      ...(isBusy ? ["\\* The load generator had no time left: the forum can do more."] : []),
      ...fillings(timings, scenarios),
    ],
  };
}

/** What it costs to fill the cache and to keep a copy: how much more CPU a cold page takes than one that nothing keeps. */
function fillings(lines: { name: string; connections: number; cpu: Cpu }[], scenarios: Scenario[]): string[] {
  return lines.flatMap(({ name, connections, cpu }) => {
    const bare = lines.find(
      (other) => other.name === name.replace(/:cold$/, ":uncached") && other.connections === connections,
    );
    if (!name.endsWith(":cold") || !bare) return [];
    const [more, moreInPostgres] = [cpu.server - bare.cpu.server, cpu.postgres - bare.cpu.postgres];
    const [page] = named(name, scenarios);
    return `Filling costs ${shown(more, 1)} ms in the Worker and ${shown(moreInPostgres, 1)} ms in Postgres: ${page}, ${connections} connections.`;
  });
}

function costs({ costs }: Results, scenarios: Scenario[]): Section {
  return {
    title: "What a request costs the database",
    table: {
      head: ["page", "who", "connections opened", "statements", "round trips once connected"],
      rows: costs.map((cost) => [
        ...named(cost.name, scenarios),
        ...[cost.connections, cost.statements, cost.roundTrips].map(String),
      ]),
    },
    notes: [],
  };
}

function weights({ weights }: Results): Section {
  return {
    title: "What a first visit loads from our own origin (bytes after gzip, images apart)",
    table: {
      head: ["page", "who", "HTML", "CSS", "JavaScript", "requests", "first contentful paint, ms"],
      rows: weights.map((weight) => [
        weight.page,
        weight.who,
        ...[weight.html, weight.css, weight.js, weight.requests].map(String),
        shown(weight.firstContentfulPaint, 0),
      ]),
    },
    notes: [],
  };
}

function paints({ paints }: Results): Section {
  return {
    title: "First contentful paint on a slow network (150 ms, 1.6 Mbit/s, CPU at half)",
    table: {
      head: ["page", "median ms", "lowest", "highest", "times the page of one word", "bytes"],
      rows: paints.map((paint) => [
        paint.page,
        ...[paint.median, paint.lowest, paint.highest].map((each) => each.toFixed(0)),
        paint.ratio.toFixed(2),
        `${paint.bytes}`,
      ]),
    },
    notes: [],
  };
}

const SIDE_HEAD = ["/s", "p50 ms", "p99 ms", "CPU ms", "Postgres ms"];

function sideCells({ rate, p50, p99, cpu }: Side): string[] {
  return [rate.toFixed(0), p50.toFixed(1), p99.toFixed(1), shown(cpu.server, 2), shown(cpu.postgres, 2)];
}

function duels({ duels }: Results, scenarios: Scenario[]): Section {
  return {
    title: "Against another forum, in turn",
    table: {
      head: [
        "page",
        "who",
        "connections",
        "ratio",
        "lowest",
        "highest",
        ...SIDE_HEAD.map((each) => `ours ${each}`),
        ...SIDE_HEAD.map((each) => `theirs ${each}`),
      ],
      rows: duels.map((duel) => [
        ...named(duel.name, scenarios),
        `${duel.connections}`,
        ...[duel.ratio, duel.lowest, duel.highest].map((each) => each.toFixed(2)),
        ...sideCells(duel.ours),
        ...sideCells(duel.theirs),
      ]),
    },
    notes: [
      ...new Set(duels.map(({ name, url }) => `${named(name, scenarios)[0]} against ${url}`)),
      ...fillings(
        duels.map(({ name, connections, ours }) => ({ name, connections, cpu: ours.cpu })),
        scenarios,
      ),
    ],
  };
}

function limits({ limits }: Results): Section {
  return {
    title: "What bounds it here",
    table: {
      head: ["answer", "connections", ...SIDE_HEAD],
      rows: limits.map((limit) => [limit.name, `${limit.connections}`, ...sideCells(limit)]),
    },
    notes: [],
  };
}

function named(name: string, scenarios: Scenario[]): string[] {
  const scenario = scenarios.find((each) => each.name === name);
  return [scenario?.page ?? name, scenario?.who ?? ""];
}

/** A dash for what this system does not tell. */
function shown(value: number, digits: number): string {
  return Number.isFinite(value) ? value.toFixed(digits) : "–";
}

const isNumeric = (cell: string) => /^[\d.–*]+$/.test(cell);

function padded({ head, rows }: Table, gap: string): string {
  const widths = head.map((title, column) =>
    Math.max(...[head, ...rows].map((row) => (row[column] ?? title).length)),
  );
  const line = (row: string[]) =>
    row
      .map((cell, column) =>
        isNumeric(rows[0]?.[column] ?? "")
          ? cell.padStart(widths[column] ?? 0)
          : cell.padEnd(widths[column] ?? 0),
      )
      .join(gap);
  return [head, ...rows].map((row) => line(row).trimEnd()).join("\n");
}

function markdown({ head, rows }: Table): string {
  const rule = head.map((_, column) => (isNumeric(rows[0]?.[column] ?? "") ? "--:" : "---"));
  return [head, rule, ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n");
}
