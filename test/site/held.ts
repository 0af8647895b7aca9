import { expect } from "vitest";
import type { Site } from "#test/site.ts";
import { readAnswer } from "./answer.ts";
import type { Fields } from "./writes.ts";

/** Sends `form` with these cookies; answers where it is held, and the cookie that leads to it. */
export async function hold(
  site: Site,
  { path, form, headers = {} }: { path: string; form: Fields; headers?: Record<string, string> },
) {
  const answer = await readAnswer(await site.fetch(path, { form, headers }));
  expect(answer.status).toBe(303);
  expect(answer.location).toMatch(/^\/continue\/[0-9a-f-]{36}$/);
  expect(answer.cookies).toEqual([
    expect.stringMatching(/^held-[0-9a-f-]{36}=[^;]+; Max-Age=3600; Path=\/; .*HttpOnly; SameSite=Lax/),
  ]);
  return { path: answer.location ?? "", cookie: answer.cookies[0]?.split(";")[0] ?? "" };
}

/** A cookie as an entry of a visitor's jar. */
export function entryOf(cookie: string): [name: string, value: string] {
  const at = cookie.indexOf("=");
  return [cookie.slice(0, at), cookie.slice(at + 1)];
}
