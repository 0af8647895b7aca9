import { UNSAFE_decodeViaTurboStream as decode, UNSAFE_SingleFetchRedirectSymbol } from "react-router";
import type { TestMember } from "#test/people.ts";
import type { Site } from "#test/site.ts";

/** What the site answered: the same words for a page and for its `.data` twin. */
export type Answer = {
  /** Of the page, or of the redirect that a `.data` answer carries. */
  status: number;
  location: string | null;
  headers: Headers;
  /** The whole `Set-Cookie` lines. */
  cookies: string[];
  /** The page as it came; what a `.data` answer carries, as JSON. */
  text: string;
};

type Redirect = { redirect: string; status: number };

/** Reads a response whole. */
export async function readAnswer(response: Response): Promise<Answer> {
  const { status, headers } = response;
  const cookies = headers.getSetCookie();
  const text = await response.text();
  if (!headers.get("Content-Type")?.startsWith("text/x-script") || text === "")
    return { status, location: headers.get("Location"), headers, cookies, text };
  const value = await decodeData(text);
  const redirect = redirectIn(value);
  return {
    status: redirect?.status ?? status,
    location: redirect?.redirect ?? null,
    headers,
    cookies,
    text: JSON.stringify(redirect ?? value),
  };
}

/** The answer at the usual spelling of an address, to which every other one leads by rule. */
export async function canonicalAnswer(site: Site, path: string, as: TestMember | null): Promise<Answer> {
  const first = await readAnswer(await site.fetch(path, { as }));
  if (first.status !== 308) return first;
  return readAnswer(await site.fetch(first.location ?? "", { as }));
}

async function decodeData(text: string): Promise<unknown> {
  const { body } = new Response(text);
  if (!body) throw new Error("The answer has no body.");
  const { value, done } = await decode(body, globalThis as unknown as Window);
  await done;
  return value;
}

/** A redirect stands bare in the answer to a form, and under a symbol in the answer to a link. */
function redirectIn(value: unknown): Redirect | null {
  if (typeof value !== "object" || value === null) return null;
  if (UNSAFE_SingleFetchRedirectSymbol in value) return value[UNSAFE_SingleFetchRedirectSymbol] as Redirect;
  return "redirect" in value ? (value as Redirect) : null;
}

/**
 * The paths under which somebody may ask for a page: of readers, who have no script, none but the page's own. Their twin
 * leads to it (test/site/spellings.test.ts).
 */
export function pathsFor(as: object | null, path: string): string[] {
  return as ? [path, dataTwin(path)] : [path];
}

/** The path under which React Router's own client asks for what a page would show. */
export function dataTwin(path: string): string {
  const [pathname = "", search] = path.split("?");
  const twin = pathname === "/" ? "/_.data" : `${pathname}.data`;
  return search === undefined ? twin : `${twin}?${search}`;
}
