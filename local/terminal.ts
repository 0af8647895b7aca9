import { styleText } from "node:util";
import { reportFailure } from "#scripts/problem.ts";

/** Does a piece of work and says how long it took, once it is done. */
export async function step<T>(what: string, work: () => Promise<T>): Promise<T> {
  const start = performance.now();
  const isTerminal = process.stdout.isTTY === true;
  if (isTerminal) process.stdout.write(`  … ${what}`);
  try {
    const result = await work();
    const seconds = `${((performance.now() - start) / 1000).toFixed(1)} s`;
    if (isTerminal) process.stdout.write("\r\x1b[2K");
    console.log(`  ${styleText("green", "✓")} ${what.padEnd(14)} ${styleText("dim", seconds)}`);
    return result;
  } catch (error) {
    if (isTerminal) process.stdout.write("\r\x1b[2K");
    console.log(`  ${styleText("red", "✗")} ${what}`);
    throw error;
  }
}

/** Says what is where, in two columns. */
export function printAddresses(title: string, addresses: [what: string, where: string][]): void {
  const width = Math.max(...addresses.map(([what]) => what.length)) + 3;
  const lines = addresses.map(([what, where]) => `  ${styleText("dim", what.padEnd(width))}${where}`);
  console.log(`\n  ${styleText("bold", title)}\n\n${lines.join("\n")}\n`);
}

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** What a shell says of a program that Ctrl-C has ended: 128 and the signal's number, 2. */
const INTERRUPTED = 130;

/**
 * Runs `stop` on Ctrl-C, on a request to end, and when the terminal is closed, says goodbye, and ends the process: with
 * 0, as that is how it is meant to end, or with 1 where something could not be stopped. A second Ctrl-C does not wait.
 */
export function onInterrupt(stop: () => Promise<void>): void {
  let stopping = false;
  const end = async () => {
    if (stopping) process.exit(INTERRUPTED);
    stopping = true;
    console.log("\n  Stopping …");
    await stop().then(
      () => console.log("  Goodbye. Everything has stopped."),
      (error) => reportFailure(error),
    );
    process.exit();
  };
  for (const signal of SIGNALS) process.on(signal, () => void end());
  // npm does not pass a request to end on: it ends itself, and leaves its script behind.
  const parent = process.ppid;
  const watch = () => process.ppid !== parent && !stopping && void end();
  if (process.env.npm_lifecycle_event !== undefined) setInterval(watch, 1000).unref();
  // Miniflare ends the process at its first signal and leaves the database running: its listeners are taken off.
  process.on("newListener", (name: string | symbol, listener: () => void) => {
    if (SIGNALS.some((signal) => signal === name)) queueMicrotask(() => process.off(name, listener));
  });
}
