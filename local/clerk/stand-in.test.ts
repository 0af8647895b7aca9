import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { createClerkClient } from "@clerk/backend";
import { decodeJwt, decodeProtectedHeader } from "jose";
import { Webhook } from "svix";
import { expect, onTestFinished, test } from "vitest";
import { createClerkStandIn, type StandInOptions } from "./stand-in.ts";

const APP = "http://localhost:8788";
const ADA = {
  id: "user_adaForTheTests00000000000001",
  firstName: "Ada",
  lastName: "Byron",
  username: "adabyron",
  email: "ada@example.com",
  createdAt: Date.UTC(2026, 0, 1),
  note: "Admin",
};
const BEN = {
  ...ADA,
  id: "user_benForTheTests00000000000002",
  firstName: "Ben",
  lastName: null,
  username: null,
};

test("a browser without scripts signs in, and the app's own Clerk middleware knows who it is", async () => {
  const clerk = await startStandIn({ people: [ADA] });
  const browser = new Browser();

  const page = await browser.get(`${clerk.origin}/sign-in?redirect_url=${APP}/t/new`);
  expect(await page.text()).toMatch(/<button class="person" name="person" value="user_ada\w+">/);
  const back = await browser.post(`${clerk.origin}/sign-in`, {
    person: ADA.id,
    redirect_url: `${APP}/t/new`,
  });
  expect([back.status, back.headers.get("Location")]).toEqual([303, `${APP}/t/new`]);

  const arrival = await appReceives(clerk, browser, "/t/new");
  expect(arrival.headers.get("Location")).toMatch(`${clerk.origin}/v1/client/handshake?`);
  const handshake = await browser.get(arrival.headers.get("Location") ?? "");
  expect([handshake.status, handshake.headers.get("Location")]).toEqual([307, `${APP}/t/new`]);

  const resolved = await appReceives(clerk, browser, "/t/new");
  expect(resolved.toAuth()?.userId).toBe(ADA.id);
  browser.keep(resolved.headers);
  expect(browser.cookies.has("__clerk_handshake")).toBe(false);
  expect((await appReceives(clerk, browser, "/")).toAuth()?.userId).toBe(ADA.id);
});

test("session tokens carry Clerk's claims and live a minute", async () => {
  const clerk = await startStandIn({ people: [ADA] });
  const { session } = clerk.openSession(ADA.id);

  const token = await clerk.mintSessionToken(session);

  const { iat = 0, nbf, exp, ...claims } = decodeJwt(token);
  expect(claims).toEqual({
    azp: APP,
    fva: [0, -1],
    iss: "https://clerk.edgewise.localhost",
    sid: session.id,
    sts: "active",
    sub: ADA.id,
    v: 2,
  });
  expect([nbf, exp]).toEqual([iat - 10, iat + 60]);
  expect(decodeProtectedHeader(token)).toMatchObject({ alg: "RS256", typ: "JWT", cat: "cl_B7d4PD111AAA" });
});

test("tokens with a flaw are refused by Clerk's middleware", async () => {
  const clerk = await startStandIn({ people: [ADA] });
  const { session } = clerk.openSession(ADA.id);
  const flaws = [
    { expired: true },
    { foreign: true },
    { pending: true },
    { azp: null },
    { azp: "https://a.example" },
  ];

  const seen = await Promise.all(
    flaws.map(async (flaw) => {
      const headers = { Authorization: `Bearer ${await clerk.mintSessionToken(session, flaw)}` };
      return (
        (await authenticate(clerk, new Request(APP, { method: "POST", headers }))).toAuth()?.userId ?? null
      );
    }),
  );

  expect(seen).toEqual(flaws.map(() => null));
});

test("an expired session token is renewed by the handshake", async () => {
  const clock = { now: Date.now() - 3_600_000 };
  const clerk = await startStandIn({ people: [ADA], now: () => clock.now });
  const browser = new Browser();
  const { client, session } = clerk.openSession(ADA.id);
  browser.cookies.set("__client", client.token);
  browser.cookies.set("__client_uat", String(client.uat));
  browser.cookies.set("__session", await clerk.mintSessionToken(session));
  clock.now = Date.now();

  const expired = await appReceives(clerk, browser, "/settings");
  expect([expired.status, expired.reason]).toMatchObject(["handshake", /session-token-expired/]);
  await browser.get(expired.headers.get("Location") ?? "");

  expect((await appReceives(clerk, browser, "/settings")).toAuth()?.userId).toBe(ADA.id);
});

test("somebody else who signs in within the same second is not taken for the one before", async () => {
  const now = Date.now();
  const clerk = await startStandIn({ people: [ADA, BEN], now: () => now });
  const browser = new Browser();
  for (const { id } of [ADA, BEN]) {
    await browser.post(`${clerk.origin}/sign-in`, { person: id });
    const arrival = await appReceives(clerk, browser, "/");
    await browser.get(arrival.headers.get("Location") ?? "");
    const resolved = await appReceives(clerk, browser, "/");
    browser.keep(resolved.headers);
    expect(resolved.toAuth()?.userId).toBe(id);
  }
});

test("a session revoked through the Backend API is over at the next handshake", async () => {
  const clerk = await startStandIn({ people: [ADA] });
  const browser = new Browser();
  await browser.post(`${clerk.origin}/sign-in`, { person: ADA.id });
  await browser.get(`${clerk.origin}/v1/client/handshake?redirect_url=${APP}/`);
  const auth = (await appReceives(clerk, browser, "/")).toAuth();

  const revoked = await backend(clerk).sessions.revokeSession(auth?.sessionId ?? "");
  expect(revoked.status).toBe("revoked");
  await browser.get(`${clerk.origin}/v1/client/handshake?redirect_url=${APP}/`);

  const after = await appReceives(clerk, browser, "/");
  expect(after.toAuth()?.userId).toBe(null);
  browser.keep(after.headers);
  expect(browser.cookies.get("__client_uat")).toBe("0");
  expect(browser.cookies.has("__session")).toBe(false);
});

test("the handshake and the sign-in page send nobody anywhere but to the app", async () => {
  const clerk = await startStandIn({ people: [ADA] });
  const browser = new Browser();
  for (const target of [
    "https://evil.example/",
    "//evil.example",
    "javascript:alert(1)",
    `${APP}.evil.example/`,
  ]) {
    const handshake = await browser.get(
      `${clerk.origin}/v1/client/handshake?redirect_url=${encodeURIComponent(target)}`,
    );
    expect(handshake.status).toBe(400);
    const entered = await browser.post(`${clerk.origin}/sign-in`, { person: ADA.id, redirect_url: target });
    expect(entered.headers.get("Location")).toBe(`${APP}/`);
  }
});

test("a form or a call from another origin is refused", async () => {
  const clerk = await startStandIn({ people: [ADA] });
  const foreign = { Origin: "https://evil.example" };
  const form = await fetch(`${clerk.origin}/sign-in`, {
    method: "POST",
    headers: foreign,
    body: new FormData(),
  });
  const call = await fetch(`${clerk.origin}/v1/client`, { headers: foreign });
  expect([form.status, call.status]).toEqual([403, 400]);
});

test("Clerk's SDK lists, counts, finds and deletes people", async () => {
  const clerk = await startStandIn({ people: [ADA, { ...BEN, createdAt: ADA.createdAt + 1 }] });
  const { users } = backend(clerk);

  const list = await users.getUserList({ limit: 1, offset: 1, orderBy: "+created_at" });
  expect([list.totalCount, list.data.map(({ id }) => id)]).toEqual([2, [BEN.id]]);
  const ada = await users.getUser(ADA.id);
  expect([ada.firstName, ada.primaryEmailAddress?.emailAddress]).toEqual(["Ada", "ada@example.com"]);
  await users.deleteUser(ADA.id);
  await expect(users.getUser(ADA.id)).rejects.toMatchObject({ status: 404 });
});

test("the Backend API wants the secret key", async () => {
  const clerk = await startStandIn({ people: [ADA] });
  const answer = await fetch(`${clerk.origin}/v1/users`, {
    headers: { Authorization: "Bearer sk_live_guess" },
  });
  expect(answer.status).toBe(401);
});

test("sign-up, a change and a deletion each send a signed event before the page goes on", async () => {
  const app = await startReceiver([]);
  const clerk = await startStandIn({ people: [ADA], webhookUrl: app.url });
  const browser = new Browser();
  const details = { first_name: "Cleo", last_name: "", username: "Cleo_42", email: "cleo@example.com" };

  await browser.post(`${clerk.origin}/sign-up`, { ...details, redirect_url: `${APP}/` });
  await browser.post(`${clerk.origin}/user`, { ...details, last_name: "Ito" });
  await browser.post(`${clerk.origin}/user/delete`, {});

  const events = app.received.map(({ body, headers }) => {
    new Webhook(clerk.env.CLERK_WEBHOOK_SECRET).verify(body, headers);
    return JSON.parse(body);
  });
  expect(events.map(({ type }) => type)).toEqual(["user.created", "user.updated", "user.deleted"]);
  expect(events[1].data).toMatchObject({ first_name: "Cleo", last_name: "Ito", username: "cleo_42" });
  expect(events[1].data.updated_at).toBeGreaterThan(events[0].data.updated_at);
  expect(events[2].data).toEqual({ id: events[0].data.id, object: "user", deleted: true });
  expect(clerk.people()).toHaveLength(1);
});

test("an event that the app fails on is sent again, as the same message", async () => {
  const app = await startReceiver([503, 500]);
  const clerk = await startStandIn({ people: [ADA], webhookUrl: app.url, retryDelays: [1, 1, 1] });

  expect(await clerk.sendEvent("user.updated", ADA.id)).toBe(false);
  await clerk.settled();

  expect(new Set(app.received.map(({ headers }) => headers["svix-id"])).size).toBe(1);
  expect(app.received).toHaveLength(3);
});

test("a form that is wrong comes back with what was typed and why", async () => {
  const clerk = await startStandIn({ people: [ADA] });
  const answer = await new Browser().post(`${clerk.origin}/sign-up`, {
    first_name: "<b>Eve</b>",
    username: "e!",
    email: "ADA@example.com",
  });
  const text = await answer.text();
  expect(answer.status).toBe(422);
  expect(text).toContain('value="&lt;b&gt;Eve&lt;/b&gt;"');
  expect(text).toContain('id="username-error"');
});

test("keys, people and sessions survive a restart", async () => {
  const folder = await mkdtemp(path.join(tmpdir(), "stand-in-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const stateFile = path.join(folder, "clerk.json");
  const first = await createClerkStandIn({ port: 0, appOrigin: APP, stateFile, people: [ADA] });
  const browser = new Browser();
  await browser.post(`${first.origin}/sign-in`, { person: ADA.id });
  await first.stop();

  const second = await startStandIn({ stateFile });

  expect(second.env.CLERK_JWT_KEY).toBe(first.env.CLERK_JWT_KEY);
  expect(await (await browser.get(`${second.origin}/user`)).text()).toContain('value="Ada"');
});

async function startStandIn(options: Partial<StandInOptions>) {
  const webhookUrl = options.webhookUrl ?? (await startReceiver([])).url;
  const clerk = await createClerkStandIn({ port: 0, appOrigin: APP, ...options, webhookUrl });
  onTestFinished(() => clerk.stop());
  return clerk;
}

type StandIn = Awaited<ReturnType<typeof startStandIn>>;

/** A place for webhooks that answers with `statuses` one after the other, and with 200 from then on. */
async function startReceiver(statuses: number[]) {
  const received: { body: string; headers: Record<string, string> }[] = [];
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    received.push({ body, headers: request.headers as Record<string, string> });
    response.writeHead(statuses[received.length - 1] ?? 200).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as { port: number }).port}/webhooks/clerk`, received };
}

function backend(clerk: StandIn) {
  return createClerkClient({
    publishableKey: clerk.env.CLERK_PUBLISHABLE_KEY,
    secretKey: clerk.env.CLERK_SECRET_KEY,
    apiUrl: clerk.env.CLERK_API_URL,
    jwtKey: clerk.env.CLERK_JWT_KEY,
    proxyUrl: clerk.env.CLERK_PROXY_URL,
  });
}

function authenticate(clerk: StandIn, request: Request) {
  return backend(clerk).authenticateRequest(request, { authorizedParties: [APP] });
}

/** What the app's Clerk middleware makes of `browser` visiting `pathname`. */
function appReceives(clerk: StandIn, browser: Browser, pathname: string) {
  const headers = { Accept: "text/html", "Sec-Fetch-Dest": "document", Cookie: browser.cookieHeader() };
  return authenticate(clerk, new Request(`${APP}${pathname}`, { headers }));
}

/** Keeps cookies for `localhost`, whatever the port, and follows no redirect by itself. */
class Browser {
  readonly cookies = new Map<string, string>();

  cookieHeader(): string {
    return [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
  }

  keep(headers: Headers): void {
    for (const line of headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === "") this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
  }

  async get(url: string): Promise<Response> {
    return this.#send(url, {});
  }

  async post(url: string, fields: Record<string, string>): Promise<Response> {
    return this.#send(url, { method: "POST", body: new URLSearchParams(fields) });
  }

  async #send(url: string, init: RequestInit): Promise<Response> {
    const headers = { Cookie: this.cookieHeader(), Origin: new URL(url).origin };
    const response = await fetch(url, { ...init, headers, redirect: "manual" });
    this.keep(response.headers);
    return response;
  }
}
