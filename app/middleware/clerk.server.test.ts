import { decodeJwt } from "jose";
import { RouterContextProvider } from "react-router";
import { afterAll, afterEach, beforeEach, expect, onTestFinished, test, vi } from "vitest";
import {
  type Auth,
  authContext,
  type ClerkOptions,
  clerkContext,
  requestContext,
} from "#app/request/context.server.ts";
import { createClerkStandIn } from "#local/clerk/stand-in.ts";
import { TOKEN_LIFETIME_S, type TokenFlaws } from "#local/clerk/tokens.ts";
import { authenticate } from "./clerk.server.ts";

const ORIGIN = "http://localhost:8788";
const PERSON = {
  id: "user_29w83sxmDNGwOuEthce5gg56FcC",
  username: "ada",
  firstName: null,
  lastName: null,
  email: null,
  createdAt: 0,
};
const clerk = await createClerkStandIn({ port: 0, appOrigin: ORIGIN, people: [PERSON] });
afterAll(() => clerk.stop());

/** The configuration of an isolate: each test begins with one that has verified nothing. */
function newOptions(): ClerkOptions {
  const { CLERK_PUBLISHABLE_KEY, CLERK_SECRET_KEY, CLERK_JWT_KEY, CLERK_PROXY_URL } = clerk.env;
  return {
    publishableKey: CLERK_PUBLISHABLE_KEY,
    secretKey: CLERK_SECRET_KEY,
    jwtKey: CLERK_JWT_KEY,
    proxyUrl: CLERK_PROXY_URL,
    authorizedParties: [ORIGIN],
  };
}

/** How often a signature was checked. */
let checks: ReturnType<typeof vi.spyOn>;
let options: ClerkOptions;

beforeEach(() => {
  options = newOptions();
  checks = vi.spyOn(crypto.subtle, "verify");
});
afterEach(() => vi.restoreAllMocks());

type Browser = { token: string; uat: number };

async function signIn(flaws: TokenFlaws = {}): Promise<Browser> {
  const { session, client } = clerk.openSession(PERSON.id);
  return { token: await clerk.mintSessionToken(session, flaws), uat: client.uat };
}

function cookiesOf({ token, uat }: Browser): string {
  return `__session=${token}; __client_uat=${uat}`;
}

type Asked = { path?: string; cookie?: string; headers?: Record<string, string>; method?: string };

/** What the middleware answers, and what the page behind it is told; null where it comes to none. */
async function pass({ path = "/", cookie, headers = {}, method = "GET" }: Asked) {
  const request = new Request(`${ORIGIN}${path}`, {
    method,
    headers: {
      "Sec-Fetch-Dest": "document",
      Accept: "text/html",
      ...(cookie && { Cookie: cookie }),
      ...headers,
    },
  });
  const context = new RouterContextProvider();
  context.set(requestContext, { id: "", isReader: false, nonce: "", refusal: null });
  context.set(clerkContext, options);
  const args = { request, context, params: {}, url: new URL(request.url), pattern: "/" };
  let auth: Auth | null = null;
  const response = await authenticate(args, async () => {
    auth = context.get(authContext);
    return new Response();
  });
  return { status: (response as Response).status, auth: auth as Auth | null };
}

/** Whom a request proves, or the status of what it is answered with instead of a page. */
async function ask(asked: Asked): Promise<string | number | null> {
  const { status, auth } = await pass(asked);
  return auth ? auth.userId : status;
}

test("a token's signature is checked once, whatever page it is sent for and in whatever way", async () => {
  const cookie = cookiesOf(await signIn());
  expect(await ask({ cookie })).toBe(PERSON.id);
  expect(await ask({ cookie, path: "/settings" })).toBe(PERSON.id);
  expect(await ask({ cookie, path: "/t/new", method: "POST", headers: { Referer: `${ORIGIN}/t/new` } })).toBe(
    PERSON.id,
  );
  expect(checks).toHaveBeenCalledTimes(1);
});

test("what is remembered is what Clerk said, as the browser's script begins with it", async () => {
  const cookie = cookiesOf(await signIn());
  const first = await pass({ cookie });
  expect(await pass({ cookie })).toEqual(first);
  expect(JSON.stringify(first.auth?.clerk)).toContain(PERSON.id);
});

test("each token is checked for itself, and each configuration checks for itself", async () => {
  const [one, other] = [await signIn(), await signIn()];
  for (const browser of [one, other, one, other])
    expect(await ask({ cookie: cookiesOf(browser) })).toBe(PERSON.id);
  expect(checks).toHaveBeenCalledTimes(2);
  options = newOptions();
  expect(await ask({ cookie: cookiesOf(one) })).toBe(PERSON.id);
  expect(checks).toHaveBeenCalledTimes(3);
  options = { ...newOptions(), authorizedParties: ["https://another.example"] };
  expect(await ask({ cookie: cookiesOf(one) })).toBeNull();
});

test.for<[string, TokenFlaws]>([
  ["that somebody else signed", { foreign: true }],
  ["for another origin", { azp: "https://evil.example" }],
  ["of a session with something left to do", { pending: true }],
])("a token %s is nobody's, each time", async ([, flaws]) => {
  const cookie = cookiesOf(await signIn(flaws));
  for (let time = 0; time < 3; time += 1) expect(await ask({ cookie })).toBeNull();
});

test("a token that was verified, with another signature or other claims, is nobody's", async () => {
  const browser = await signIn();
  expect(await ask({ cookie: cookiesOf(browser) })).toBe(PERSON.id);
  const [header, , signature] = browser.token.split(".");
  const claims = { ...decodeJwt(browser.token), sub: "user_2xPnG5FMZCLsyWrFVyQ7p4hlhXn" };
  const forged = `${header}.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.${signature}`;
  const bent = browser.token.replace(/.{8}$/, "AAAAAAAA");
  for (const token of [forged, bent])
    expect(await ask({ cookie: cookiesOf({ ...browser, token }) })).toBeNull();
});

/** The middleware's clock, so many seconds from now. */
function later(seconds: number): void {
  vi.useFakeTimers({ now: Date.now() + seconds * 1000, toFake: ["Date"] });
  onTestFinished(() => void vi.useRealTimers());
}

test("a token that runs out while it is remembered leads to Clerk", async () => {
  const cookie = cookiesOf(await signIn());
  expect(await ask({ cookie })).toBe(PERSON.id);
  later(TOKEN_LIFETIME_S - 2);
  expect(await ask({ cookie })).toBe(PERSON.id);
  expect(checks).toHaveBeenCalledTimes(1);
  later(10);
  expect(await ask({ cookie })).toBe(307);
  expect(await ask({ cookie, method: "POST" })).toBeNull();
});

/** What a request may bring besides a token that is remembered, and what Clerk makes of it. */
const CHANGED: [string, (browser: Browser) => Asked, string | number | null][] = [
  ["a later sign-in in this browser", (b) => ({ cookie: cookiesOf({ ...b, uat: b.uat + 3600 }) }), 307],
  ["no note of a sign-in", ({ token }) => ({ cookie: `__session=${token}` }), 307],
  ["a browser that signed out", ({ token }) => ({ cookie: `__session=${token}; __client_uat=0` }), 307],
  [
    "an answer of a handshake that nobody signed",
    (b) => ({ cookie: `${cookiesOf(b)}; __clerk_handshake=x` }),
    PERSON.id,
  ],
  ["a parameter of a handshake", (b) => ({ cookie: cookiesOf(b), path: "/?__clerk_handshake=x" }), PERSON.id],
  [
    "a link of another site",
    (b) => ({ cookie: cookiesOf(b), headers: { Referer: "https://evil.example/" } }),
    307,
  ],
  ["a referrer that is no address", (b) => ({ cookie: cookiesOf(b), headers: { Referer: "x" } }), PERSON.id],
  ["another proof", (b) => ({ cookie: cookiesOf(b), headers: { Authorization: "Bearer x" } }), null],
];

test.for(CHANGED)("with %s, Clerk decides anew", async ([, change, expected]) => {
  const browser = await signIn();
  expect(await ask({ cookie: cookiesOf(browser) })).toBe(PERSON.id);
  vi.spyOn(console, "error").mockImplementation(() => {});
  const before = checks.mock.calls.length;
  expect(await ask(change(browser))).toBe(expected);
  if (expected === PERSON.id) expect(checks.mock.calls.length).toBeGreaterThan(before);
});
