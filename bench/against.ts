import { Problem } from "#scripts/problem.ts";
import type { Limit } from "./limits.ts";
import type { Load, Measured } from "./load.ts";
import { type Cpu, type MeasuredWithCpu, measure } from "./measure.ts";
import type { Exchange, Scenario } from "./scenarios.ts";
import type { Pace } from "./timings.ts";

/** A page of another forum, and the scenarios that it is compared with. */
export type Rival = { scenarios: Scenario[]; address: string };

/** All rounds of one side: right answers a second, the middle p50 and the worst p99 in milliseconds, and the CPU of the middle round. */
export type Side = { rate: number; p50: number; p99: number; cpu: Cpu };

/** One line of the comparison. */
export type Duel = {
  name: string;
  url: string;
  connections: number;
  ours: Side;
  theirs: Side;
  /** Our rate over theirs: of all rounds, and of those where it was lowest and highest. */
  ratio: number;
  lowest: number;
  highest: number;
  wrong: number;
  faults: string[];
};

/** One line of what the machine can do at most. */
export type LimitLine = Side & { name: string; connections: number; wrong: number; faults: string[] };

type Parts = {
  load: Load;
  /** Of one round. */
  pace: Pace;
  /** Sent to the other forum. */
  cookie?: string;
  limits: Limit[];
  time: (scenario: Scenario, connections: number) => Promise<MeasuredWithCpu>;
  /** Called before each measurement, with what is measured. */
  onNext?: (what: string) => void;
};

/** Rounds of each side. */
export const ROUNDS = 5;

/**
 * Reads `URL` (compared with a thread of 20 replies, cache warm) or `NAME=URL`, where the name is that of a scenario, or of a
 * page: then all readings of it are compared. A path stands for a page of the forum that the benchmark starts.
 * Throws Problem where it is none of these.
 */
export function readRival(given: string, scenarios: Scenario[]): Rival {
  const [, name = "thread:warm", address = ""] =
    /^(?:([a-z]+(?::[a-z]+)?)=)?((?:https?:\/)?\/.*)$/.exec(given) ?? [];
  const chosen = scenarios.filter((each) => each.name === name || each.name.startsWith(`${name}:`));
  if (chosen.length > 0 && address !== "") return { scenarios: chosen, address };
  const names = scenarios.map((each) => each.name).filter((each) => each.includes(":"));
  throw new Problem(
    `"${given}" is no page to compare with: give URL, or NAME=URL with a page or one of ${names.join(", ")}.`,
  );
}

/**
 * The address of a rival's page. Throws Problem where it is none.
 * @param origin where a path belongs, if a forum was started
 * @param places what stands for each name in braces
 */
export function urlOf({ address }: Rival, origin: string | undefined, places: Record<string, string>): URL {
  const filled = address.replace(/\{(\w+)\}/g, (braced, name) => places[name] ?? braced);
  const url = URL.parse(filled, origin);
  if (!url || /[{}]/.test(filled))
    throw new Problem(
      `"${address}" is no address: a path needs --rival-command, and in braces may stand ${Object.keys(places).join(", ")}.`,
    );
  return url;
}

/**
 * Runs all pages and limits in short rounds, one after the other, so that whatever else the machine does falls on all of
 * them. In each round a rival's page comes right before ours.
 */
export async function runDuels(
  rivals: { scenarios: Scenario[]; url: URL }[],
  { load, pace, cookie = "", limits, time, onNext = () => {} }: Parts,
  connections: number,
): Promise<{ duels: Duel[]; limits: LimitLine[] }> {
  const { seconds, warmUpSeconds } = pace;
  const ask = (origin: string, exchange: Exchange, cookie: string) =>
    measure(load, { origin, source: { exchange, cookie }, from: 0, connections, seconds, warmUpSeconds });
  const pages = [];
  for (const { scenarios, url } of rivals) {
    const expected = scenarios[0]?.nth(0).expect.texts;
    pages.push({
      url,
      exchange: await learnPage(url, cookie, expected),
      theirs: [] as MeasuredWithCpu[],
      scenarios,
    });
  }
  const ours = new Map<Scenario, MeasuredWithCpu[]>();
  const bounds = limits.map((limit) => ({ ...limit, runs: [] as MeasuredWithCpu[] }));
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const { url, exchange, theirs, scenarios } of pages) {
      onNext(url.href);
      theirs.push(await ask(url.origin, exchange, cookie));
      for (const scenario of scenarios) {
        onNext(scenario.name);
        ours.set(scenario, [...(ours.get(scenario) ?? []), await time(scenario, connections)]);
      }
    }
    for (const { name, origin, exchange, runs } of bounds) {
      onNext(name);
      runs.push(await ask(origin, exchange, ""));
    }
  }
  return {
    duels: pages.flatMap(({ url, theirs, scenarios }) =>
      scenarios.map(({ name }, place) => {
        const runs = ours.get(scenarios[place] as Scenario) ?? [];
        return { name, url: url.href, connections, ...compare(runs, theirs) };
      }),
    ),
    limits: bounds.map(({ name, runs }) => ({ name, connections, ...sideOf(runs), ...faultsOf(runs) })),
  };
}

function compare(ours: MeasuredWithCpu[], theirs: MeasuredWithCpu[]) {
  const ratios = ours.map((each, round) => rate([each]) / rate(theirs.slice(round, round + 1)));
  return {
    ours: sideOf(ours),
    theirs: sideOf(theirs),
    ratio: rate(ours) / rate(theirs),
    lowest: Math.min(...ratios),
    highest: Math.max(...ratios),
    ...faultsOf([...ours, ...theirs]),
  };
}

function sideOf(runs: MeasuredWithCpu[]): Side {
  const cpu = (part: keyof Cpu) => median(runs.map((run) => run.cpu[part]));
  return {
    rate: rate(runs),
    p50: median(runs.map(({ latency }) => latency[0])),
    p99: Math.max(...runs.map(({ latency }) => latency[2])),
    cpu: { server: cpu("server"), postgres: cpu("postgres"), pooler: cpu("pooler") },
  };
}

function faultsOf(runs: Measured[]): { wrong: number; faults: string[] } {
  return { wrong: sum(runs.map((run) => run.wrong)), faults: runs.flatMap(({ faults }) => faults) };
}

function rate(runs: Measured[]): number {
  const [requests, seconds] = [sum(runs.map((run) => run.requests)), sum(runs.map((run) => run.seconds))];
  return requests / seconds;
}

function sum(numbers: number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}

export function median(numbers: number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}

/**
 * What a right answer of theirs is: the status, the title that its page has before anything is timed, and those of our
 * page's texts that stand in it, where it is made of the same data.
 */
async function learnPage(url: URL, cookie: string, ours: string[] = []): Promise<Exchange> {
  const headers = { accept: "text/html", "user-agent": "Mozilla/5.0", ...(cookie && { cookie }) };
  const response = await fetch(url, { headers, redirect: "manual" }).catch(() => null);
  const body = (await response?.text()) ?? "";
  const [title] = /<title[^>]*>[^<]+<\/title>/.exec(body) ?? [];
  if (response?.status !== 200 || !title)
    throw new Problem(`${url} answers no page with a title (${response?.status ?? "no answer"}).`);
  const texts = [title, ...ours.filter((text) => body.includes(text))];
  return { path: `${url.pathname}${url.search}`, member: null, expect: { status: 200, texts } };
}
