import { buildAccountsBaseUrl } from "@clerk/shared/buildAccountsBaseUrl";
import type { ClerkOptions } from "#app/request/context.server.ts";
import { readCookies } from "#app/request/cookies.server.ts";
import type { Env } from "./env.ts";

/** Where Clerk lives for this forum: its Frontend API and its hosted pages. */
export type ClerkAddresses = { frontendApi: string; signInUrl: string; signUpUrl: string };

type ClerkConfiguration = ClerkAddresses & {
  /** How Clerk's middleware checks sessions: only tokens issued for this very origin count. */
  options: ClerkOptions;
};

/** An isolate has one configuration. */
const known = new WeakMap<Env, ClerkConfiguration>();

/** What follows of the Worker's configuration for Clerk; the same object each time. */
export function clerkOf(env: Env): ClerkConfiguration {
  const earlier = known.get(env);
  if (earlier) return earlier;
  const addresses = clerkAddresses(env);
  const configuration = { ...addresses, options: clerkOptions(env, addresses) };
  known.set(env, configuration);
  return configuration;
}

/** Clerk's addresses: those set by hand, else those that the publishable key spells (base64 of `host$`). */
function clerkAddresses(env: Env): ClerkAddresses {
  const host = atob(env.CLERK_PUBLISHABLE_KEY.replace(/^pk_(test|live)_/, "")).replace(/\$$/, "");
  const hosted = buildAccountsBaseUrl(host);
  return {
    frontendApi: new URL(env.CLERK_PROXY_URL ?? `https://${host}`).origin,
    signInUrl: env.CLERK_SIGN_IN_URL ?? `${hosted}/sign-in`,
    signUpUrl: env.CLERK_SIGN_UP_URL ?? `${hosted}/sign-up`,
  };
}

function clerkOptions(env: Env, { signInUrl, signUpUrl }: ClerkAddresses): ClerkOptions {
  return {
    publishableKey: env.CLERK_PUBLISHABLE_KEY,
    secretKey: env.CLERK_SECRET_KEY,
    jwtKey: env.CLERK_JWT_KEY,
    authorizedParties: [env.ORIGIN],
    signInUrl,
    signUpUrl,
    ...(env.CLERK_PROXY_URL ? { proxyUrl: env.CLERK_PROXY_URL } : {}),
  };
}

/**
 * Whether a request may belong to a member, from its cookies alone: a session token, or Clerk's note that
 * this browser signed in at some time. Clerk adds a suffix to the names where instances share a domain.
 * A return from Clerk carries its parameters in the query.
 */
export function mayBeSignedIn(request: Request): boolean {
  for (const [name, value] of Object.entries(readCookies(request))) {
    if (/^__session(_|$)/.test(name) && value !== "") return true;
    if (/^__client_uat(_|$)/.test(name) && value !== "" && value !== "0") return true;
  }
  return new URL(request.url).search.includes("__clerk_");
}
