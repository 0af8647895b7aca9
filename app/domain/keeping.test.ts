import { expect, test } from "vitest";
import { FRESH_SECONDS, keptAs, STALE_SECONDS, TAG_BYTES_MAX, TAGS_MAX } from "./keeping.ts";

const LONG = { freshFor: FRESH_SECONDS, staleFor: STALE_SECONDS };
const SHORT = { freshFor: 60, staleFor: 0 };

const many = (count: number, length: number) =>
  Array.from({ length: count }, (_, n) => `category-${n}`.padEnd(length, "x"));

test("what is named by all its facts is kept until one of them changes", () => {
  expect(keptAs(["forum", "thread-1"], LONG)).toEqual({ ...LONG, tags: ["forum", "thread-1"] });
  expect(keptAs(many(TAGS_MAX, 15), LONG)).toMatchObject(LONG);
});

test("what no fact names, or no page is, ends by age", () => {
  expect(keptAs([], LONG)).toEqual({ ...SHORT, tags: [] });
  expect(keptAs(["forum"], null)).toEqual({ ...SHORT, tags: ["forum"] });
});

test.each([
  ["names", many(TAGS_MAX + 1, 15)],
  ["bytes", many(400, 45)],
])("with more %s than Cloudflare takes, the first are named, and the rest ends by age", (_, shows) => {
  const { tags, ...lifetime } = keptAs(shows, LONG);
  expect(lifetime).toEqual(SHORT);
  expect(tags).toEqual(shows.slice(0, tags.length));
  expect(tags.length).toBeGreaterThan(300);
  expect(tags.join(",").length).toBeLessThanOrEqual(TAG_BYTES_MAX);
});
