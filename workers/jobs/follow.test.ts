import { afterEach, expect, test, vi } from "vitest";
import type { StoredEvent } from "#app/domain/events.ts";
import { followNow } from "./follow.ts";

const event: StoredEvent = { kind: "import-finished", id: 1, at: 1 };

/** What followNow needs of a Worker whose Purger does this with events. */
function before(drop: () => Promise<unknown>) {
  return { exports: { Purger: { getByName: () => ({ drop }) } } } as never;
}

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

test("a writer does not wait longer for a Purger that hangs than for a statement, and the log says so", async () => {
  vi.useFakeTimers();
  const error = vi.spyOn(console, "error").mockReturnValue();
  let isOver = false;
  const following = followNow(
    [event],
    before(() => new Promise(() => {})),
  ).then(() => {
    isOver = true;
  });
  await vi.advanceTimersByTimeAsync(4_999);
  expect(isOver).toBe(false);
  await vi.advanceTimersByTimeAsync(1);
  await following;
  const [line] = error.mock.calls.map(([text]) => JSON.parse(text));
  expect(line).toMatchObject({ level: "error", message: "Events were left to the sweep" });
});

test("a Purger that answers, or fails, is waited for no longer", async () => {
  const error = vi.spyOn(console, "error").mockReturnValue();
  await followNow(
    [event],
    before(async () => []),
  );
  expect(error).not.toHaveBeenCalled();
  await followNow(
    [event],
    before(() => Promise.reject(new Error("It is away"))),
  );
  expect(JSON.parse(error.mock.calls[0]?.[0])).toMatchObject({ reason: "It is away" });
});
