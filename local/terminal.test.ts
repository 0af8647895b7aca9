import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, onTestFinished, test } from "vitest";

const TERMINAL = new URL("terminal.ts", import.meta.url).href;

/** A program that stops with `stop` when it is interrupted, and has said that it is ready. */
async function program(stop: string) {
  const text = `
    const { onInterrupt } = await import(${JSON.stringify(TERMINAL)});
    setInterval(() => {}, 1000);
    onInterrupt(${stop});
    console.log("ready");`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", text]);
  onTestFinished(() => void child.kill("SIGKILL"));
  const said = { text: "" };
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (said.text += chunk));
  await expect.poll(() => said.text).toContain("ready");
  const ended = once(child, "close").then(([code]) => ({ code, text: said.text }));
  return { child, said, ended };
}

test.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)(
  "%s stops everything, says goodbye, and is no error",
  async (signal) => {
    const { child, ended } = await program(`async () => console.log("stopped")`);
    child.kill(signal);
    const { code, text } = await ended;
    expect(code).toBe(0);
    expect(text).toMatch(/Stopping[\s\S]*stopped[\s\S]*Goodbye/);
  },
);

test("what could not be stopped is said, and is an error", async () => {
  const { child, ended } = await program(`async () => { throw new Error("Postgres stays"); }`);
  child.kill("SIGINT");
  const { code, text } = await ended;
  expect(code).toBe(1);
  expect(text).toContain("Postgres stays");
  expect(text).not.toContain("Goodbye");
});

test("a second Ctrl-C does not wait for what does not stop", async () => {
  const { child, said, ended } = await program("() => new Promise(() => {})");
  child.kill("SIGINT");
  await expect.poll(() => said.text).toContain("Stopping");
  child.kill("SIGINT");
  expect((await ended).code).toBe(130);
});
