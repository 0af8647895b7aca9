import { UNSAFE_decodeViaTurboStream as decode, UNSAFE_SingleFetchRedirectSymbol } from "react-router";

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

/** The path under which React Router's own client asks for what a page would show. */
export function dataTwin(path: string): string {
  const [pathname = "", search] = path.split("?");
  const twin = pathname === "/" ? "/_.data" : `${pathname}.data`;
  return search === undefined ? twin : `${twin}?${search}`;
}
