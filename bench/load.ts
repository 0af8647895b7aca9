import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Size } from "./data.ts";
import type { Exchange } from "./scenarios.ts";

/** What the load generator is to do. */
export type Job = {
  origin: string;
  /** The requests of a scenario, with our members' cookies; or one request again and again, with this cookie. */
  source: { size: Size; scenario: string } | { exchange: Exchange; cookie: string };
  /** Which of the scenario's requests comes first. */
  from: number;
  connections: number;
  warmUpSeconds: number;
  seconds: number;
};

/** What it has seen. Only right answers are counted and timed. */
export type Measured = {
  requests: number;
  seconds: number;
  /** p50, p95 and p99 in milliseconds. */
  latency: [p50: number, p95: number, p99: number];
  /** Right answers, those of the warm-up included. */
  right: number;
  wrong: number;
  /** The first few wrong answers, in words. */
  faults: string[];
  /** The first request of the scenario that was not sent. */
  next: number;
  /** The generator's own share of a core: near 1, it is itself what is measured. */
  busy: number;
};

export type ToLoad = { cookies: string[]; job?: Job };
export type FromLoad = { begun: true } | { measured: Measured };

/** Session tokens live a minute. */
const REFRESH_MS = 20_000;

export type Load = ReturnType<typeof startLoad>;

/**
 * Starts the load generator.
 * @param mintCookies answers each member's `Cookie` header, with fresh tokens
 */
export function startLoad(mintCookies: () => Promise<string[]>) {
  const child = fork(fileURLToPath(new URL("load-process.ts", import.meta.url)), {
    // Requests hold regular expressions, which JSON would lose.
    serialization: "advanced",
  });
  let isStopped = false;
  const exited = new Promise<never>((_, reject) => {
    child.once("exit", (code) => isStopped || reject(new Error(`The load generator ended with ${code}`)));
  });
  exited.catch(() => {});
  const tell = (message: ToLoad) => void child.send(message);
  return {
    /** Runs a job to its end. `onBegun` is called between the warm-up and what is timed. */
    async run(job: Job, onBegun: () => void = () => {}): Promise<Measured> {
      tell({ cookies: await mintCookies(), job });
      const refresh = setInterval(async () => tell({ cookies: await mintCookies() }), REFRESH_MS);
      let listener: (message: FromLoad) => void = () => {};
      const done = new Promise<Measured>((resolve) => {
        listener = (message) => ("begun" in message ? onBegun() : resolve(message.measured));
        child.on("message", listener);
      });
      try {
        return await Promise.race([done, exited]);
      } finally {
        clearInterval(refresh);
        child.off("message", listener);
      }
    },
    stop() {
      isStopped = true;
      if (child.connected) child.disconnect();
    },
  };
}
