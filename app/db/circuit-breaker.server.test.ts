import { beforeEach, expect, test } from "vitest";
import { type Admission, type CircuitBreaker, createCircuitBreaker } from "./circuit-breaker.server.ts";

let clock = 0;
let circuit: CircuitBreaker;

beforeEach(() => {
  clock = 1_700_000_000_000;
  circuit = createCircuitBreaker(() => clock);
});

/** Sends a statement; fails where it is held back. */
function send(options?: { always?: boolean }): Admission {
  const admission = circuit.admit(options);
  return admission ?? expect.fail("it was held back");
}

const isHeldBack = () => circuit.admit() === null;

function failTimes(times: number): void {
  for (let time = 0; time < times; time += 1) circuit.failed(send());
}

test("two failures do not open it, three do", () => {
  failTimes(2);
  expect(send().isProbe).toBe(false);
  failTimes(1);
  expect(isHeldBack()).toBe(true);
});

test("an answer resets the count", () => {
  for (let round = 0; round < 5; round += 1) {
    failTimes(2);
    circuit.answered();
  }
  expect(send().isProbe).toBe(false);
});

test("50 that were sent at once and all fail open it", () => {
  const sent = Array.from({ length: 50 }, () => send());
  for (const admission of sent) circuit.failed(admission);
  expect(isHeldBack()).toBe(true);
});

test("of 50 that were sent at once, those that fail after one was answered do not open it", () => {
  const sent = Array.from({ length: 50 }, () => send());
  circuit.answered();
  for (const admission of sent) circuit.failed(admission);
  expect(send().isProbe).toBe(false);
});

test("a statement knows whether anybody was answered since it was sent", () => {
  const sent = send();
  expect(circuit.hasAnsweredSince(sent)).toBe(false);
  circuit.answered();
  expect([sent, send()].map(circuit.hasAnsweredSince)).toEqual([true, false]);
});

test("open, it lets one probe through after a second, and holds back all others meanwhile", () => {
  failTimes(3);
  clock += 999;
  expect(isHeldBack()).toBe(true);
  clock += 1;
  const probe = send();
  expect(probe.isProbe).toBe(true);
  clock += 1999;
  expect(isHeldBack()).toBe(true);
  circuit.answered();
  expect([send().isProbe, send().isProbe]).toEqual([false, false]);
});

test("a probe that fails keeps it open for another second, as often as it happens", () => {
  failTimes(3);
  for (let probe = 0; probe < 5; probe += 1) {
    clock += 1000;
    circuit.failed(send());
    clock += 999;
    expect(isHeldBack()).toBe(true);
    clock += 1;
  }
});

test("a probe of which nothing is heard again keeps its place for three seconds", () => {
  failTimes(3);
  clock += 1000;
  send();
  clock += 2999;
  expect(isHeldBack()).toBe(true);
  clock += 1;
  expect(send().isProbe).toBe(true);
});

test("at worst it is closed within five seconds of the database being back", () => {
  failTimes(3);
  clock += 1000;
  const lost = send();
  const back = clock;
  clock += 2000;
  circuit.failed(lost);
  while (isHeldBack()) clock += 1;
  clock += 2000;
  circuit.answered();
  expect(clock - back).toBeLessThanOrEqual(5000);
  expect(send().isProbe).toBe(false);
});

test("opened by statements that waited for five seconds, it lets the next through as a probe at once", () => {
  const sent = [send(), send(), send()];
  clock += 5000;
  for (const admission of sent) circuit.failed(admission);
  expect([send().isProbe, isHeldBack()]).toEqual([true, true]);
});

test("what was sent before it opened and fails later puts no probe off", () => {
  const late = [send(), send()];
  failTimes(3);
  clock += 1000;
  for (const admission of late) circuit.failed(admission);
  expect(send().isProbe).toBe(true);
});

test("a probe that fails after the database has answered opens nothing", () => {
  failTimes(3);
  clock += 1000;
  const probe = send();
  circuit.answered();
  circuit.failed(probe);
  failTimes(2);
  expect(send().isProbe).toBe(false);
});

test("who always asks is let through in nobody's place, and an answer closes it", () => {
  failTimes(3);
  circuit.failed(send({ always: true }));
  expect(isHeldBack()).toBe(true);
  clock += 1000;
  send({ always: true });
  expect(send().isProbe).toBe(true);
  expect(isHeldBack()).toBe(true);
  circuit.answered();
  expect(isHeldBack()).toBe(false);
});

test("a clock that is set back does not keep it open", () => {
  failTimes(3);
  clock -= 3_600_000;
  expect(send().isProbe).toBe(true);
  expect(isHeldBack()).toBe(true);
});
