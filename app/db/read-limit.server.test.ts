import { expect, test } from "vitest";
import {
  createReadLimit,
  PLACE_STEP_MS,
  type Place,
  type ReadLimit,
  readLimits,
} from "./read-limit.server.ts";

const NEW = { hasWaited: false };
const WAITING = { hasWaited: true };

test("there are as many places as it says, and who leaves makes room for one", () => {
  const reads = createReadLimit(
    () => 2,
    () => 0,
  );
  const first = reads.enter(NEW) as Place;
  expect([reads.enter(NEW), reads.enter(NEW)]).toEqual([expect.anything(), null]);
  reads.leave(first);
  reads.leave(first);
  expect([reads.enter(NEW), reads.enter(NEW)]).toEqual([expect.anything(), null]);
});

test("the place of a request that was broken off is free again after half a minute", () => {
  let clock = 0;
  const reads = createReadLimit(
    () => 1,
    () => clock,
  );
  const lost = reads.enter(NEW) as Place;
  clock += 30_000;
  expect(reads.enter(NEW)).toBeNull();
  clock += 1;
  expect(reads.enter(NEW)).not.toBeNull();
  reads.leave(lost);
  expect(reads.enter(NEW)).toBeNull();
});

test("a clock that is set back keeps no place taken", () => {
  let clock = 3_600_000;
  const reads = createReadLimit(
    () => 1,
    () => clock,
  );
  reads.enter(NEW);
  clock = 0;
  expect(reads.enter(NEW)).not.toBeNull();
});

test("who has waited comes before newcomers, as long as somebody waits", () => {
  let clock = 3_600_000;
  const reads = createReadLimit(
    () => 1,
    () => clock,
  );
  const first = reads.enter(NEW) as Place;
  expect([reads.enter(NEW), reads.enter(WAITING)]).toEqual([null, null]);
  reads.leave(first);
  expect(reads.enter(NEW)).toBeNull();
  const second = reads.enter(WAITING) as Place;
  reads.leave(second);
  clock += PLACE_STEP_MS + 1;
  expect(reads.enter(NEW)).not.toBeNull();
});

test("the number of places is asked for each time", () => {
  let size = 2;
  const reads = createReadLimit(
    () => size,
    () => 0,
  );
  expect(reads.isEmpty()).toBe(true);
  const first = reads.enter(NEW) as Place;
  expect(reads.isEmpty()).toBe(false);
  size = 1;
  expect(reads.enter(WAITING)).toBeNull();
  reads.leave(first);
  expect(reads.enter(WAITING)).not.toBeNull();
});

test("a reader's page finds fewer places while a member's request is under way, and a member's as many as before", () => {
  const enterAll = (limit: ReadLimit) => {
    const places: Place[] = [];
    for (let place = limit.enter(NEW); place && places.length < 100; place = limit.enter(NEW))
      places.push(place);
    for (const place of places) limit.leave(place);
    return places.length;
  };
  const quiet = enterAll(readLimits.reader);
  for (const other of [readLimits.member, readLimits.write]) {
    const place = other.enter(NEW) as Place;
    const beside = enterAll(readLimits.reader);
    expect(beside).toBeGreaterThan(0);
    expect(beside).toBeLessThan(quiet);
    other.leave(place);
  }
  expect(enterAll(readLimits.reader)).toBe(quiet);
});
