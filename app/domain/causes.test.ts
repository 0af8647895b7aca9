import { expect, test } from "vitest";
import { causesOf, rootCause } from "./causes.ts";

test("causes are walked from the error that was thrown to the one that began it", () => {
  const root = new TypeError("The socket was closed");
  const middle = new Error("No answer", { cause: root });
  const thrown = new Error("Failed query: select … what somebody wrote", { cause: middle });
  expect([...causesOf(thrown)]).toEqual([thrown, middle, root]);
  expect(rootCause(thrown)).toBe(root);
});

test("what is no error ends the walk, and has a root cause all the same", () => {
  const thrown = new Error("Refused", { cause: "a text" });
  expect([...causesOf(thrown)]).toEqual([thrown]);
  expect(rootCause(thrown)).toBe(thrown);
  expect([...causesOf("a text")]).toEqual([]);
  expect(rootCause("a text").message).toBe("a text");
  expect(rootCause(undefined).message).toBe("undefined");
});
