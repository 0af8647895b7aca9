import { Problem } from "#scripts/problem.ts";
import type { Load, Measured } from "./load.ts";
import type { Exchange, Scenario } from "./scenarios.ts";
import type { Pace } from "./timings.ts";

/** A page of another forum, and the scenario that it is compared with. */
export type Rival = { name: string; scenario: Scenario; url: URL };

/** One line of the comparison; rates in right answers a second. */
export type Duel = {
  name: string;
  url: string;
  connections: number;
  ours: number;
  theirs: number;
  /** Our rate over theirs: of all rounds, and of those where it was lowest and highest. */
  ratio: number;
  lowest: number;
  highest: number;
  /** Of the worst round, in milliseconds. */
  oursP99: number;
  theirsP99: number;
  wrong: number;
  faults: string[];
};

type Parts = {
  load: Load;
  /** Of one round. */
  pace: Pace;
  /** Sent to the other forum. */
  cookie?: string;
  time: (scenario: Scenario, connections: number) => Promise<Measured>;
};

/** Rounds of each side. */
export const ROUNDS = 5;

/** Reads `URL` (compared with a thread of 20 replies, cache warm) or `SCENARIO=URL`. Throws Problem where it is neither. */
export function readRival(given: string, scenarios: Scenario[]): Rival {
  const [, name = "thread:warm", address = ""] = /^(?:([a-z]+:[a-z]+)=)?(https?:\/\/.*)$/.exec(given) ?? [];
  const scenario = scenarios.find((each) => each.name === name);
  const url = URL.parse(address);
  if (scenario && url) return { name: `${name} against ${url.host}`, scenario, url };
  const names = scenarios.map((each) => each.name).filter((each) => each.includes(":"));
  throw new Problem(
    `"${given}" is no page to compare with: give URL, or NAME=URL with one of ${names.join(", ")}.`,
  );
}

/**
 * Runs both sides in short rounds, one after the other, so that whatever else the machine does falls on both.
 * @param time runs ours once
 */
export async function runDuel(
  rival: Rival,
  { load, pace, cookie = "", time }: Parts,
  connections: number,
): Promise<Duel> {
  const { scenario, url } = rival;
  const source = { exchange: await learnPage(url, cookie), cookie };
  const rounds: [ours: Measured, theirs: Measured][] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const ours = await time(scenario, connections);
    const { seconds, warmUpSeconds } = pace;
    const theirs = await load.run({
      origin: url.origin,
      source,
      from: 0,
      connections,
      seconds,
      warmUpSeconds,
    });
    rounds.push([ours, theirs]);
  }
  const ratios = rounds.map(([ours, theirs]) => rate([ours]) / rate([theirs])).sort((a, b) => a - b);
  const [ours, theirs] = [rounds.map(([each]) => each), rounds.map(([, each]) => each)];
  const all = rounds.flat();
  return {
    name: scenario.name,
    url: url.href,
    connections,
    ours: rate(ours),
    theirs: rate(theirs),
    ratio: rate(ours) / rate(theirs),
    lowest: ratios[0] ?? Number.NaN,
    highest: ratios.at(-1) ?? Number.NaN,
    oursP99: worstP99(ours),
    theirsP99: worstP99(theirs),
    wrong: sum(all.map((run) => run.wrong)),
    faults: all.flatMap(({ faults }) => faults),
  };
}

function rate(runs: Measured[]): number {
  const [requests, seconds] = [sum(runs.map((run) => run.requests)), sum(runs.map((run) => run.seconds))];
  return requests / seconds;
}

function sum(numbers: number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}

function worstP99(runs: Measured[]): number {
  return Math.max(...runs.map(({ latency }) => latency[2]));
}

/** What a right answer of theirs is: the status, and the title that its page has before anything is timed. */
async function learnPage(url: URL, cookie: string): Promise<Exchange> {
  const headers = { accept: "text/html", "user-agent": "Mozilla/5.0", ...(cookie && { cookie }) };
  const response = await fetch(url, { headers, redirect: "manual" }).catch(() => null);
  const [title] = /<title[^>]*>[^<]+<\/title>/.exec((await response?.text()) ?? "") ?? [];
  if (response?.status !== 200 || !title)
    throw new Problem(`${url} answers no page with a title (${response?.status ?? "no answer"}).`);
  return { path: `${url.pathname}${url.search}`, member: null, expect: { status: 200, texts: [title] } };
}
