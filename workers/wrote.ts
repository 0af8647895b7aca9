import { cookiesOf } from "#app/request/session-cookies.server.ts";

/**
 * A purge reaches other places and isolates a moment later. So whoever wrote carries a note of when, and for as long as
 * anything older could be kept, their pages are made of what was read after that.
 */
const NOTE_SECONDS = 120;

/** The cookie that notes a write which is committed by now. */
export function wroteCookie(now: number): string {
  return `wrote=${now}; Path=/; Max-Age=${NOTE_SECONDS}; HttpOnly; SameSite=Lax`;
}

/** When this browser last wrote something (milliseconds since 1970), or 0. A note from the future is none of ours. */
export function wroteAt(request: Request): number {
  const note = cookiesOf(request).find(([name]) => name === "wrote");
  const at = Number(note?.[1] ?? 0);
  return at <= Date.now() ? at : 0;
}
