import { sql } from "drizzle-orm";
import { Webhook } from "svix";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { openDatabase } from "#app/db/client.server.ts";
import { WEBHOOK_BYTES_MAX } from "#app/domain/limits.ts";
import { testDatabase } from "#test/database.ts";
import { handleClerkWebhook } from "./clerk-events.ts";

const { db: database } = await testDatabase();
const unreachable = openDatabase("postgres://nobody:none@127.0.0.1:1/none");

const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const OTHER_SECRET = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
const ID = "user_29w83sxmDNGwOuEthce5gg56FcC";
const SECONDS = 1000;
const MINUTES = 60 * SECONDS;

let logged: string[] = [];

beforeEach(async () => {
  logged = [];
  vi.stubGlobal("console", { ...console, warn: () => {}, error: (line: string) => logged.push(line) });
  await database.execute(sql`delete from members`);
  // The handles of those who are gone stay kept.
  await database.execute(sql`delete from former_handles`);
  await database.execute(sql`delete from "user"`);
});
afterEach(() => vi.unstubAllGlobals());

function user(changes: object = {}) {
  return {
    id: ID,
    object: "user",
    username: "ada",
    first_name: "Ada",
    last_name: "Lovelace",
    image_url: "https://img.clerk.com/ada",
    primary_email_address_id: "idn_1",
    email_addresses: [
      { id: "idn_1", email_address: "ada@example.com", verification: { status: "verified" } },
    ],
    created_at: 1_700_000_000_000,
    updated_at: 1_700_000_000_123,
    ...changes,
  };
}

function event(type = "user.created", data: unknown = user()) {
  return { type, object: "event", data, timestamp: 1_700_000_000_500, instance_id: "ins_1" };
}

type Delivery = { body?: string; secret?: string; at?: Date; headers?: Record<string, string> };

/** A delivery as Clerk makes it: signed with `secret`, at the time `at`. */
function deliver({
  body = JSON.stringify(event()),
  secret = SECRET,
  at = new Date(),
  headers = {},
}: Delivery = {}) {
  const signature = new Webhook(secret).sign("msg_1", at, body);
  return new Request("http://localhost:8788/webhooks/clerk", {
    method: "POST",
    body,
    headers: {
      "content-type": "application/json",
      "svix-id": "msg_1",
      "svix-timestamp": String(Math.floor(at.getTime() / SECONDS)),
      "svix-signature": signature,
      ...headers,
    },
  });
}

function handle(request: Request) {
  return handleClerkWebhook(request, { secret: SECRET, database });
}

async function storedPeople() {
  return database.execute(sql`
    select u.id, u.first_name, u.email, m.handle, u.deleted_at is not null as "isDeleted"
    from "user" u join members m on m.user_id = u.id`);
}

const ADA = { id: ID, first_name: "Ada", email: "ada@example.com", handle: "ada", isDeleted: false };

/** What was logged as an error. */
function alerts(): { level: string; message: string }[] {
  return logged.map((line) => JSON.parse(line));
}

test("a signed event is stored and answered with { ok: true }", async () => {
  const response = await handle(deliver());
  expect(response.status).toBe(200);
  expect(await response.json()).toEqual({ ok: true });
  expect(response.headers.get("Cache-Control")).toBe("no-store");
  expect(await storedPeople()).toEqual([ADA]);
});

test("a repeated, a late and a deleting event are all answered 200, and the deletion stands", async () => {
  const gone = JSON.stringify(event("user.deleted", { id: ID, object: "user", deleted: true }));
  for (const body of [undefined, undefined, gone, undefined, gone])
    expect((await handle(deliver({ body }))).status).toBe(200);
  expect(await storedPeople()).toMatchObject([{ id: ID, first_name: null, email: null, isDeleted: true }]);
});

test("an event with characters beyond ASCII is checked and stored as it was sent", async () => {
  const body = JSON.stringify(event("user.created", user({ first_name: "Ada 李 👩‍💻" })));
  expect((await handle(deliver({ body }))).status).toBe(200);
  expect(await storedPeople()).toMatchObject([{ first_name: "Ada 李 👩‍💻" }]);
});

test("a name with NUL is cleaned and stored", async () => {
  const body = JSON.stringify(event("user.created", user({ first_name: "A\u0000da" })));
  expect((await handle(deliver({ body }))).status).toBe(200);
  expect(await storedPeople()).toEqual([ADA]);
});

test.each([
  ["of another secret", () => deliver({ secret: OTHER_SECRET })],
  ["that is missing", () => deliver({ headers: { "svix-signature": "" } })],
  ["that is none", () => deliver({ headers: { "svix-signature": "v1,abc v1 v1a,abc" } })],
  ["of another message", () => deliver({ headers: { "svix-id": "msg_2" } })],
  ["without an id", () => deliver({ headers: { "svix-id": "" } })],
  ["without a time", () => deliver({ headers: { "svix-timestamp": "" } })],
  ["with a time that is none", () => deliver({ headers: { "svix-timestamp": "now" } })],
  ["that is stale", () => deliver({ at: new Date(Date.now() - 6 * MINUTES) })],
  ["from the future", () => deliver({ at: new Date(Date.now() + 6 * MINUTES) })],
  [
    "of another time",
    () => deliver({ headers: { "svix-timestamp": String(Math.floor(Date.now() / SECONDS) - 60) } }),
  ],
])("a signature %s is answered 403, and nothing is stored", async (_, request) => {
  const response = await handle(request());
  expect(response.status).toBe(403);
  expect(await response.json()).toMatchObject({ ok: false });
  expect(await storedPeople()).toEqual([]);
});

test("a body that is not what was signed is answered 403", async () => {
  const signed = deliver();
  const body = JSON.stringify(event("user.created", user({ first_name: "Eve" })));
  for (const changed of [body, `${JSON.stringify(event())} `, `\uFEFF${JSON.stringify(event())}`, ""]) {
    const request = new Request(signed.url, { method: "POST", headers: signed.headers, body: changed });
    expect((await handle(request)).status).toBe(403);
  }
  expect(await storedPeople()).toEqual([]);
});

test("while a secret is replaced, one good signature among several is enough", async () => {
  const at = new Date();
  const body = JSON.stringify(event());
  const signatures = [OTHER_SECRET, SECRET].map((secret) => new Webhook(secret).sign("msg_1", at, body));
  const response = await handle(deliver({ at, headers: { "svix-signature": signatures.join(" ") } }));
  expect(response.status).toBe(200);
});

test.each([
  ["missing", undefined],
  ["empty", ""],
  ["a prefix alone", "whsec_"],
  ["not base64", "whsec_not base64!"],
])(
  "with a secret that is %s, every event is answered 500, and the log names the variable",
  async (_, secret) => {
    const response = await handleClerkWebhook(deliver(), { secret, database });
    expect(response.status).toBe(500);
    expect(alerts()).toEqual([{ level: "error", message: expect.stringContaining("CLERK_WEBHOOK_SECRET") }]);
    expect(await storedPeople()).toEqual([]);
  },
);

test.each([
  "",
  "{",
  "null",
  "7",
  "[]",
  '"user.created"',
  "{}",
  '{"type":7}',
  '\uFEFF{"type":"user.created"}',
])("the signed body %j is answered 400", async (body) => {
  expect((await handle(deliver({ body }))).status).toBe(400);
});

test("what is no event is told only to who can sign it", async () => {
  expect((await handle(deliver({ body: "{", secret: OTHER_SECRET }))).status).toBe(403);
});

test.each(["session.created", "organization.deleted", "email.created"])(
  "an event of the type %s is answered 200, and nothing is stored",
  async (type) => {
    const response = await handle(deliver({ body: JSON.stringify(event(type)) }));
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ ok: true });
    expect(await storedPeople()).toEqual([]);
  },
);

test("an event about nobody is answered 200, with one alert that says nothing of the person", async () => {
  const response = await handle(deliver({ body: JSON.stringify(event("user.deleted", user({ id: null }))) }));
  expect(response.status).toBe(200);
  expect(alerts()).toEqual([{ level: "error", message: expect.any(String), svixId: "msg_1" }]);
  expect(JSON.stringify(alerts())).not.toMatch(/ada|lovelace/i);
});

test("a body of the largest size is read, and one byte more is answered 413", async () => {
  const padded = (bytes: number) => JSON.stringify(event()).padEnd(bytes);
  expect((await handle(deliver({ body: padded(WEBHOOK_BYTES_MAX) }))).status).toBe(200);
  expect((await handle(deliver({ body: padded(WEBHOOK_BYTES_MAX + 1) }))).status).toBe(413);
});

test("bytes are counted, not characters", async () => {
  const body = JSON.stringify(event("user.created", user({ first_name: "é".repeat(WEBHOOK_BYTES_MAX / 2) })));
  expect(body.length).toBeLessThan(WEBHOOK_BYTES_MAX);
  expect((await handle(deliver({ body }))).status).toBe(413);
});

test.each([[{}], [{ "content-length": "10" }]])(
  "a body without end is answered 413 and read no further, with the headers %j",
  async (headers) => {
    let sent = 0;
    const chunk = new Uint8Array(16_384);
    const endless = new ReadableStream({
      pull(controller) {
        sent += chunk.byteLength;
        controller.enqueue(chunk);
      },
    });
    // `duplex` is asked for by the standard and unknown to the types.
    const init = { method: "POST", body: endless, duplex: "half", headers: { ...headers } };
    const response = await handle(new Request("http://localhost:8788/webhooks/clerk", init));
    expect(response.status).toBe(413);
    expect(sent).toBeLessThan(2 * WEBHOOK_BYTES_MAX);
  },
);

test("a body that breaks off is answered 400", async () => {
  const broken = new ReadableStream({
    pull(controller) {
      controller.error(new Error("The connection was lost."));
    },
  });
  const init = { method: "POST", body: broken, duplex: "half" };
  expect((await handle(new Request("http://localhost:8788/webhooks/clerk", init))).status).toBe(400);
});

test.each(["GET", "HEAD", "PUT", "DELETE", "OPTIONS"])("%s is answered 405", async (method) => {
  const response = await handle(new Request("http://localhost:8788/webhooks/clerk", { method }));
  expect(response.status).toBe(405);
  expect(response.headers.get("Allow")).toBe("POST");
});

test("while the database cannot be reached, an event is answered 503, so that Clerk sends it again", async () => {
  const response = await handleClerkWebhook(deliver(), { secret: SECRET, database: unreachable });
  expect(response.status).toBe(503);
  expect(Number(response.headers.get("Retry-After"))).toBeGreaterThan(0);
  expect(alerts()).toEqual([{ level: "error", message: expect.any(String), svixId: "msg_1" }]);
});

test("no statement is sent for an event that is ignored or not signed", async () => {
  const counted = { secret: SECRET, database: unreachable };
  const ignored = deliver({ body: JSON.stringify(event("session.created")) });
  expect((await handleClerkWebhook(ignored, counted)).status).toBe(200);
  expect((await handleClerkWebhook(deliver({ secret: OTHER_SECRET }), counted)).status).toBe(403);
});

test("data that can never be stored is answered 200, with one alert that says nothing of the person", async () => {
  await database.execute(sql`alter table "user" add constraint no_ada check (first_name <> 'Ada')`);
  try {
    expect((await handle(deliver())).status).toBe(200);
  } finally {
    await database.execute(sql`alter table "user" drop constraint no_ada`);
  }
  expect(alerts()).toEqual([{ level: "error", message: expect.any(String), svixId: "msg_1", code: "23514" }]);
  expect(await storedPeople()).toEqual([]);
});

test("an event that fails for another reason is answered 500, with one alert that says nothing of the person", async () => {
  await database.execute(sql`alter table members rename to members_away`);
  try {
    expect((await handle(deliver())).status).toBe(500);
  } finally {
    await database.execute(sql`alter table members_away rename to members`);
  }
  expect(alerts()).toEqual([{ level: "error", message: expect.any(String), svixId: "msg_1", code: "42P01" }]);
  expect((await handle(deliver())).status).toBe(200);
  expect(await storedPeople()).toEqual([ADA]);
});
