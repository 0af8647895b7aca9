import fc from "fast-check";
import { expect, test } from "vitest";
import { safeReturnPath } from "./paths.ts";

test.each(["/", "/t/12/a-title?page=2#reply-21", "/c/edge?sort=top&after=abc", "/u/%C3%A9"])(
  "%s is a place to come back to",
  (path) => {
    expect(safeReturnPath(path)).toBe(path);
  },
);

test.each([
  null,
  "",
  "t/12",
  "https://evil.example/",
  "//evil.example/",
  "/\\evil.example",
  "/\t/evil.example",
  "/.//evil.example",
  "/a/..//evil.example",
  "\\\\evil.example",
  "javascript:alert(1)",
  "//",
])("%j is none: it leads home", (value) => {
  expect(safeReturnPath(value)).toBe("/");
});

test("whatever is asked for, a browser stays on this site", () => {
  const odd = fc.array(
    fc.constantFrom("/", "\\", ".", "..", "@", ":", "\t", "\n", " ", "%2f", "evil.example", "?", "#"),
  );
  fc.assert(
    fc.property(odd, (pieces) => {
      const path = safeReturnPath(`/${pieces.join("")}`);
      expect(new URL(path, "https://forum.example").origin).toBe("https://forum.example");
      expect(path.startsWith("/")).toBe(true);
    }),
    { numRuns: 2_000 },
  );
});
