import { LRUCache } from "lru-cache";
import { sha256 } from "#app/domain/hash.ts";
import type { Auth, ClerkOptions } from "./context.server.ts";
import { readCookies } from "./cookies.server.ts";

/*
 * Sessions that Clerk's middleware has verified, remembered in this isolate: a token's signature and claims say the same for
 * as long as it lives, and checking them is the dearest thing that a member's page does besides its database. Whether somebody
 * has signed out of the session, or is gone, is asked of the database on every request (identifyViewer).
 */

/** Of so many browsers; a remembered session takes two kilobytes. */
const SESSIONS_MAX = 1000;

/** As long as Clerk's SDK keeps the keys that it has fetched, which then may be others (@clerk/backend, keys.ts). */
const REMEMBERED_MS_MAX = 5 * 60 * 1000;

type Verified = { auth: Auth; until: number };

/** By configuration: what was verified with other keys or for another origin counts for nothing. */
const verified = new WeakMap<ClerkOptions, LRUCache<string, Verified>>();

/** What Clerk's decision about a request depends on besides the cookies, which name the session. */
const STEP_OF_HANDSHAKE = /__clerk_(handshake|redirect_count)/;

/**
 * The name of what a request brings to prove its session: a hash of all of its cookies, so that any other cookie, or value of
 * one, is Clerk's to decide about. Null for a request that Clerk may answer otherwise than by its cookies: one in the
 * middle of a handshake, with a parameter of Clerk's, with another proof, or from a link of another site.
 */
export async function proofOf(request: Request): Promise<string | null> {
  const { headers, url } = request;
  const { search, origin } = new URL(url);
  const cookies = headers.get("Cookie");
  if (!cookies || STEP_OF_HANDSHAKE.test(cookies) || search.includes("__clerk")) return null;
  if (headers.has("Authorization") || headers.has("CloudFront-Forwarded-Proto")) return null;
  const referrer = headers.get("Referer");
  if (referrer !== null && originOf(referrer) !== origin) return null;
  return sha256(cookies);
}

function originOf(address: string): string | null {
  return URL.canParse(address) ? new URL(address).origin : null;
}

/** The session that was verified by this proof under these options, and lives; else null. */
export function recallSession(options: ClerkOptions, proof: string): Auth | null {
  const found = verified.get(options)?.get(proof);
  return found && Date.now() < found.until ? found.auth : null;
}

/**
 * Remembers what Clerk has just verified, until the token runs out. Only what a cookie of the request proves: a token
 * that Clerk has renewed on the way is not what the browser sent.
 */
export function rememberSession(
  { request, options, proof }: { request: Request; options: ClerkOptions; proof: string },
  auth: Auth,
  token: { text: string; expires: number },
): void {
  if (!Object.values(readCookies(request)).includes(token.text)) return;
  const sessions = verified.get(options) ?? new LRUCache<string, Verified>({ max: SESSIONS_MAX });
  verified.set(options, sessions);
  sessions.set(proof, { auth, until: Math.min(token.expires, Date.now() + REMEMBERED_MS_MAX) });
}
