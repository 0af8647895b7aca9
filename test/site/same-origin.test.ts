import { decodeJwt } from "jose";
import { expect, test } from "vitest";
import { verify } from "#app/db/verify.server.ts";
import { type SiteRequest, testSite } from "#test/site.ts";
import { dataTwin, readAnswer } from "./answer.ts";
import { allRows } from "./rows.ts";
import { makeWorld, PREVIEW, SIGN_OUT, UPLOAD, WRITES, type Write, writablePatterns } from "./writes.ts";

const site = await testSite();
const world = await makeWorld(site);
const port = Number(new URL(site.origin).port);

type Sender = { Origin: string | null; "Sec-Fetch-Site": string | null };

/** Headers of requests that no page of this forum made; null: the browser sends none. */
const FORGED: Record<string, Sender> = {
  "another site": { Origin: "https://evil.example", "Sec-Fetch-Site": "cross-site" },
  "a sandboxed frame": { Origin: "null", "Sec-Fetch-Site": null },
  "neither header": { Origin: null, "Sec-Fetch-Site": null },
  "a subdomain": { Origin: `http://evil.localhost:${port}`, "Sec-Fetch-Site": null },
  "our origin, from another site": { Origin: site.origin, "Sec-Fetch-Site": "cross-site" },
  "our origin, from a sibling": { Origin: site.origin, "Sec-Fetch-Site": "same-site" },
};

/** Further ways to look like a page of this forum. */
const DISGUISED: Record<string, Sender> = {
  ...FORGED,
  "another site, old browser": { Origin: "https://evil.example", "Sec-Fetch-Site": null },
  "another site that claims to be here": { Origin: "https://evil.example", "Sec-Fetch-Site": "same-origin" },
  "a sandboxed frame of another site": { Origin: "null", "Sec-Fetch-Site": "cross-site" },
  "a sandboxed frame of this site": { Origin: "null", "Sec-Fetch-Site": "same-origin" },
  "no origin, another site": { Origin: null, "Sec-Fetch-Site": "cross-site" },
  "no origin, a sibling": { Origin: null, "Sec-Fetch-Site": "same-site" },
  "another port": { Origin: `http://localhost:${port + 1}`, "Sec-Fetch-Site": "same-site" },
  "another scheme": { Origin: `https://localhost:${port}`, "Sec-Fetch-Site": "cross-site" },
  "a name that begins like ours": { Origin: `${site.origin}.evil.example`, "Sec-Fetch-Site": null },
  "our origin in other letters": { Origin: site.origin.toUpperCase(), "Sec-Fetch-Site": null },
  "two origins": { Origin: `${site.origin}, https://evil.example`, "Sec-Fetch-Site": null },
  "a word that means nothing": { Origin: site.origin, "Sec-Fetch-Site": "same-origin, cross-site" },
};

/** The three encodings that a form of another site can choose without asking. */
const ENCODINGS: Record<string, (form: Record<string, string>) => Pick<SiteRequest, "body" | "headers">> = {
  urlencoded: (form) => ({ body: new URLSearchParams(form) }),
  multipart: (form) => {
    const body = new FormData();
    for (const [name, value] of Object.entries(form)) body.set(name, value);
    return { body };
  },
  "text/plain": (form) => ({
    body: Object.entries(form)
      .map(([name, value]) => `${name}=${value}\r\n`)
      .join(""),
    headers: { "Content-Type": "text/plain" },
  }),
};

const CASES = WRITES.flatMap((write) => [
  { write, kind: "page", path: write.path(world) },
  { write, kind: ".data", path: dataTwin(write.path(world)) },
]);

async function send(write: Write, path: string, encoding: string, headers: SiteRequest["headers"]) {
  const encoded = ENCODINGS[encoding]?.(write.form(world));
  const request = { ...encoded, as: world[write.by], headers: { ...encoded?.headers, ...headers } };
  return readAnswer(await site.fetch(path, request));
}

test("every route with an action is tested here", () => {
  const others = [PREVIEW, SIGN_OUT, UPLOAD];
  const tested = new Set([...WRITES, ...others].map(({ pattern }) => pattern));
  expect(writablePatterns().toSorted()).toEqual([...tested].toSorted());
});

test.for(CASES)("$write.name ($kind) is refused from anywhere but here", async ({ write, path }) => {
  const before = await allRows(site.db);
  const passed: string[] = [];
  for (const encoding of Object.keys(ENCODINGS))
    for (const [from, headers] of Object.entries(FORGED)) {
      const { status } = await send(write, path, encoding, headers);
      if (status !== 403 && status !== 400) passed.push(`${encoding} from ${from}: ${status}`);
    }
  expect(passed).toEqual([]);
  expect(await allRows(site.db)).toEqual(before);
});

test.for(CASES)(
  "$write.name ($kind) is refused under every spelling of its path",
  async ({ write, path }) => {
    const before = await allRows(site.db);
    const spellings = [`${path}/`, path.toUpperCase(), `${path}?index`, `${path}?_method=POST`];
    spellings.push(`${site.origin}/${path}`);
    const statuses = [];
    for (const spelling of spellings)
      for (const method of ["POST", "PUT", "PATCH", "DELETE"]) {
        const headers = FORGED["another site"];
        const request = { as: world[write.by], method, form: write.form(world), headers };
        statuses.push((await site.fetch(spelling, request)).status);
      }
    expect(new Set(statuses)).toEqual(new Set([403]));
    expect(await allRows(site.db)).toEqual(before);
  },
);

test.for(CASES)("GET of $write.name ($kind) writes nothing", async ({ write, path }) => {
  const before = await allRows(site.db);
  const query = new URLSearchParams({ ...write.form(world), _method: "POST", _action: "POST" });
  for (const method of ["GET", "HEAD"])
    for (const as of [world[write.by], null]) {
      const headers = { "X-HTTP-Method-Override": "POST", "Sec-Fetch-Site": "cross-site" };
      const { status } = await site.fetch(`${path}?${query}`, { method, as, headers });
      expect(status).toBeLessThan(500);
    }
  expect(await allRows(site.db)).toEqual(before);
});

test("a form sent as plain text is no form, from wherever it comes", async () => {
  const before = await allRows(site.db);
  for (const { write, path } of CASES)
    expect((await send(write, path, "text/plain", {})).status, `${write.name} ${path}`).toBe(400);
  expect(await allRows(site.db)).toEqual(before);
});

/** What browsers say of a form of this forum; those before 2020 (2023 for Safari) send the origin alone. */
const HONEST: { name: string; encoding: string; headers: Record<string, null> }[] = [
  { name: "a browser of today", encoding: "urlencoded", headers: {} },
  { name: "a browser without fetch metadata", encoding: "multipart", headers: { "Sec-Fetch-Site": null } },
  { name: "a browser that hides the origin", encoding: "urlencoded", headers: { Origin: null } },
];

test.for(HONEST)("what $name sends from a page of the forum is taken", async ({ encoding, headers }) => {
  for (const kind of [(path: string) => path, dataTwin]) {
    const fresh = await makeWorld(site);
    for (const write of WRITES) {
      const before = await allRows(site.db);
      const sent = { ...ENCODINGS[encoding]?.(write.form(fresh)), as: fresh[write.by], headers };
      const { status } = await readAnswer(await site.fetch(kind(write.path(fresh)), sent));
      expect([200, 303], `${write.name}: ${status}`).toContain(status);
      expect(await allRows(site.db), write.name).not.toEqual(before);
    }
  }
  expect(await verify(site.db)).toEqual([]);
});

/** The state of the session that these cookies prove, as Clerk has it. */
async function sessionStatus(token: string): Promise<string> {
  const { CLERK_SECRET_KEY } = site.clerk.env;
  const url = `${site.clerk.origin}/v1/sessions/${decodeJwt(token).sid}`;
  const answer = await fetch(url, { headers: { Authorization: `Bearer ${CLERK_SECRET_KEY}` } });
  return ((await answer.json()) as { status: string }).status;
}

test("a vote and a thread are refused, however well the sender is disguised", async () => {
  const before = await allRows(site.db);
  for (const { write, path } of CASES.filter(({ write }) => ["vote", "new thread"].includes(write.name)))
    for (const [from, headers] of Object.entries(DISGUISED))
      expect([400, 403], from).toContain((await send(write, path, "urlencoded", headers)).status);
  expect(await allRows(site.db)).toEqual(before);
});

test("a preview is shown to pages of this forum alone, and writes nothing", async () => {
  const before = await allRows(site.db);
  for (const path of [PREVIEW.path(world), dataTwin(PREVIEW.path(world))]) {
    const own = await readAnswer(await site.fetch(path, { as: world.member, form: PREVIEW.form }));
    expect([own.status, own.text.includes("<strong>first</strong>")]).toEqual([200, true]);
    for (const [from, headers] of Object.entries(DISGUISED)) {
      const answer = await readAnswer(
        await site.fetch(path, { as: world.member, form: PREVIEW.form, headers }),
      );
      expect([400, 403], from).toContain(answer.status);
      expect(answer.text, from).not.toContain("<strong>first");
    }
  }
  expect(await allRows(site.db)).toEqual(before);
});

test("nobody is signed out from another site, nor by a link", async () => {
  const person = await site.makeMember();
  const { __session } = await site.cookiesOf(person);
  for (const path of [SIGN_OUT.path, dataTwin(SIGN_OUT.path)]) {
    for (const headers of Object.values(DISGUISED)) {
      const answer = await readAnswer(await site.fetch(path, { as: person, form: {}, headers }));
      expect([400, 403]).toContain(answer.status);
      expect(answer.cookies).toEqual([]);
    }
    for (const method of ["GET", "HEAD"]) {
      const answer = await readAnswer(await site.fetch(path, { as: person, method }));
      expect(answer.status).toBeLessThan(500);
      expect(answer.cookies).toEqual([]);
    }
  }
  expect(await sessionStatus(__session)).toBe("active");
  await site.fetch(SIGN_OUT.path, { as: person, form: {} });
  expect(await sessionStatus(__session)).toBe("revoked");
});

test("an event is believed for its signature alone, not for where it comes from", async () => {
  const before = await allRows(site.db);
  const body = JSON.stringify({ type: "user.created", data: { id: "user_1" } });
  for (const headers of [{}, ...Object.values(DISGUISED)])
    expect((await site.fetch("/webhooks/clerk", { body, headers })).status).toBe(403);
  expect(await allRows(site.db)).toEqual(before);
});
