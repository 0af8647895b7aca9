import { expect, test } from "vitest";
import { COPY_RENEW_MS } from "#app/domain/keeping.ts";
import type { PublicQuery, Snapshot } from "#app/public-pages.ts";
import { copiesIn } from "./copies.ts";

/** KV and the Purger, which count what they are asked. */
function newPlace() {
  const calls: string[] = [];
  const kept = new Map<string, string>();
  const isWithdrawn = { now: false };
  const LAST_GOOD = {
    async get(key: string) {
      calls.push("get");
      return JSON.parse(kept.get(key) ?? "null");
    },
    async put(key: string, text: string) {
      calls.push("put");
      kept.set(key, text);
    },
  };
  const purger = {
    async isWithdrawn() {
      calls.push("isWithdrawn");
      return isWithdrawn.now;
    },
  };
  const copies = copiesIn(
    { LAST_GOOD } as never,
    { exports: { Purger: { getByName: () => purger } } } as never,
  );
  /** Keeps a copy of a page, and answers what that cost. */
  const keep = async (query: PublicQuery, snapshot: Snapshot) => {
    calls.length = 0;
    await copies.keep(query, snapshot);
    return [...calls];
  };
  return { keep, isWithdrawn };
}

const NOW = Date.now();
const queryAt = (address: string) =>
  ({ address, isCopied: () => true, renewCopyAfter: COPY_RENEW_MS }) as unknown as PublicQuery;
const snapshot = (value: unknown, madeAt: number) => ({ value, shows: ["forum"], madeAt }) as Snapshot;

test("a page that is made for the first time is looked up once and copied once, and the Purger is not asked", async () => {
  const { keep } = newPlace();
  expect(await keep(queryAt("/t/1"), snapshot("a", NOW))).toEqual(["get", "put"]);
});

test("a page that is made anew asks whether its copy was taken back, and nothing else", async () => {
  const { keep, isWithdrawn } = newPlace();
  await keep(queryAt("/t/2"), snapshot("a", NOW));
  expect(await keep(queryAt("/t/2"), snapshot("b", NOW + 1))).toEqual(["isWithdrawn"]);
  isWithdrawn.now = true;
  expect(await keep(queryAt("/t/2"), snapshot("b", NOW + 2))).toEqual(["isWithdrawn", "put"]);
});

test("a copy that has grown old is written without asking anybody", async () => {
  const { keep } = newPlace();
  await keep(queryAt("/t/3"), snapshot("a", NOW));
  expect(await keep(queryAt("/t/3"), snapshot("b", NOW + COPY_RENEW_MS))).toEqual(["put"]);
});

test("rows that are not to be copied cost nothing", async () => {
  const { keep } = newPlace();
  expect(await keep({ ...queryAt("/?after=x"), isCopied: () => false }, snapshot("a", NOW))).toEqual([]);
});
