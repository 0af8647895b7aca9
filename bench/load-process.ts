import { createHistogram } from "node:perf_hooks";
import type { Client } from "undici";
import { faultOf, openClient, send } from "./exchange.ts";
import type { FromLoad, Job, Measured, ToLoad } from "./load.ts";
import { type Exchange, scenariosOf } from "./scenarios.ts";

// The load generator: a process of its own, so that nothing else delays what it sends and what it times.
// It is written with undici. autocannon (9.0.0) tells no p95, counts whole milliseconds, times no answer but 2xx (our writes
// are answered 303), and cannot tell what a right answer to which request is.
let cookies: string[] = [];

// Ctrl-C reaches every process of the terminal: this one ends when its parent lets go of it.
process.on("SIGINT", () => {});

process.on("message", async (message: ToLoad) => {
  cookies = message.cookies;
  if (message.job) tell({ measured: await measure(message.job) });
});

function tell(message: FromLoad): void {
  process.send?.(message);
}

type Run = {
  next: number;
  isOver: () => boolean;
  answer(exchange: Exchange, nanoseconds: number, fault: string | null): void;
};

async function measure(job: Job): Promise<Measured> {
  const histogram = createHistogram();
  const measured: Measured = {
    requests: 0,
    right: 0,
    seconds: 0,
    latency: [0, 0, 0],
    next: job.from,
    wrong: 0,
    faults: [],
    busy: 0,
  };
  const { nth, distinct } = requestsOf(job);
  const clients = Array.from({ length: job.connections }, () => openClient(job.origin));
  let isTimed = false;
  const run: Run = {
    next: job.from,
    isOver: () => false,
    answer(exchange, nanoseconds, fault) {
      if (fault !== null) note(measured, exchange, fault);
      else measured.right += 1;
      if (!isTimed || fault !== null) return;
      measured.requests += 1;
      histogram.record(Math.max(1, Math.round(nanoseconds)));
    },
  };
  const phase = async (seconds: number) => {
    const end = performance.now() + seconds * 1000;
    run.isOver = () => run.next >= distinct || performance.now() >= end;
    await Promise.all(clients.map((client) => useConnection(client, job, nth, run)));
  };
  await phase(job.warmUpSeconds);
  isTimed = true;
  tell({ begun: true });
  const [start, cpu] = [performance.now(), process.cpuUsage()];
  await phase(job.seconds);
  measured.seconds = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  measured.busy = (user + system) / 1e6 / measured.seconds;
  measured.latency = [50, 95, 99].map((each) => histogram.percentile(each) / 1e6) as Measured["latency"];
  measured.next = run.next;
  await Promise.all(clients.map((client) => client.destroy()));
  return measured;
}

/** One request after the other over one connection, each timed until the last byte of its answer. */
async function useConnection(
  client: Client,
  job: Job,
  nth: (n: number) => Exchange,
  run: Run,
): Promise<void> {
  const { origin, source } = job;
  while (!run.isOver()) {
    const exchange = nth(run.next++);
    const cookie = "cookie" in source ? source.cookie : cookies[exchange.member ?? -1];
    const start = performance.now();
    try {
      const answer = await send(client, origin, exchange, cookie ?? "");
      run.answer(exchange, (performance.now() - start) * 1e6, faultOf(answer, exchange));
    } catch (error) {
      run.answer(exchange, 0, `it did not come: ${error instanceof Error ? error.message : error}`);
    }
  }
}

function requestsOf({ source }: Job): { nth: (n: number) => Exchange; distinct: number } {
  if ("exchange" in source) return { nth: () => source.exchange, distinct: Infinity };
  const scenario = scenariosOf(source.size).find(({ name }) => name === source.scenario);
  if (!scenario) throw new Error(`There is no scenario ${source.scenario}`);
  return scenario;
}

const FAULTS_SHOWN = 3;

function note(measured: Measured, { path }: Exchange, fault: string): void {
  measured.wrong += 1;
  if (measured.faults.length < FAULTS_SHOWN)
    measured.faults.push(`The answer to ${path} is wrong: ${fault}.`);
}
