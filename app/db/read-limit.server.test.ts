import { expect, test } from "vitest";
import { createReadLimit, createReadLimits, type Place, type ReadLimit } from "./read-limit.server.ts";

test("there are as many places as it says, and who leaves makes room for one", () => {
  const reads = createReadLimit(
    () => 2,
    () => 0,
  );
  const first = reads.enter({}) as Place;
  const third = {};
  expect([reads.enter({}), reads.enter(third)]).toEqual([expect.anything(), null]);
  reads.leave(first);
  reads.leave(first);
  expect([reads.enter(third), reads.enter({})]).toEqual([expect.anything(), null]);
});

test("the place of a request that was broken off is free again after half a minute", () => {
  let clock = 0;
  const reads = createReadLimit(
    () => 1,
    () => clock,
  );
  const lost = reads.enter({}) as Place;
  clock += 30_000;
  const second = {};
  expect(reads.enter(second)).toBeNull();
  clock += 1;
  expect(reads.enter(second)).not.toBeNull();
  reads.leave(lost);
  expect(reads.enter({})).toBeNull();
});

test("a clock that is set back keeps no place taken, and lets nobody wait for who is gone", () => {
  let clock = 3_600_000;
  const reads = createReadLimit(
    () => 1,
    () => clock,
  );
  reads.enter({});
  reads.enter({});
  clock = 0;
  expect(reads.enter({})).not.toBeNull();
});

test("who has waited comes before newcomers, as long as somebody waits", () => {
  let clock = 3_600_000;
  const reads = createReadLimit(
    () => 1,
    () => clock,
  );
  const first = reads.enter({}) as Place;
  const [waiting, newcomer] = [{}, {}];
  expect(reads.enter(waiting)).toBeNull();
  reads.leave(first);
  expect(reads.enter(newcomer)).toBeNull();
  const second = reads.enter(waiting) as Place;
  reads.leave(second);
  clock += 100;
  // The newcomer waits by now, and looks no more: their browser has hung up.
  expect(reads.enter({})).toBeNull();
  clock += 201;
  expect(reads.enter({})).not.toBeNull();
});

test("few look for a place again soon, and many together 500 times a second", () => {
  const reads = createReadLimit(
    () => 0,
    () => 0,
  );
  const waitFor = (count: number) => {
    for (let each = 0; each < count; each += 1) reads.enter({});
    return reads.step();
  };
  expect([waitFor(1), waitFor(19), waitFor(500)]).toEqual([10, 40, 100]);
});

test("the number of places is asked for each time", () => {
  let size = 2;
  const reads = createReadLimit(
    () => size,
    () => 0,
  );
  const first = reads.enter({}) as Place;
  size = 1;
  const second = {};
  expect(reads.enter(second)).toBeNull();
  reads.leave(first);
  expect(reads.enter(second)).not.toBeNull();
});

test("a limit is quiet when nobody has a place, nor had one a moment ago", () => {
  let clock = 3_600_000;
  const reads = createReadLimit(
    () => 1,
    () => clock,
  );
  expect(reads.isQuiet()).toBe(true);
  const place = reads.enter({}) as Place;
  clock += 1_000;
  expect(reads.isQuiet()).toBe(false);
  reads.leave(place);
  clock += 500;
  expect(reads.isQuiet()).toBe(false);
  clock += 1;
  expect(reads.isQuiet()).toBe(true);
});

test("a reader's page finds fewer places while members are about, and a member's as many as before", () => {
  let clock = 3_600_000;
  const limits = createReadLimits(() => clock);
  const seeker = {};
  const enterAll = (limit: ReadLimit) => {
    const places: Place[] = [];
    for (let place = limit.enter(seeker); place && places.length < 100; place = limit.enter(seeker))
      places.push(place);
    for (const place of places) limit.leave(place);
    return places.length;
  };
  const quiet = enterAll(limits.reader);
  for (const other of [limits.member, limits.write]) {
    const place = other.enter({}) as Place;
    const beside = enterAll(limits.reader);
    expect(beside).toBeGreaterThan(0);
    expect(beside).toBeLessThan(quiet);
    other.leave(place);
    expect(enterAll(limits.reader)).toBe(beside);
    clock += 501;
    expect(enterAll(limits.reader)).toBe(quiet);
  }
});
