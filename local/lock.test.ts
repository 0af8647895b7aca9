import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { lockState, originOfRunning } from "./lock.ts";

const ORIGIN = "http://localhost:20001";

test("the forum of a folder is the one that holds it, and none once that has ended", async () => {
  const folder = await mkdtemp(path.join(tmpdir(), "edgewise-lock-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  expect(() => originOfRunning(folder)).toThrow("npm start");

  // Known by its number and its command line.
  const holder = spawn(process.execPath, ["--eval", "setInterval(() => {}, 1000)", "local/start.ts"]);
  onTestFinished(() => void holder.kill("SIGKILL"));
  await once(holder, "spawn");
  await writeFile(
    path.join(folder, "running.json"),
    JSON.stringify({ pid: holder.pid, origin: ORIGIN, workers: [] }),
  );
  expect(originOfRunning(folder)).toBe(ORIGIN);
  await expect(lockState(folder, ORIGIN)).rejects.toThrow(`running already, at ${ORIGIN}`);

  holder.kill("SIGKILL");
  await once(holder, "exit");
  expect(() => originOfRunning(folder)).toThrow("npm start");
  (await lockState(folder, ORIGIN)).release();
});
