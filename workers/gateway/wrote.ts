import { cookieName, ownCookie, readCookies } from "#app/request/cookies.server.ts";

/**
 * A purge reaches other places and isolates a moment later. So whoever wrote carries a note of when, and for as long as
 * anything older could be kept, their pages are made of what was read after that.
 */
const NOTE_SECONDS = 120;

/** The cookie that notes a write which is committed by now. */
export function wroteCookie(now: number, origin: string): string {
  return ownCookie("wrote", String(now), origin, NOTE_SECONDS);
}

/** When this browser last wrote something (milliseconds since 1970), or 0. A note from the future is none of ours. */
export function wroteAt(request: Request, origin: string): number {
  const at = Number(readCookies(request)[cookieName("wrote", origin)] ?? 0);
  return at <= Date.now() ? at : 0;
}
