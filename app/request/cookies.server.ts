import { parseCookie, stringifySetCookie } from "cookie";

/** The cookies that a request brought, by name; of two with one name the first, as Clerk reads them too. */
export function readCookies(request: Request): Record<string, string> {
  const cookies = parseCookie(request.headers.get("Cookie") ?? "");
  return Object.fromEntries(
    Object.entries(cookies).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

/**
 * The name under which a cookie of ours travels. On https the prefix has browsers refuse one that another host of the
 * same domain, or a page without https, tries to plant. On plain http, as on this machine, they would refuse ours.
 */
export function cookieName(name: string, origin: string): string {
  return isSecure(origin) ? `__Host-${name}` : name;
}

/** What every cookie of ours has in common: no script reads it, and no other site's form brings it along. */
export function cookieAttributes(origin: string, maxAge: number) {
  return { maxAge, path: "/", httpOnly: true, secure: isSecure(origin), sameSite: "lax" } as const;
}

/** The `Set-Cookie` line of a cookie of ours that lives for `maxAge` seconds. */
export function ownCookie(name: string, value: string, origin: string, maxAge: number): string {
  return stringifySetCookie({ name: cookieName(name, origin), value, ...cookieAttributes(origin, maxAge) });
}

/** The `Set-Cookie` lines that take Clerk's cookies out of this browser, under the names that Clerk gave them. */
export function clearClerkCookies(request: Request, origin: string): string[] {
  const names = Object.keys(readCookies(request)).filter((name) => CLERK_COOKIE.test(name));
  return names.map((name) =>
    stringifySetCookie({ name, value: "", path: "/", maxAge: 0, secure: isSecure(origin), sameSite: "lax" }),
  );
}

/** The session token that this browser sent, run out or not. */
export function sessionToken(request: Request): string | null {
  const token = Object.entries(readCookies(request)).find(([name]) => SESSION_COOKIE.test(name));
  return token?.[1] || null;
}

/** Clerk adds a suffix to its names where instances share a domain. */
const CLERK_COOKIE = /^__(session|client_uat|refresh)(_[\w-]+)?$/;
const SESSION_COOKIE = /^__session(_[\w-]+)?$/;

function isSecure(origin: string): boolean {
  return origin.startsWith("https:");
}
