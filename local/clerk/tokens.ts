import { createHash, createPrivateKey, createPublicKey, type KeyObject } from "node:crypto";
import { exportJWK, SignJWT } from "jose";
import { newPrivateKey, type Session, type Store } from "./state.ts";

// Clerk's session tokens live a minute; the SDK allows five seconds of skew on top.
export const TOKEN_LIFETIME_S = 60;

const KEY_ID = "ins_edgewiselocal";
// Clerk's own mark in the header of its session tokens; the SDK refuses some of the others.
const SESSION_TOKEN_CATEGORY = "cl_B7d4PD111AAA";
const FRONTEND_API_HOST = "clerk.edgewise.localhost";

export const INSTANCE_ID = KEY_ID;

/** What identifies this instance to the app, and what it signs with. */
export interface Keys {
  publishableKey: string;
  /** Ends the name of each cookie's second form, `__session_<suffix>`, which keeps apps on one host apart. */
  cookieSuffix: string;
  privateKey: KeyObject;
  publicKeyPem: string;
  issuer: string;
}

/**
 * A live-format publishable key: with a test-format one, Clerk's SDK sends every first visit through a handshake.
 * The name in it answers nowhere (the app is told CLERK_PROXY_URL instead), but it is what tokens must name as issuer.
 */
export function loadKeys(store: Store): Keys {
  const privateKey = createPrivateKey(store.privateKey);
  const publishableKey = `pk_live_${Buffer.from(`${FRONTEND_API_HOST}$`).toString("base64")}`;
  return {
    publishableKey,
    // As getCookieSuffix of @clerk/shared/keys makes it.
    cookieSuffix: createHash("sha1").update(publishableKey).digest("base64url").slice(0, 8),
    privateKey,
    publicKeyPem: createPublicKey(privateKey).export({ type: "spki", format: "pem" }).toString(),
    issuer: `https://${FRONTEND_API_HOST}`,
  };
}

/** The public half as Clerk publishes it at /v1/jwks. */
export async function publicKeySet(keys: Keys) {
  const jwk = await exportJWK(createPublicKey(keys.privateKey));
  return { keys: [{ ...jwk, kid: KEY_ID, use: "sig", alg: "RS256" }] };
}

/** What a test may have wrong with a token. */
export interface TokenFlaws {
  /** Made an hour ago. */
  expired?: boolean;
  /** Signed with a key that this instance does not have. */
  foreign?: boolean;
  /** The session still has a task to do, so it does not count as signed in. */
  pending?: boolean;
  /** The origin that the token was made for; null leaves the claim out. */
  azp?: string | null;
  /** Whom the token is about, in place of whoever the session belongs to. */
  sub?: string;
  /** Which session the token is of, in place of its own. */
  sid?: string;
}

/** A session token as Clerk's, version 2, for the app at `appOrigin`. */
export function mintSessionToken(
  { keys, store, appOrigin }: { keys: Keys; store: Store; appOrigin: string },
  session: Session,
  flaws: TokenFlaws = {},
): Promise<string> {
  const issuedAt = store.nextTokenTime(session) - (flaws.expired ? 3600 : 0);
  const azp = flaws.azp === undefined ? appOrigin : flaws.azp;
  const claims = {
    ...(azp === null ? {} : { azp }),
    fva: [Math.floor((store.now() - session.createdAt) / 60_000), -1],
    sid: flaws.sid ?? session.id,
    sts: flaws.pending ? "pending" : "active",
    v: 2,
  };
  return new SignJWT(claims)
    .setProtectedHeader({ alg: "RS256", cat: SESSION_TOKEN_CATEGORY, kid: KEY_ID, typ: "JWT" })
    .setIssuer(keys.issuer)
    .setSubject(flaws.sub ?? session.personId)
    .setIssuedAt(issuedAt)
    .setNotBefore(issuedAt - 10)
    .setExpirationTime(issuedAt + TOKEN_LIFETIME_S)
    .sign(flaws.foreign ? createPrivateKey(newPrivateKey()) : keys.privateKey);
}

/** The handshake's answer: `Set-Cookie` lines that the app is to send on to the browser. */
export function mintHandshakeToken(keys: Keys, cookies: string[]): Promise<string> {
  return new SignJWT({ handshake: cookies })
    .setProtectedHeader({ alg: "RS256", kid: KEY_ID, typ: "JWT" })
    .sign(keys.privateKey);
}
