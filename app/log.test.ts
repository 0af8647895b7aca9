import { afterEach, expect, test, vi } from "vitest";
import { errorFacts, log, reasonOf } from "./log.ts";

afterEach(() => vi.restoreAllMocks());

const LEVELS = [
  { level: "info", method: "log" },
  { level: "warning", method: "warn" },
  { level: "error", method: "error" },
] as const;

test.each(LEVELS)("a line of level $level is one object of JSON, by console.$method", ({ level, method }) => {
  const write = vi.spyOn(console, method).mockImplementation(() => {});
  log({ level, message: "Something happened\nin two lines", requestId: "r", code: undefined, count: 2 });
  expect(write.mock.calls).toEqual([
    [`{"level":"${level}","message":"Something happened\\nin two lines","requestId":"r","count":2}`],
  ]);
});

test("of an error the log holds what began it: a statement's own error repeats what somebody wrote", () => {
  const cause = Object.assign(new Error("relation does not exist"), { name: "PostgresError" });
  const thrown = new Error("Failed query: … params: what somebody wrote", { cause });
  expect(errorFacts(thrown)).toEqual({ name: "PostgresError", message: cause.message, stack: cause.stack });
  expect(JSON.stringify(errorFacts(thrown))).not.toContain("somebody");
  expect([reasonOf(thrown), reasonOf("a text")]).toEqual(["relation does not exist", "a text"]);
});
