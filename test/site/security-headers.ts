import { createHash } from "node:crypto";
import { expect } from "vitest";
import type { Answer } from "./answer.ts";
import { builtStylesheet, foreignParts } from "./page.ts";

/** The directives of a Content-Security-Policy, by name. */
export function policyOf(headers: Headers): Map<string, string[]> {
  const policy = headers.get("Content-Security-Policy") ?? "";
  return new Map(
    policy.split(";").map((directive) => {
      const [name = "", ...sources] = directive.trim().split(/\s+/);
      return [name, sources];
    }),
  );
}

/** The nonce that scripts of this answer must carry, or null where none may run. */
export function nonceOf(headers: Headers): string | null {
  const sources = policyOf(headers).get("script-src") ?? [];
  return /^'nonce-(.+)'$/.exec(sources[0] ?? "")?.[1] ?? null;
}

/** Names a text in a policy. */
function hashSource(text: string): string {
  return `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
}

/** What every answer carries, whatever its status. */
export function expectSecure({ headers }: { headers: Headers }): void {
  const policy = policyOf(headers);
  const locked = ["default-src", "base-uri", "object-src", "frame-ancestors"].map((name) => policy.get(name));
  expect(locked).toEqual([["'none'"], ["'none'"], ["'none'"], ["'none'"]]);
  expect(["'self'", hashSource(builtStylesheet())]).toContain(policy.get("style-src")?.join(" "));
  expect(headers.get("X-Content-Type-Options")).toBe("nosniff");
  expect(headers.get("X-Frame-Options")).toBe("DENY");
  expect(headers.get("Referrer-Policy")).toBe("strict-origin-when-cross-origin");
  expect(headers.get("Cross-Origin-Opener-Policy")).toBe("same-origin");
  expect([headers.get("Server"), headers.get("X-Powered-By")]).toEqual([null, null]);
}

/** A reader's page: one document for everyone, on which no script can run. */
export function expectReaderPage(answer: Answer): void {
  expectSecure(answer);
  const names = [...policyOf(answer.headers).keys()];
  expect(names.filter((name) => /script|worker/.test(name))).toEqual([]);
  expect(policyOf(answer.headers).get("connect-src")?.join()).toMatch(/^https?:\/\/[^/*]+\/robots\.txt$/);
  expect(answer.headers.get("Content-Security-Policy")).not.toMatch(/unsafe|nonce|\*/);
  expect(policyOf(answer.headers).get("style-src")).toEqual([hashSource(builtStylesheet())]);
  expect(foreignParts(answer.text)).toEqual([]);
  expect(answer.cookies).toEqual([]);
  expect(answer.headers.get("Vary")).toMatch(/\bCookie\b/);
  const isPage = answer.status === 200 && answer.headers.get("Content-Type")?.startsWith("text/html");
  expect(answer.headers.has("Speculation-Rules")).toBe(isPage);
}

/** A page of one person alone: its scripts carry a nonce, and nobody keeps a copy of it. */
export function expectPrivatePage(answer: Answer): void {
  expectSecure(answer);
  const scripts = policyOf(answer.headers).get("script-src") ?? ["'none'"];
  expect(scripts.filter((source) => !/^('nonce-[\w-]{20,}'|'strict-dynamic'|'none')$/.test(source))).toEqual(
    [],
  );
  expect(answer.headers.get("Content-Security-Policy")).not.toMatch(/unsafe|\*/);
  expect(foreignParts(answer.text, nonceOf(answer.headers))).toEqual([]);
  expect(answer.headers.get("Cache-Control")).toBe("private, no-store");
  expect(answer.headers.has("Speculation-Rules")).toBe(false);
}
