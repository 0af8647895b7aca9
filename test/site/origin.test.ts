import { expect, test } from "vitest";
import { testSite } from "#test/site.ts";
import { readAnswer } from "./answer.ts";
import { attribute, elementsOf } from "./page.ts";
import { rawRequest } from "./raw-request.ts";
import { allRows } from "./rows.ts";
import { makeWorld } from "./writes.ts";

const site = await testSite();
const world = await makeWorld(site);
const { member } = world;
const thread = `/t/${world.thread.number}/a-thread-for-a-test`;
const ownHost = new URL(site.origin).host;

/** What a proxy or an attacker may say of the address that was asked for. */
const CLAIMS = {
  Forwarded: "host=evil.example;proto=https",
  "X-Forwarded-Host": "evil.example",
  "X-Forwarded-Proto": "https",
  "X-Forwarded-Server": "evil.example",
  "X-Host": "evil.example",
  "X-Original-URL": "/admin",
  "X-Rewrite-URL": "/admin",
};

test.for(["/", thread, "/nowhere", "//evil.example/..", "/settings?x=1"])(
  "%s under another host leads to the forum's own",
  async (path) => {
    for (const Host of ["evil.example", `evil.example:${new URL(site.origin).port}`, `127.0.0.1`])
      for (const Cookie of ["", await site.signIn(member)]) {
        const { status, headers, text } = await rawRequest(site.origin, { path, headers: { Host, Cookie } });
        expect(status).toBe(308);
        expect(String(headers.location).startsWith(`${site.origin}/`)).toBe(true);
        expect(text).not.toContain("evil.example");
      }
  },
);

test("no page believes what a request says of its own address", async () => {
  for (const as of [null, member])
    for (const path of ["/", thread, `/u/${world.author.handle}`]) {
      const { status, text } = await readAnswer(await site.fetch(path, { as, headers: CLAIMS }));
      expect(status).toBe(200);
      expect(text).not.toContain("evil.example");
      for (const element of elementsOf(text)) {
        const isCanonical = attribute(element, "rel") === "canonical";
        if (isCanonical) expect(attribute(element, "href")).toBe(`${site.origin}${path}`);
        if (attribute(element, "property") === "og:url")
          expect(attribute(element, "content")).toBe(`${site.origin}${path}`);
      }
    }
});

test("a thread says where it is at home", async () => {
  const { text } = await readAnswer(await site.fetch(thread));
  expect(text).toContain(`<link rel="canonical" href="${site.origin}${thread}"/>`);
});

test("no redirect believes it either", async () => {
  const redirects = [
    await site.fetch(`/t/${world.thread.number}/wrong`, { headers: CLAIMS }),
    await site.fetch("/t/new", { headers: CLAIMS }),
    await site.fetch("/t/new", { as: member, headers: CLAIMS, form: { ...newThread() } }),
    await site.fetch("/t/new", { headers: CLAIMS, form: { ...newThread() } }),
  ];
  for (const { status, headers } of redirects) {
    expect([301, 303]).toContain(status);
    expect(headers.get("Location")).toMatch(/^\/[^/]/);
  }
});

function newThread() {
  return { title: "A thread", category: world.category, body: "Its opening post." };
}

test("Clerk is told to come back to the forum, and nowhere else", async () => {
  const signIn = await site.fetch(`/sign-in?return_to=${thread}`, { headers: CLAIMS });
  const hosted = new URL(signIn.headers.get("Location") ?? "");
  expect(hosted.origin).toBe(site.clerk.origin);
  expect(hosted.searchParams.get("redirect_url")).toBe(`${site.origin}${thread}`);

  const Cookie = await site.signIn(member, { expired: true });
  const handshake = await site.fetch(thread, { headers: { ...CLAIMS, Cookie } });
  expect(handshake.status).toBe(307);
  const asked = new URL(handshake.headers.get("Location") ?? "");
  expect(asked.origin).toBe(site.clerk.origin);
  expect(new URL(asked.searchParams.get("redirect_url") ?? "").origin).toBe(site.origin);
});

test("a form sent under another host is not taken", async () => {
  const before = await allRows(site.db);
  const body = new URLSearchParams(newThread()).toString();
  const headers = {
    Host: "evil.example",
    "Content-Type": "application/x-www-form-urlencoded",
    Cookie: await site.signIn(member),
  };
  for (const Origin of ["http://evil.example", `http://${ownHost}`]) {
    const answer = await rawRequest(site.origin, {
      method: "POST",
      path: "/t/new",
      body,
      headers: { ...headers, Origin },
    });
    expect([400, 403]).toContain(answer.status);
  }
  expect(await allRows(site.db)).toEqual(before);
});

test("an Authorization header opens nothing", async () => {
  const { __session } = await site.cookiesOf(member);
  for (const token of [__session, "ak_machine", "mt_machine", "oat_machine", "garbage"]) {
    const answer = await site.fetch("/settings", { headers: { Authorization: `Bearer ${token}` } });
    expect(answer.status).toBe(303);
    const write = { form: newThread(), headers: { Authorization: `Bearer ${token}` } };
    expect((await site.fetch("/t/new", write)).headers.get("Location")).toMatch(/^\/continue\//);
  }
});

test("only a forum on https asks for https ever after", async () => {
  const origin = "https://forum.example.com";
  const secure = await testSite({ env: { ORIGIN: origin } });
  // Without the Origin, which names https where this machine speaks http.
  const post = { form: { value: "1" }, headers: { Origin: null } };
  const forged = { form: { value: "1" }, headers: { Origin: "https://evil.example" } };
  const held = await secure.fetch("/t/1/replies/1/vote", post);
  const answers = [
    held,
    await secure.fetch("/t/1/replies/1/vote", forged),
    await secure.fetch("/"),
    await secure.fetch("/healthz"),
    await secure.fetch("/webhooks/clerk", { form: {} }),
  ];
  expect(answers.map(({ status }) => status)).toEqual([303, 403, 308, 200, 403]);
  for (const { headers } of answers)
    expect(headers.get("Strict-Transport-Security")).toMatch(/^max-age=(\d{8,}); includeSubDomains/);
  expect(held.headers.getSetCookie()).toEqual([
    expect.stringMatching(/^__Host-held-.*; Path=\/;.* HttpOnly; Secure; SameSite=Lax/),
  ]);
  for (const path of ["/", "/healthz", "/nowhere", "/sign-in"])
    expect((await site.fetch(path)).headers.get("Strict-Transport-Security")).toBeNull();
});

test("on https every cookie of ours is for https and for this host alone, and is found again under that name", async () => {
  const origin = "https://forum.example.com";
  const secure = await testSite({ env: { ORIGIN: origin } });
  const own = await makeWorld(secure);
  const session = await secure.signIn(own.member, { azp: origin });
  const sent = async (path: string, form: Record<string, string>, Cookie: string) => {
    const answer = await secure.fetch(path, { form, headers: { Origin: null, Cookie } });
    return { status: answer.status, lines: answer.headers.getSetCookie() };
  };
  const reply = `/t/${own.thread.number}/replies/new`;
  const wrote = await sent(reply, { body: "On https" }, session);
  const held = await sent(reply, { body: "Signed out" }, "");
  const [ticket = ""] = held.lines.map((line) => line.split(";")[0]);
  const left = await sent("/sign-out", {}, `${session}; ${ticket}`);
  expect([wrote.status, held.status, left.status]).toEqual([303, 303, 303]);
  expect(wrote.lines).toEqual([
    expect.stringMatching(/^__Host-wrote=\d+; Max-Age=120; Path=\/; HttpOnly; Secure;/),
  ]);
  expect(left.lines.map((line) => /^[^=]+=; Max-Age=0; Path=\/;.* Secure; SameSite=Lax$/.test(line))).toEqual(
    [true, true, true],
  );
  expect(left.lines.map((line) => line.replace(/=.*/, "").replace(/-[0-9a-f-]{36}/, "")).sort()).toEqual([
    "__Host-held",
    "__client_uat",
    "__session",
  ]);
});
