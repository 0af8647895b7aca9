import { buildAccountsBaseUrl } from "@clerk/shared/buildAccountsBaseUrl";
import type { ClerkOptions } from "#app/request/context.server.ts";
import { readCookies } from "#app/request/cookies.server.ts";
import type { Env } from "./env.ts";

/** What follows of the Worker's configuration for Clerk. */
type ClerkConfiguration = {
  /** Clerk's hosted pages: those set by hand, else those that the publishable key leads to. */
  hosted: { signInUrl: string; signUpUrl: string; accountUrl: string };
  /** Where members' pages ask and send, beside the forum itself: Clerk's Frontend API, and its hosted pages. */
  origins: string[];
  /** How Clerk's middleware checks sessions: only tokens issued for this very origin count. */
  options: ClerkOptions;
};

/** An isolate has one configuration. */
const known = new WeakMap<Env, ClerkConfiguration>();

/** Clerk's configuration for this forum; the same object each time. */
export function clerkOf(env: Env): ClerkConfiguration {
  const clerk = known.get(env) ?? configureClerk(env);
  known.set(env, clerk);
  return clerk;
}

function configureClerk(env: Env): ClerkConfiguration {
  // The key spells the host: base64 of `host$`.
  const host = atob(env.CLERK_PUBLISHABLE_KEY.replace(/^pk_(test|live)_/, "")).replace(/\$$/, "");
  const accounts = buildAccountsBaseUrl(host);
  const signInUrl = env.CLERK_SIGN_IN_URL ?? `${accounts}/sign-in`;
  const signUpUrl = env.CLERK_SIGN_UP_URL ?? `${accounts}/sign-up`;
  const addresses = [env.CLERK_PROXY_URL ?? `https://${host}`, signInUrl];
  return {
    hosted: { signInUrl, signUpUrl, accountUrl: env.CLERK_USER_PROFILE_URL ?? `${accounts}/user` },
    origins: [...new Set(addresses.map((address) => new URL(address).origin))],
    options: {
      publishableKey: env.CLERK_PUBLISHABLE_KEY,
      secretKey: env.CLERK_SECRET_KEY,
      jwtKey: env.CLERK_JWT_KEY,
      authorizedParties: [env.ORIGIN],
      signInUrl,
      signUpUrl,
      ...(env.CLERK_PROXY_URL ? { proxyUrl: env.CLERK_PROXY_URL } : {}),
    },
  };
}

/**
 * Whether a request may belong to a member, from its cookies alone: a session token, or Clerk's note that
 * this browser signed in at some time. Clerk adds a suffix to the names where instances share a domain.
 * A return from Clerk carries its parameters in the query.
 */
export function mayBeSignedIn(request: Request, { search }: URL): boolean {
  for (const [name, value] of Object.entries(readCookies(request))) {
    if (/^__session(_|$)/.test(name) && value !== "") return true;
    if (/^__client_uat(_|$)/.test(name) && value !== "" && value !== "0") return true;
  }
  return search.includes("__clerk_");
}
