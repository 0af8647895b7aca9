import { decodeJwt } from "jose";
import { expect, test } from "vitest";
import { testSite } from "#test/site.ts";
import { dataTwin, readAnswer } from "./answer.ts";
import { threadRow } from "./rows.ts";
import { newVisitor } from "./visitor.ts";
import { makeWorld } from "./writes.ts";

const site = await testSite();
const member = await site.makeMember();
const PORT = new URL(site.origin).port;

/** The state of the session that a token proves, as Clerk has it. */
async function sessionStatus(token: string): Promise<string> {
  const url = `${site.clerk.origin}/v1/sessions/${decodeJwt(token).sid}`;
  const headers = { Authorization: `Bearer ${site.clerk.env.CLERK_SECRET_KEY}` };
  return ((await (await fetch(url, { headers })).json()) as { status: string }).status;
}

/** What leads away from a site in some browser or other, as it may stand in `?return_to=`. */
const AWAY = [
  "https://evil.example/",
  "//evil.example",
  "///evil.example",
  "/\\evil.example",
  "\\\\evil.example",
  "/\\/evil.example",
  "https:evil.example",
  "https:/evil.example",
  "javascript:alert(1)",
  "data:text/html,x",
  "/\t/evil.example",
  "/\n/evil.example",
  "/\r\n/evil.example",
  "\t//evil.example",
  " //evil.example",
  "/.//evil.example",
  "/..//evil.example",
  "/x/..//evil.example",
  "/%2e//evil.example",
  "/%2e%2e//evil.example",
  "/./\\evil.example",
  "/t/..//evil.example/?x#y",
  "/%2f%2fevil.example",
  "%2f%2fevil.example",
  "/%5cevil.example",
  "/@evil.example",
  "@evil.example",
  ".evil.example",
  `:${PORT}@evil.example`,
  `http://localhost:${PORT}@evil.example/`,
  `http://localhost:${PORT}.evil.example/`,
  `http://localhost:1/`,
  "/\u0000/evil.example",
  "//[",
  "http://[::1",
  "",
];

/** Where a browser that stands on this forum would go from `location`. */
function destination(location: string | null): URL {
  return new URL(location ?? "", site.origin);
}

test.for(AWAY)("signing in never leads to %j", async (returnTo) => {
  for (const page of ["sign-in", "sign-up"])
    for (const encode of [
      encodeURIComponent,
      (text: string) => encodeURIComponent(encodeURIComponent(text)),
    ]) {
      const path = `/${page}?return_to=${encode(returnTo)}`;
      const signedOut = await readAnswer(await site.fetch(path));
      const hosted = destination(signedOut.location);
      expect(`${hosted.origin}${hosted.pathname}`).toBe(`${site.clerk.origin}/${page}`);
      // Read again as the forum's own address: what Clerk sends back there must not lead on by itself.
      const back = new URL(hosted.searchParams.get("redirect_url") ?? "");
      expect(back.origin).toBe(site.origin);
      expect(destination(back.pathname).origin).toBe(site.origin);
      for (const each of [path, path.replace("?", ".data?")]) {
        const signedIn = await readAnswer(await site.fetch(each, { as: member }));
        expect(destination(signedIn.location).origin, signedIn.location ?? "").toBe(site.origin);
      }
    }
});

test.for(["/t/new?category=x", "/u/ada#threads", "/", "/continue/abc"])(
  "signing in leads back to %s",
  async (path) => {
    const answer = await readAnswer(await site.fetch(`/sign-in?return_to=${encodeURIComponent(path)}`));
    expect(destination(answer.location).searchParams.get("redirect_url")).toBe(`${site.origin}${path}`);
    const signedIn = await readAnswer(
      await site.fetch(`/sign-in?return_to=${encodeURIComponent(path)}`, { as: member }),
    );
    expect(signedIn.location).toBe(path);
  },
);

test("no page sends anybody away, whatever its own address looks like", async () => {
  const paths = [
    "//evil.example/x",
    "//evil.example/x.data",
    "//evil.example/t/1",
    "/\\evil.example/settings",
  ];
  for (const path of paths)
    for (const Cookie of [
      "",
      "__client_uat=5",
      await site.signIn(member, { expired: true }),
      await site.signIn(member),
    ]) {
      const answer = await readAnswer(await site.fetch(`${site.origin}${path}`, { headers: { Cookie } }));
      const { origin } = destination(answer.location);
      expect([site.origin, site.clerk.origin], `${path} ${answer.location}`).toContain(origin);
    }
});

test("signing in by Clerk's page comes back to the page that asked for it", async () => {
  const visitor = newVisitor(site);
  const clerk = await visitor.open("/settings");
  const settings = await visitor.signIn(clerk, member);
  expect([settings.status, settings.url.href]).toEqual([200, `${site.origin}/settings`]);
  expect(settings.text).toContain(`value="${member.handle}"`);
  expect((await visitor.open("/")).text).toContain("Sign out");
});

test("signing out revokes the session at Clerk, and takes the cookies away", async () => {
  const person = await site.makeMember();
  const visitor = newVisitor(site, await site.cookiesOf(person));
  const old = visitor.jar.get("__session") ?? "";
  const home = await visitor.open("/");
  expect(home.text).toContain(person.handle);
  const after = await visitor.send(home, "/sign-out");
  expect([after.status, after.url.href]).toEqual([200, `${site.origin}/`]);
  expect(after.text).not.toContain(person.handle);
  expect(await sessionStatus(old)).toBe("revoked");
  expect([...visitor.jar.keys()].filter((name) => /^__(session|client_uat)/.test(name))).toEqual([]);
  expect((await visitor.open("/settings")).url.origin).toBe(site.clerk.origin);
});

test("a token kept from before a sign-out is asked about at Clerk, and gets nobody in", async () => {
  const person = await site.makeMember();
  const cookies = await site.cookiesOf(person);
  await site.fetch("/sign-out", { form: {}, as: person });
  const replayed = newVisitor(site, { __session: cookies.__session, __client: cookies.__client });
  expect((await replayed.open("/")).text).not.toContain(person.handle);
  expect((await replayed.open("/settings")).url.origin).toBe(site.clerk.origin);
});

test("whoever signs out is out at once: a copy of their token, in whatever browser, reads and writes nothing", async () => {
  const { thread, member } = await makeWorld(site);
  // The browsers of one person, each with a session of its own.
  const elsewhere = site.clerk.openSession(member.id);
  const token = await site.clerk.mintSessionToken(elsewhere.session);
  const copied = { Cookie: await site.signIn(member) };
  const reply = { form: { body: "With a token that was copied" }, headers: copied };
  const path = `/t/${thread.number}/replies/new`;
  expect((await site.fetch("/settings", { headers: copied })).status).toBe(200);

  await site.fetch("/sign-out", { form: {}, headers: copied });
  expect((await (await site.fetch("/", { headers: copied })).text()).includes(member.handle)).toBe(false);
  expect((await site.fetch("/settings", { headers: copied })).status).toBe(303);
  for (const each of [path, dataTwin(path)])
    expect((await readAnswer(await site.fetch(each, reply))).location).toMatch(/^\/continue\//);
  expect((await threadRow(site.db, thread.number)).lastNumber).toBe(2);

  const other = { Cookie: `__session=${token}; __client_uat=${elsewhere.client.uat}` };
  expect((await site.fetch("/settings", { headers: other })).status).toBe(200);
});

test("signing out needs nobody to sign in first", async () => {
  for (const path of ["/sign-out", "/sign-out.data"]) {
    const { status, location, cookies } = await readAnswer(await site.fetch(path, { form: {} }));
    expect([status, location, cookies]).toEqual([303, "/", []]);
  }
});

test("signing out works while Clerk or the database is away, and says so in the log", async () => {
  const away = await testSite({ counted: true });
  const person = await away.makeMember();
  await away.proxy.refuse();
  const answer = await readAnswer(await away.fetch("/sign-out", { form: {}, as: person }));
  expect([answer.status, answer.location]).toEqual([303, "/"]);
  expect(answer.cookies.map((line) => line.split(";", 2).join(";"))).toEqual(
    expect.arrayContaining(["__session=; Max-Age=0"]),
  );
  await expect
    .poll(() => away.log.filter((line) => line.includes("not noted as ended")).map(parseLine))
    .toEqual([
      {
        level: "warning",
        message: "A session was not noted as ended",
        requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
        reason: "The database is away",
      },
    ]);
});

function parseLine(line: string): unknown {
  return JSON.parse(line.slice(line.indexOf("{")));
}

/** What may stand in a token that Clerk has signed, and in no id of Clerk's. */
const NO_IDS = [
  "",
  "x",
  "user_",
  "user_a b",
  "user_'; select 1",
  `user_${"a".repeat(200)}`,
  "user_ä",
  "../etc",
  "null",
];

test.for(NO_IDS)("a signed token that is about %j is nobody's", async (odd) => {
  for (const flaws of [{ sub: odd }, { sid: odd }]) {
    const Cookie = await site.signIn(member, flaws);
    for (const path of ["/", "/settings", "/nowhere", "/_.data"]) {
      const answer = await readAnswer(await site.fetch(path, { headers: { Cookie } }));
      expect(answer.status, path).toBeLessThan(500);
      expect(answer.text, path).not.toContain("Sign out");
    }
    const write = { form: { body: "Typed" }, headers: { Cookie } };
    expect((await readAnswer(await site.fetch("/t/new", write))).location).toMatch(/^\/continue\//);
    expect((await site.fetch("/sign-out", { form: {}, headers: { Cookie } })).status).toBe(303);
  }
  expect(site.log.filter((line) => line.includes('"level":"error"'))).toEqual([]);
});

test("signing out works after the token has run out, as it has a minute after a page without scripts was drawn", async () => {
  const person = await site.makeMember();
  const visitor = newVisitor(site, await site.cookiesOf(person));
  const home = await visitor.open("/");
  const { __session } = await site.cookiesOf(person, { expired: true });
  for (const name of visitor.jar.keys()) if (name.startsWith("__session")) visitor.jar.set(name, __session);
  const after = await visitor.send(home, "/sign-out");
  expect(after.url.href).toBe(`${site.origin}/`);
  expect(after.text).not.toContain(person.handle);
  expect(await sessionStatus(__session)).toBe("revoked");
});

test("a token that somebody else signed revokes nothing", async () => {
  const person = await site.makeMember();
  for (const flaws of [
    { foreign: true },
    { foreign: true, expired: true },
    { azp: "https://evil.example" },
  ]) {
    const Cookie = await site.signIn(person, flaws);
    await site.fetch("/sign-out", { form: {}, headers: { Cookie } });
  }
  expect(await sessionStatus((await site.cookiesOf(person)).__session)).toBe("active");
});

test("a session that ends at Clerk ends here with its token", async () => {
  const person = await site.makeMember();
  const visitor = newVisitor(site, await site.cookiesOf(person));
  await site.clerk.deletePerson(person.id);
  const { __session } = await site.cookiesOf(person, { expired: true });
  for (const name of visitor.jar.keys()) if (name.startsWith("__session")) visitor.jar.set(name, __session);
  expect((await visitor.open("/settings")).url.origin).toBe(site.clerk.origin);
});

/** Cookies that no browser of ours would send. */
const NONSENSE = [
  "__session=",
  "__session=x",
  "__session=a.b.c",
  "__session=%ff; __client_uat=%00",
  "__client_uat=NaN",
  "__client_uat=-1",
  "__client_uat=1e309",
  "__client_uat=99999999999999999999",
  "held=%E0%A4%A",
  "held=x.y; held=y.z",
  "__clerk_handshake=x",
  "__clerk_redirect_count=99",
  "=; ;;; a",
  `a=${"b".repeat(7000)}`,
];

test.for(NONSENSE)("the cookies %j break nothing, and sign nobody in", async (Cookie) => {
  for (const path of ["/", "/settings", "/continue/x", "/nowhere"]) {
    const answer = await readAnswer(await site.fetch(path, { headers: { Cookie } }));
    expect(answer.status, path).toBeLessThan(500);
    expect(answer.text).not.toContain("Sign out");
  }
  const write = await readAnswer(
    await site.fetch("/t/new", { form: { body: "Typed" }, headers: { Cookie } }),
  );
  expect(write.location).toMatch(/^\/continue\//);
});
