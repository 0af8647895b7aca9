import { parse, type SerializeOptions, serialize } from "cookie";
import type { Client } from "./state.ts";
import type { Keys } from "./tokens.ts";

const CLIENT_COOKIE = "__client";
const HANDSHAKE_COOKIE = "__clerk_handshake";
const YEAR_S = 365 * 24 * 60 * 60;

// Browsers refuse a cookie whose name and value are longer than this together.
const LONGEST_COOKIE = 4096;

/** The token of the browser that sent `request`. */
export function readClientToken(request: Request): string | undefined {
  return parse(request.headers.get("Cookie") ?? "")[CLIENT_COOKIE];
}

/** The browser's own cookie, which no script and no other site can read. */
export function clientCookie(client: Client | undefined): string {
  return cookie(CLIENT_COOKIE, client?.token ?? "", { httpOnly: true });
}

/**
 * `__client_uat`: when who is signed in last changed, 0 when nobody is. The real Clerk sets it for the app's whole
 * domain; here both are `localhost`, whose cookies all ports share.
 */
export function clientUatCookies(keys: Keys, uat: number): string[] {
  return inBothForms(keys, "__client_uat", String(uat));
}

/** What the handshake has the app set: the session token, or its end. */
export function sessionCookies(keys: Keys, token: string): string[] {
  return inBothForms(keys, "__session", token);
}

/**
 * How the handshake's answer travels to an app on `appOrigin`: in a cookie as for Clerk's live instances, so that it
 * stands in no URL, or in the URL when the app is on another host or the cookie would be too long.
 */
export function handshakeTransport(origin: string, appOrigin: string, token: string): "cookie" | "query" {
  const sameHost = new URL(origin).hostname === new URL(appOrigin).hostname;
  return sameHost && HANDSHAKE_COOKIE.length + token.length < LONGEST_COOKIE ? "cookie" : "query";
}

export function handshakeCookie(token: string): string {
  return cookie(HANDSHAKE_COOKIE, token);
}

function inBothForms(keys: Keys, name: string, value: string): string[] {
  return [cookie(name, value), cookie(`${name}_${keys.cookieSuffix}`, value)];
}

/** An empty value takes the cookie away. */
function cookie(name: string, value: string, options: SerializeOptions = {}): string {
  return serialize(name, value, { path: "/", sameSite: "lax", maxAge: value ? YEAR_S : 0, ...options });
}
