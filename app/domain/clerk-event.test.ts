import { expect, test } from "vitest";
import { personFromUser, readClerkEvent } from "./clerk-event.ts";

const ID = "user_29w83sxmDNGwOuEthce5gg56FcC";

const ADDRESS = {
  id: "idn_1",
  object: "email_address",
  email_address: "ada@example.com",
  verification: { status: "verified", strategy: "email_code" },
};

function user(changes: object = {}) {
  return {
    id: ID,
    object: "user",
    username: "ada",
    first_name: "Ada",
    last_name: "Lovelace",
    image_url: "https://img.clerk.com/ada",
    primary_email_address_id: "idn_1",
    email_addresses: [ADDRESS],
    public_metadata: {},
    banned: false,
    created_at: 1_700_000_000_000,
    updated_at: 1_700_000_000_123,
    ...changes,
  };
}

function event(data: unknown, changes: object = {}) {
  return { type: "user.updated", object: "event", data, timestamp: 1_700_000_000_500, ...changes };
}

function readUser(changes: object) {
  return readClerkEvent(event(user(changes)));
}

test("an event about a person becomes what is stored of them", async () => {
  expect(await readClerkEvent(event(user()))).toEqual({
    kind: "saved",
    id: ID,
    email: "ada@example.com",
    firstName: "Ada",
    lastName: "Lovelace",
    username: "ada",
    imageUrl: "https://img.clerk.com/ada",
    updatedAt: new Date(1_700_000_000_123),
    tie: expect.stringMatching(/^1[0-9a-f]{64}$/),
  });
});

test("of several emails, the primary one is stored, wherever it stands", async () => {
  const other = { ...ADDRESS, id: "idn_0", email_address: "other@example.com" };
  expect(await readUser({ email_addresses: [other, ADDRESS] })).toHaveProperty("email", "ada@example.com");
  const primary = { primary_email_address_id: "idn_0" };
  expect(await readUser({ email_addresses: [ADDRESS, other], ...primary })).toHaveProperty(
    "email",
    "other@example.com",
  );
});

test.each([
  ["an unverified primary", { email_addresses: [{ ...ADDRESS, verification: { status: "unverified" } }] }],
  ["an expired verification", { email_addresses: [{ ...ADDRESS, verification: { status: "expired" } }] }],
  ["a primary without verification", { email_addresses: [{ ...ADDRESS, verification: null }] }],
  ["no primary", { primary_email_address_id: null }],
  ["a primary that is not in the list", { primary_email_address_id: "idn_9" }],
  ["an empty list", { email_addresses: [] }],
  ["no list", { email_addresses: undefined }],
  ["a list of something else", { email_addresses: ["ada@example.com", null, 7] }],
  [
    "entries and primary without id",
    { email_addresses: [{ ...ADDRESS, id: null }], primary_email_address_id: null },
  ],
  ["an address with a line break", { email_addresses: [{ ...ADDRESS, email_address: "a\nb@example.com" }] }],
  ["an address with NUL", { email_addresses: [{ ...ADDRESS, email_address: "a\0b@example.com" }] }],
  ["half a character", { email_addresses: [{ ...ADDRESS, email_address: "a\uD83D@example.com" }] }],
  ["no address at all", { email_addresses: [{ ...ADDRESS, email_address: "ada" }] }],
  [
    "an address nobody can write to",
    { email_addresses: [{ ...ADDRESS, email_address: `${"a".repeat(250)}@b.com` }] },
  ],
])("no email is stored from %s", async (_, changes) => {
  expect(await readUser(changes)).toMatchObject({ kind: "saved", id: ID, email: null });
});

test("null names stay null, and so does a name that is missing or no text", async () => {
  const nameless = { firstName: null, lastName: null, username: null };
  expect(await readUser({ first_name: null, last_name: null, username: null })).toMatchObject(nameless);
  expect(await readUser({ first_name: undefined, last_name: "", username: 7 })).toMatchObject(nameless);
});

test("NUL, control characters, lone surrogates and invisible characters in a name do not arrive", async () => {
  const names = { first_name: "A\u0000da\u0007", last_name: "\u202ELove\uD800lace\n", username: "\u0000" };
  const person = await readUser(names);
  expect(person).toMatchObject({ firstName: "Ada", username: null });
  const { lastName } = person as { lastName: string };
  expect(lastName).toMatch(/^Love.?lace$/u);
  expect(lastName.isWellFormed()).toBe(true);
});

test("very long names are cut, between characters; a very long picture address is dropped", async () => {
  const long = {
    first_name: "👩".repeat(5000),
    last_name: "é".repeat(100_000),
    username: "a".repeat(100_000),
  };
  const person = await readUser({ ...long, image_url: `https://img.clerk.com/${"a".repeat(3000)}` });
  expect(person).toMatchObject({
    firstName: "👩".repeat(100),
    lastName: "é".repeat(100),
    username: "a".repeat(100),
    imageUrl: null,
  });
  expect(await readUser({ first_name: `a${"\u0301\u0316".repeat(60_000)}` })).toHaveProperty(
    "firstName",
    expect.stringMatching(/^\p{L}/u),
  );
});

test.each([
  ["https://img.clerk.com/a?width=80", "https://img.clerk.com/a?width=80"],
  ["http://localhost:8789/ada.svg", "http://localhost:8789/ada.svg"],
  ["http://img.clerk.com/a", null],
  ["http://localhost.example.com/a", null],
  ["//img.clerk.com/a", null],
  ["javascript:alert(1)", null],
  ["data:image/svg+xml,<svg/>", null],
  ["", null],
  [null, null],
  [undefined, null],
  [7, null],
])("the picture address %j is stored as %j", async (image_url, stored) => {
  expect(await readUser({ image_url })).toHaveProperty("imageUrl", stored);
});

test("a removed profile image is stored as none, as a newer state of the same person", async () => {
  const removed = await readUser({ image_url: null, updated_at: 1_700_000_000_124 });
  expect(removed).toMatchObject({ imageUrl: null, updatedAt: new Date(1_700_000_000_124) });
});

test("without updated_at, a state is as new as its event, then as its account, then as old as can be", async () => {
  const times = async (data: object, envelope: object) => {
    const person = await readClerkEvent(event(user(data), envelope));
    return (person as { updatedAt: Date }).updatedAt.getTime();
  };
  expect(await times({ updated_at: undefined }, {})).toBe(1_700_000_000_500);
  expect(await times({ updated_at: null }, { timestamp: undefined })).toBe(1_700_000_000_000);
  expect(await times({ updated_at: "soon", created_at: undefined }, { timestamp: undefined })).toBe(0);
});

test.each([
  [1_700_000_000_123.9, 1_700_000_000_123],
  [0, 0],
  [-1, 1_700_000_000_500],
  [Number.NaN, 1_700_000_000_500],
  [1e300, 1_700_000_000_500],
])("the moment %d is stored as %d whole milliseconds", async (updated_at, milliseconds) => {
  expect(await readUser({ updated_at })).toHaveProperty("updatedAt", new Date(milliseconds));
});

test("the tie follows from what is stored, and an updated state ranks above a created one", async () => {
  const tie = async (data: object, type = "user.updated") =>
    ((await readClerkEvent(event(user(data), { type }))) as { tie: string }).tie;
  const same = await tie({});
  expect(await tie({ banned: true, updated_at: 5 })).toBe(same);
  expect(await tie(Object.fromEntries(Object.entries(user()).reverse()))).toBe(same);
  expect(await tie({ last_name: null })).not.toBe(same);
  expect(await tie({ first_name: "Lovelace", last_name: "Ada" })).not.toBe(same);
  expect(await tie({}, "user.created")).toBe(`0${same.slice(1)}`);
});

test("a deletion is stored with the time of its event, since it has no other", async () => {
  const gone = { id: ID, object: "user", deleted: true };
  const deletion = { type: "user.deleted" };
  expect(await readClerkEvent(event(gone, deletion))).toEqual({
    kind: "deleted",
    id: ID,
    deletedAt: new Date(1_700_000_000_500),
  });
  expect(await readClerkEvent(event(gone, { ...deletion, timestamp: undefined }))).toHaveProperty(
    "deletedAt",
    new Date(0),
  );
});

test.each([
  [undefined],
  [null],
  [""],
  [7],
  ["user_"],
  ["user_a b"],
  ["user_\u0000"],
  ["user_a' or 1=1--"],
  ["org_29w83sxmDNGwOuEthce5gg56FcC"],
  [` ${ID}`],
  [`${ID}\n`],
  [`user_${"a".repeat(60)}`],
])("an event about a person whose id is %j is unusable", async (id) => {
  for (const type of ["user.created", "user.updated", "user.deleted"])
    expect(await readClerkEvent(event(user({ id }), { type }))).toEqual({ kind: "unusable" });
});

test("an event about a person without data is unusable", async () => {
  for (const data of [undefined, null, [], "user"])
    expect(await readClerkEvent(event(data))).toEqual({ kind: "unusable" });
});

test.each(["session.created", "organization.deleted", "user.createdAtEdge", "email.created", ""])(
  "an event of type %j is ignored",
  async (type) => {
    expect(await readClerkEvent(event(user(), { type }))).toEqual({ kind: "ignored" });
  },
);

test("what is no event is told apart", async () => {
  for (const json of [
    null,
    undefined,
    7,
    "user.created",
    [],
    [event(user())],
    {},
    { data: user() },
    { type: 1 },
  ])
    expect(await readClerkEvent(json)).toBeNull();
});

test("a user of Clerk's list reads like the creation that a webhook would have brought", async () => {
  const created = await readClerkEvent(event(user(), { type: "user.created" }));
  expect(await personFromUser(user())).toEqual(created);
  expect(await personFromUser({ ...user(), id: undefined })).toEqual({ kind: "unusable" });
});
