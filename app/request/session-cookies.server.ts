/** Longer than a session token lives (60 s, and 5 s that Clerk allows for clocks). */
const TOKEN_SECONDS = 70;

/**
 * The cookies that end a session in this browser: Clerk's go, and a note of the session stays for as long as its last
 * token is valid. Clerk's script may still be running on the page that is left, and write the token once more.
 */
export function endSession(request: Request, sessionId: string | null): string[] {
  const cleared = clerkCookies(request).map((name) => `${name}=; Path=/; Max-Age=0; SameSite=Lax`);
  if (!sessionId) return cleared;
  return [...cleared, `ended=${sessionId}; Path=/; Max-Age=${TOKEN_SECONDS}; HttpOnly; SameSite=Lax`];
}

/** Whether this browser has signed out of this very session. */
export function hasEnded(request: Request, sessionId: string): boolean {
  return cookiesOf(request).some(([name, value]) => name === "ended" && value === sessionId);
}

/** Clerk's cookies that this browser sent; Clerk adds a suffix to them where instances share a domain. */
function clerkCookies(request: Request): string[] {
  const names = cookiesOf(request).map(([name]) => name);
  return names.filter((name) => /^__(session|client_uat|refresh)(_[\w-]+)?$/.test(name));
}

/** The session token that this browser sent, run out or not. */
export function sessionToken(request: Request): string | null {
  const token = cookiesOf(request).find(([name]) => /^__session(_[\w-]+)?$/.test(name));
  return token?.[1] || null;
}

/** The cookies of a request, in order, as they came. */
export function cookiesOf(request: Request): [name: string, value: string][] {
  return (request.headers.get("Cookie") ?? "").split(";").map((part) => {
    const [name = "", value = ""] = part.trim().split("=", 2);
    return [name, value];
  });
}
