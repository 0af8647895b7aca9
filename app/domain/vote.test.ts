import { expect, test } from "vitest";
import { scoreDelta, type VoteValue } from "./vote.ts";

test.each<[VoteValue, VoteValue, number]>([
  [-1, -1, 0],
  [-1, 0, 1],
  [-1, 1, 2],
  [0, -1, -1],
  [0, 0, 0],
  [0, 1, 1],
  [1, -1, -2],
  [1, 0, -1],
  [1, 1, 0],
])("from vote %i to %i the score moves by %i", (previous, next, delta) => {
  expect(scoreDelta(previous, next)).toBe(delta);
});
