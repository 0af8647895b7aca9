import { type SQL, sql } from "drizzle-orm";
import fc from "fast-check";
import { beforeEach, expect, test } from "vitest";
import {
  type PersonEvent,
  personFromUser,
  readClerkEvent,
  type SavedPerson,
} from "#app/domain/clerk-event.ts";
import { sha256 } from "#app/domain/hash.ts";
import { testDatabase } from "#test/database.ts";
import { makeCategory, makeReply, makeThread } from "#test/forum.ts";
import { meet } from "#test/race.ts";
import type { Database, DatabaseConnection } from "./client.server.ts";
import { ensureMember, recordClerkEvent } from "./identity.server.ts";
import { setSuspension } from "./members.server.ts";
import { editReply, getReply } from "./replies.server.ts";
import { verify } from "./verify.server.ts";

const AT_ONCE = 32;
const { db, connect } = await testDatabase();
const [gate, ...others] = connect(AT_ONCE + 1) as [DatabaseConnection, ...DatabaseConnection[]];

// Between tests the tables are emptied, which nobody may do to this one (drizzle/0004).
await db.execute(sql`alter table moderations disable trigger moderations_no_truncate`);

const ID = "user_29w83sxmDNGwOuEthce5gg56FcC";
const HASH = await sha256(ID);
const NOON = Date.UTC(2026, 0, 1, 12);

beforeEach(async () => {
  // A test that failed half way must not hold up the next.
  await gate.execute(sql`rollback`);
  await db.execute(sql`truncate "user", categories, events cascade`);
});

type Changes = {
  type?: string;
  at?: number;
  sentAt?: number;
  email?: string | null;
  [field: string]: unknown;
};

/** The event that Clerk would send. `at` and `sentAt` are milliseconds after noon. */
function event({ type = "user.updated", at = 0, sentAt = at, email = null, ...fields }: Changes = {}) {
  const email_addresses = [{ id: "idn_1", email_address: email, verification: { status: "verified" } }];
  const updated_at = Number.isNaN(at) ? undefined : NOON + at;
  const names = { username: null, first_name: null, last_name: null, image_url: null };
  const data = {
    id: ID,
    primary_email_address_id: "idn_1",
    email_addresses,
    updated_at,
    ...names,
    ...fields,
  };
  return { type, object: "event", data, timestamp: NOON + sentAt };
}

async function person(changes: Changes = {}): Promise<PersonEvent> {
  const read = await readClerkEvent(event(changes));
  if (read?.kind !== "saved" && read?.kind !== "deleted") throw new Error("That is no event about a person.");
  return read;
}

const deletion = (changes: Changes = {}) => person({ type: "user.deleted", ...changes });

type Row = Record<string, unknown>;

async function one(statement: SQL): Promise<Row> {
  const rows = await db.execute<Row>(statement);
  expect(rows).toHaveLength(1);
  return rows[0] as Row;
}

/** A person's two rows, without the moments at which they were made. */
async function rowsOf(id = ID) {
  const { user, member } = await one(sql`
    select to_jsonb(u) - 'created_at' as user, to_jsonb(m) - 'created_at' as member
    from "user" u left join members m on m.user_id = u.id where u.id = ${id}`);
  return { user: user as Row, member: member as Row };
}

async function handleOf(id = ID) {
  return (await rowsOf(id)).member.handle;
}

/** Runs `act` on other connections until they wait for the open transaction of `gate`, then ends that one. */
async function whileOpen<T>(end: "commit" | "rollback", act: () => Promise<T>, waiting = 1): Promise<T> {
  let isOver = false;
  const acted = act().finally(() => {
    isOver = true;
  });
  acted.catch(() => {});
  const count = sql`
    select count(*)::integer from pg_stat_activity
    where datname = current_database() and wait_event_type = 'Lock'`;
  while (!isOver && Number((await one(count)).count) < waiting);
  await gate.execute(sql.raw(end));
  return acted;
}

const other = others[0] as DatabaseConnection;

// What must come out, said as simply as it can be.

const NOBODY = { email: null, first_name: null, last_name: null, username: null, image_url: null };
const LOCAL = {
  role: "member",
  role_set_at: null,
  suspended_until: null,
  suspended_at: null,
  suspended_by: null,
  suspension_reason: null,
  color_scheme: "system",
  date_style: "relative",
  language: null,
  pictures_as_links: false,
  imported_at: null,
};

function expectedRows(events: PersonEvent[], taken: string[] = []) {
  const deletions = events.filter((each) => each.kind === "deleted").map((each) => each.deletedAt.getTime());
  const states = events.filter((each) => each.kind === "saved");
  const rank = (state: (typeof states)[number]) => `${state.updatedAt.getTime() + 1e15} ${state.tie}`;
  const last = states.reduce((a, b) => (rank(a) > rank(b) ? a : b), states[0] as (typeof states)[number]);
  if (deletions.length > 0) {
    const deleted_at = timestamp(Math.min(...deletions));
    return {
      user: { ...NOBODY, id: ID, updated_at: null, sync_tie: "", deleted_at },
      member: { ...LOCAL, user_id: ID, handle: `deleted-${HASH.slice(0, 12)}`, handle_source: "deleted" },
    };
  }
  const { email, firstName: first_name, lastName: last_name, username, imageUrl: image_url } = last;
  const stored = { email, first_name, last_name, username, image_url };
  const base = (username ?? [first_name, last_name].filter(Boolean).join("-")).toLowerCase();
  const handle = taken.includes(base) ? `${base}-${HASH.slice(0, 4)}` : base;
  return {
    user: { ...stored, id: ID, updated_at: timestamp(+last.updatedAt), sync_tie: last.tie, deleted_at: null },
    member: {
      ...LOCAL,
      user_id: ID,
      handle: handle || `member-${HASH.slice(0, 12)}`,
      handle_source: handle ? "clerk" : "placeholder",
    },
  };
}

/** As Postgres writes a moment into JSON. */
function timestamp(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(/\.?0*Z$/, "+00:00");
}

const TAKEN = "taken";
const arbitraryEvent = fc.record({
  type: fc.constantFrom("user.created", "user.updated", "user.updated", "user.updated", "user.deleted"),
  at: fc.constantFrom(0, 1, 2, Number.NaN),
  sentAt: fc.constantFrom(0, 1, 2),
  username: fc.constantFrom(null, "ada", "grace", TAKEN),
  first_name: fc.constantFrom(null, "Ada"),
  last_name: fc.constantFrom(null, "Lovelace"),
  image_url: fc.constantFrom(null, "https://img.clerk.com/ada"),
  email: fc.constantFrom("ada@example.com", "lovelace@example.com"),
});

/** The person is unknown again. Faster than emptying whole tables. */
async function forget() {
  await db.execute(sql`delete from former_handles`);
  await db.execute(
    sql`with gone as (delete from members where user_id = ${ID}) delete from "user" where id = ${ID}`,
  );
}

function permutations<T>(items: T[]): T[][] {
  if (items.length <= 1) return [items];
  return items.flatMap((item, i) => permutations(items.toSpliced(i, 1)).map((rest) => [item, ...rest]));
}

test("a person's events end in the same rows in every order, and after every repetition", async () => {
  await recordClerkEvent(db, await person({ id: "user_other", username: TAKEN }));
  const property = fc.asyncProperty(
    fc.array(arbitraryEvent, { minLength: 1, maxLength: 4 }),
    async (changes) => {
      const events = await Promise.all(changes.map(person));
      const expected = expectedRows(events, [TAKEN]);
      for (const order of permutations(events)) {
        await forget();
        for (const each of order) await recordClerkEvent(db, each);
        expect(await rowsOf()).toEqual(expected);
        for (const each of order) await recordClerkEvent(db, each);
        expect(await rowsOf()).toEqual(expected);
      }
    },
  );
  await fc.assert(property, { numRuns: 30 });
}, 60_000);

test("a person's events end in the same rows when 32 arrive at once, among them first requests", async () => {
  await recordClerkEvent(db, await person({ id: "user_other", username: TAKEN }));
  const property = fc.asyncProperty(
    fc.array(arbitraryEvent, { minLength: 1, maxLength: 8 }),
    fc.array(fc.nat({ max: 8 }), { minLength: AT_ONCE, maxLength: AT_ONCE }),
    fc.constantFrom("commit" as const, "rollback" as const),
    async (changes, picks, end) => {
      const events = await Promise.all(changes.map(person));
      await forget();
      // Someone's first request is under way: all 32 see no row, and wait for one that comes or does not.
      await gate.execute(sql`begin`);
      await ensureMember(gate, ID);
      const arrive = (connection: DatabaseConnection, i: number) => {
        const pick = i < events.length ? i : picks[i];
        const picked = events[pick ?? 0];
        return picked ? recordClerkEvent(connection, picked) : ensureMember(connection, ID);
      };
      await whileOpen(end, () => Promise.all(others.map(arrive)), AT_ONCE);
      expect(await rowsOf()).toEqual(expectedRows(events, [TAKEN]));
    },
  );
  await fc.assert(property, { numRuns: 50 });
}, 60_000);

test("an update after the deletion does not bring a person back", async () => {
  const first = await person({ username: "ada", email: "ada@example.com" });
  expect(await recordClerkEvent(db, first)).toBe("saved");
  expect(await recordClerkEvent(db, await deletion({ at: 1 }))).toBe("deleted");
  expect(await recordClerkEvent(db, await person({ username: "ada", at: 2 }))).toBe("stale");
  expect(await recordClerkEvent(db, await deletion({ at: 3 }))).toBe("deleted");
  expect(await rowsOf()).toEqual(expectedRows([await deletion({ at: 1 })]));
});

test("a deletion that comes before the first event stands", async () => {
  for (const at of [2, 1, 3]) expect(await recordClerkEvent(db, await deletion({ at }))).toBe("deleted");
  expect(await recordClerkEvent(db, await person({ type: "user.created", username: "ada" }))).toBe("stale");
  await ensureMember(db, ID);
  expect(await rowsOf()).toEqual(expectedRows([await deletion({ at: 1 })]));
});

test("a deletion erases everything that Clerk said, and everything the forum decided about the person", async () => {
  const all = { username: "ada", first_name: "Ada", last_name: "Lovelace", email: "ada@example.com" };
  await recordClerkEvent(db, await person({ ...all, image_url: "https://img.clerk.com/ada" }));
  await db.execute(sql`
    update members set handle = 'countess', handle_source = 'chosen', role = 'admin', role_set_at = now(),
      suspended_until = 'infinity', suspended_at = now(), suspended_by = ${ID}, suspension_reason = 'Ada is rude',
      color_scheme = 'dark', date_style = 'absolute', language = 'de', pictures_as_links = true`);
  await recordClerkEvent(db, await deletion({ at: 1 }));
  expect(await rowsOf()).toEqual(expectedRows([await deletion({ at: 1 })]));
});

test.each(["commit", "rollback"] as const)(
  "of two first events at once the newer one stands, where the older one's insert ends in a %s",
  async (end) => {
    const older = await person({ type: "user.created", username: "ada" });
    const newer = await person({ username: "grace", at: 1 });
    await gate.execute(sql`begin`);
    await recordClerkEvent(gate, older);
    expect(await whileOpen(end, () => recordClerkEvent(other, newer))).toBe("saved");
    expect(await rowsOf()).toEqual(expectedRows([older, newer]));
  },
);

test("of two first events at once the newer one stands, where its own insert wins", async () => {
  const older = await person({ type: "user.created", username: "ada" });
  const newer = await person({ username: "grace", at: 1 });
  await gate.execute(sql`begin`);
  await recordClerkEvent(gate, newer);
  expect(await whileOpen("commit", () => recordClerkEvent(other, older))).toBe("stale");
  expect(await rowsOf()).toEqual(expectedRows([older, newer]));
});

test("of two states with equal timestamps the same one stands in either order, an updated one before a created one", async () => {
  const events = [
    await person({ type: "user.created", username: "ada" }),
    await person({ username: "grace" }),
    await person({ username: "hedy" }),
  ];
  for (const order of permutations(events)) {
    await forget();
    for (const each of order) await recordClerkEvent(db, each);
    expect(await rowsOf()).toEqual(expectedRows(events));
    expect(await handleOf()).not.toBe("ada");
  }
});

test("an event that is a millisecond older is stale, one that is a millisecond newer is not", async () => {
  await recordClerkEvent(db, await person({ username: "ada" }));
  expect(await recordClerkEvent(db, await person({ username: "grace", at: -1 }))).toBe("stale");
  expect(await recordClerkEvent(db, await person({ username: "ada" }))).toBe("stale");
  expect(await recordClerkEvent(db, await person({ username: "hedy", at: 1 }))).toBe("saved");
  expect(await handleOf()).toBe("hedy");
});

test("an event without updated_at counts as new as its sending, and still yields to a newer one", async () => {
  await recordClerkEvent(db, await person({ username: "ada" }));
  const undated = await person({ username: "grace", at: Number.NaN, sentAt: 1 });
  expect(await recordClerkEvent(db, undated)).toBe("saved");
  expect(await recordClerkEvent(db, await person({ username: "hedy", at: 1_000 }))).toBe("saved");
  expect(await recordClerkEvent(db, undated)).toBe("stale");
  expect(await handleOf()).toBe("hedy");
});

test("the oldest and the latest moment that an event can have are stored as they are", async () => {
  for (const at of [-NOON, Date.UTC(9999, 11, 31, 23, 59, 59, 999) - NOON]) {
    const event = await person({ username: "ada", at });
    expect(await recordClerkEvent(db, event)).toBe("saved");
    expect((await rowsOf()).user.updated_at).toBe(timestamp(NOON + at));
  }
});

test("a removed profile image, name and email are removed here too", async () => {
  const named = { username: "ada", first_name: "Ada", email: "ada@example.com" };
  await recordClerkEvent(db, await person({ ...named, image_url: "https://img.clerk.com/ada" }));
  await recordClerkEvent(db, await person({ at: 1 }));
  expect((await rowsOf()).user).toMatchObject(NOBODY);
});

test("the email that is stored is the primary one, and no handle is made of it", async () => {
  const primary = { primary_email_address_id: "idn_2" };
  const addresses = ["first", "second"].map((name, i) => ({
    id: `idn_${i + 1}`,
    email_address: `${name}@example.com`,
    verification: { status: "verified" },
  }));
  await recordClerkEvent(db, await person({ ...primary, email_addresses: addresses }));
  const { user, member } = await rowsOf();
  expect(user.email).toBe("second@example.com");
  expect(member).toMatchObject({ handle: `member-${HASH.slice(0, 12)}`, handle_source: "placeholder" });
});

test("a name that Postgres could not hold is cleaned and stored", async () => {
  const hostile = {
    first_name: "A\u0000da\uD800",
    last_name: "x".repeat(200_000),
    username: "'; drop table--",
  };
  expect(await recordClerkEvent(db, await person(hostile))).toBe("saved");
  expect((await rowsOf()).user.last_name).toBe("x".repeat(100));
  expect(await handleOf()).toBe("drop-table");
});

test("a first request makes a member without a name; the event fills them in, however old it is", async () => {
  await ensureMember(db, ID);
  await ensureMember(db, ID);
  expect(await rowsOf()).toMatchObject({
    user: { ...NOBODY, updated_at: null, deleted_at: null },
    member: { handle: `member-${HASH.slice(0, 12)}`, handle_source: "placeholder" },
  });
  const ancient = await person({ username: "ada", at: -NOON });
  expect(await recordClerkEvent(db, ancient)).toBe("saved");
  await ensureMember(db, ID);
  expect(await rowsOf()).toEqual(expectedRows([ancient]));
});

test("a first request completes a person whose member row is missing", async () => {
  await db.execute(sql`insert into "user" (id) values (${ID})`);
  await ensureMember(db, ID);
  expect(await handleOf()).toBe(`member-${HASH.slice(0, 12)}`);
});

test.each(["commit", "rollback"] as const)(
  "a first request that runs into an event changes nothing of it, whether that ends in a %s",
  async (end) => {
    for (const event of [await person({ username: "ada" }), await deletion()]) {
      await forget();
      await gate.execute(sql`begin`);
      await recordClerkEvent(gate, event);
      await whileOpen(end, () => ensureMember(other, ID));
      if (end === "rollback") await recordClerkEvent(db, event);
      expect(await rowsOf()).toEqual(expectedRows([event]));
    }
  },
);

test.each(["commit", "rollback"] as const)(
  "an event that runs into a first request is stored, whether that ends in a %s",
  async (end) => {
    for (const event of [await person({ username: "ada" }), await deletion()]) {
      await forget();
      await gate.execute(sql`begin`);
      await ensureMember(gate, ID);
      await whileOpen(end, () => recordClerkEvent(other, event));
      expect(await rowsOf()).toEqual(expectedRows([event]));
    }
  },
);

test("32 first requests at once make one member", async () => {
  await Promise.all(others.map((each) => ensureMember(each, ID)));
  expect(await one(sql`select count(*)::integer from members`)).toEqual({ count: 1 });
});

test("what a member or a moderator decided survives every event but the deletion", async () => {
  await recordClerkEvent(db, await person({ type: "user.created", username: "ada" }));
  await db.execute(sql`
    update members set handle = 'countess', handle_source = 'chosen', role = 'moderator', role_set_at = now(),
      suspended_until = 'infinity', suspended_at = now(), suspended_by = ${ID}, suspension_reason = 'late',
      color_scheme = 'dark', date_style = 'absolute', language = 'de', pictures_as_links = true`);
  const { member } = await rowsOf();
  for (const at of [-1, 0, 1, 2]) await recordClerkEvent(db, await person({ username: `ada-${at}`, at }));
  await ensureMember(db, ID);
  expect(await rowsOf()).toMatchObject({ user: { username: "ada-2" }, member });
});

test.each([
  [{ username: "Ada_Lovelace" }, "ada-lovelace"],
  [{ username: "ada", first_name: "Grace" }, "ada"],
  [{ first_name: "Ada", last_name: "Lovelace" }, "ada-lovelace"],
  [{ username: "__", first_name: "Ada" }, "ada"],
  [{ username: "admin", first_name: "Ada" }, "ada"],
  [{ username: "x".repeat(64) }, "x".repeat(30)],
])("the handle of %j is %s", async (names, handle) => {
  await recordClerkEvent(db, await person(names));
  expect((await rowsOf()).member).toMatchObject({ handle, handle_source: "clerk" });
});

test.each([
  [{}],
  [{ first_name: "李" }],
  [{ username: "admin" }],
  [{ first_name: "ada@example.com" }],
  [{ email: "ada@example.com" }],
])("%j gives a placeholder for a handle", async (names) => {
  await recordClerkEvent(db, await person(names));
  const handle = `member-${HASH.slice(0, 12)}`;
  expect((await rowsOf()).member).toMatchObject({ handle, handle_source: "placeholder" });
});

test("who comes second to a handle gets a suffix made of their id, and keeps to the allowed length", async () => {
  const taken = ["ada", "x".repeat(30), "y".repeat(25), `ada-${HASH.slice(0, 4)}`];
  for (const [i, handle] of taken.entries()) {
    await recordClerkEvent(db, await person({ id: `user_${i}` }));
    await db.execute(sql`update members set handle = ${handle.toUpperCase()} where user_id = ${`user_${i}`}`);
  }
  const handles: unknown[] = [];
  for (const [at, username] of ["x".repeat(30), "y".repeat(30), `${"y".repeat(25)}-y`, "ada"].entries()) {
    await recordClerkEvent(db, await person({ username, at }));
    handles.push(await handleOf());
  }
  expect(handles).toEqual([
    `${"x".repeat(25)}-${HASH.slice(0, 4)}`,
    "y".repeat(30),
    `${"y".repeat(25)}-y`,
    `ada-${HASH.slice(0, 6)}`,
  ]);
});

test("a handle that somebody took on purpose stops neither a first request nor a deletion", async () => {
  for (const [i, prefix] of ["member", "deleted"].entries()) {
    await ensureMember(db, `user_${i}`);
    const handle = `${prefix}-${HASH.slice(0, 12)}`;
    await db.execute(sql`update members set handle = ${handle} where user_id = ${`user_${i}`}`);
  }
  await ensureMember(db, ID);
  expect(await handleOf()).toBe(`member-${HASH.slice(0, 22)}`);
  await recordClerkEvent(db, await deletion());
  expect(await handleOf()).toBe(`deleted-${HASH.slice(0, 22)}`);
});

test("of two people who race for one handle, one gets it and the other a suffix", async () => {
  await gate.execute(sql`begin`);
  await recordClerkEvent(gate, await person({ id: "user_first", username: "ada" }));
  const second = await person({ username: "ada" });
  expect(await whileOpen("commit", () => recordClerkEvent(other, second))).toBe("saved");
  expect(await handleOf("user_first")).toBe("ada");
  expect(await handleOf()).toBe(`ada-${HASH.slice(0, 4)}`);
});

test("32 people who race for one handle all become members", async () => {
  const people = await Promise.all(others.map((_, i) => person({ id: `user_${i}`, username: "ada" })));
  const recorded = await Promise.all(
    others.map((each, i) => recordClerkEvent(each, people[i] as PersonEvent)),
  );
  expect(new Set(recorded)).toEqual(new Set(["saved"]));
  const members = await db.execute<{ handle: string }>(
    sql`select handle from members order by length(handle)`,
  );
  expect(members.map(({ handle }) => handle.slice(0, 4))).toEqual([
    "ada",
    ...Array(AT_ONCE - 1).fill("ada-"),
  ]);
});

test("two people can swap their usernames in any order", async () => {
  const ada = (username: string, at: number) => person({ username, at });
  const bob = (username: string, at: number) => person({ id: "user_bob", username, at });
  const start = [await ada("ada", 0), await bob("bob", 0)];
  for (const swap of permutations([await ada("bob", 1), await bob("ada", 1)])) {
    await db.execute(sql`truncate "user" cascade`);
    for (const each of [...start, ...swap]) expect(await recordClerkEvent(db, each)).toBe("saved");
    expect([(await rowsOf()).user.username, (await rowsOf("user_bob")).user.username]).toEqual([
      "bob",
      "ada",
    ]);
  }
});

test("a deletion takes the handle, and leaves everybody's replies and votes", async () => {
  await recordClerkEvent(db, await person({ username: "ada" }));
  await recordClerkEvent(db, await person({ id: "user_bob", username: "bob" }));
  const thread = sql`'00000000-0000-7000-8000-000000000001'::uuid`;
  await db.execute(sql`
    with category as (insert into categories (slug, name) values ('general', 'General') returning id)
    insert into threads (id, category_id, author_id, title) select ${thread}, id, ${ID}, 'Hello' from category`);
  await db.execute(sql`
    with reply as (
      insert into thread_replies (id, thread_id, author_id, number, body, body_html, renderer_version)
      values (gen_random_uuid(), ${thread}, ${ID}, 1, 'One', '<p>One</p>', 1),
        (gen_random_uuid(), ${thread}, 'user_bob', 2, 'Two', '<p>Two</p>', 1)
      returning id, author_id
    )
    insert into reply_votes (id, reply_id, voter_id, value) select gen_random_uuid(), id, 'user_bob', 1 from reply
    where author_id = ${ID}`);
  const content = sql`
    select t.author_id, json_agg(r.* order by r.number) as replies, (select json_agg(v.*) from reply_votes v) as votes
    from threads t join thread_replies r on r.thread_id = t.id group by t.id`;
  const before = await one(content);
  await recordClerkEvent(db, await deletion({ at: 1 }));
  expect(await one(content)).toEqual(before);
  await recordClerkEvent(db, await person({ id: "user_next", username: "ada" }));
  expect(await handleOf("user_next")).toMatch(/^ada-/);
});

test("reading Clerk's list repairs what was missed, and changes nothing that webhooks brought", async () => {
  const { data } = event({ username: "grace", at: 1 });
  const listed = (await personFromUser(data)) as PersonEvent;
  await recordClerkEvent(db, await person({ username: "ada" }));
  expect(await recordClerkEvent(db, listed)).toBe("saved");
  expect(await handleOf()).toBe("grace");
  for (const type of ["user.created", "user.updated"]) {
    await recordClerkEvent(db, await person({ type, username: "grace", at: 1 }));
    const rows = await rowsOf();
    expect(await recordClerkEvent(db, listed)).toBe("stale");
    expect(await rowsOf()).toEqual(rows);
  }
});

/** What an act makes happen, as it is noted on its connection. */
async function happening(act: (on: DatabaseConnection) => Promise<unknown>) {
  const before = db.happened.length;
  await act(db);
  return db.happened.slice(before).map(({ id, at, ...happened }) => happened);
}

test("what changes something says so, once; what is stale, repeated or there already says nothing", async () => {
  const changed = [{ kind: "member-changed", member: ID }];
  const deleted = [{ kind: "member-deleted", member: ID }];
  const arrive = (event: PersonEvent) => happening((on) => recordClerkEvent(on, event));
  const first = await person({ username: "ada" });
  expect(await happening((on) => ensureMember(on, ID))).toEqual(changed);
  expect(await happening((on) => ensureMember(on, ID))).toEqual([]);
  expect(await arrive(first)).toEqual(changed);
  expect(await arrive(first)).toEqual([]);
  expect(await arrive(await person({ username: "older", at: -1 }))).toEqual([]);
  expect(await arrive(await person({ username: "grace", at: 1 }))).toEqual(changed);
  expect(await arrive(await deletion({ at: 2 }))).toEqual(deleted);
  for (const at of [2, 1, 3]) expect(await arrive(await deletion({ at }))).toEqual([]);
  expect(await arrive(await person({ username: "late", at: 9 }))).toEqual([]);
  const kinds = await db.execute<{ kind: string }>(sql`select kind from events order by id`);
  expect(kinds.map(({ kind }) => kind)).toEqual([
    "member-changed",
    "member-changed",
    "member-changed",
    "member-deleted",
  ]);
});

test.each<[what: string, changes: Changes, says: boolean]>([
  ["an address of e-mail", { email: "other@example.com" }, false],
  ["nothing that we know of", {}, false],
  ["a first name", { first_name: "Augusta" }, true],
  ["a last name that is gone", { last_name: null }, true],
  ["a picture", { image_url: "https://img.example.com/2.png" }, true],
  ["a username, and with it the handle", { username: "countess" }, true],
])("a state that changes %s is stored, and says so where pages show it", async (_, changes, says) => {
  const state = {
    username: "ada",
    first_name: "Ada",
    last_name: "King",
    image_url: "https://img.example.com/1.png",
  };
  await recordClerkEvent(db, await person(state));
  const next = await person({ ...state, ...changes, at: 1 });
  const happened = await happening(async (on) => expect(await recordClerkEvent(on, next)).toBe("saved"));
  expect(happened).toEqual(says ? [{ kind: "member-changed", member: ID }] : []);
  expect((await rowsOf()).user).toMatchObject({ sync_tie: (next as SavedPerson).tie });
});

test("a handle that the member chose stays, so a new username says nothing", async () => {
  await recordClerkEvent(db, await person({ username: "ada" }));
  await db.execute(
    sql`update members set handle = 'lovelace', handle_source = 'chosen' where user_id = ${ID}`,
  );
  const next = await person({ username: "countess", at: 1 });
  expect(await happening((on) => recordClerkEvent(on, next))).toEqual([]);
});

test("two states at once both say what they changed, also where the later one brings the first name back", async () => {
  const [first, between, last] = [
    await person({ username: "ada" }),
    await person({ username: "grace", at: 1 }),
    await person({ username: "ada", at: 2 }),
  ];
  await recordClerkEvent(db, first);
  await meet(
    connect,
    (one) => recordClerkEvent(one, between),
    (two) => recordClerkEvent(two, last),
  );
  const [row] = await db.execute(sql`select count(*)::integer from events where kind = 'member-changed'`);
  expect(row).toEqual({ count: 3 });
});

test("a deletion that is the first to be heard of somebody says so", async () => {
  const first = await deletion();
  expect(await happening((on) => recordClerkEvent(on, first))).toEqual([
    { kind: "member-deleted", member: ID },
  ]);
});

test("of 32 deletions at once, one says so", async () => {
  await recordClerkEvent(db, await person({ username: "ada" }));
  const deletions = await Promise.all(others.map((_, at) => deletion({ at })));
  const before = others.flatMap(({ happened }) => happened).length;
  await Promise.all(others.map((each, i) => recordClerkEvent(each, deletions[i] as PersonEvent)));
  expect(others.flatMap(({ happened }) => happened).slice(before)).toHaveLength(1);
  expect(await one(sql`select count(*)::integer from events where kind = 'member-deleted'`)).toEqual({
    count: 1,
  });
});

// The words that the forum keeps beside a person's rows.

const BOB = "user_bob";
const THREAD_TITLE = "A title of Ada's";

/** Ada has started a thread, and Bob has answered. Answers its number. */
async function thread(): Promise<number> {
  await recordClerkEvent(db, await person({ username: "ada" }));
  await recordClerkEvent(db, await person({ id: BOB, username: "bob" }));
  const category = await makeCategory(db);
  const { number } = await makeThread(db, {
    author: { id: ID, handle: "ada" },
    category,
    title: THREAD_TITLE,
    body: "Ada's first words",
  });
  await makeReply(db, {
    author: { id: BOB, handle: "bob" },
    thread: { number, title: "" },
    body: "Bob's words",
  });
  return number;
}

/** Edits the opening post, which is Ada's, or reply 2, which is Bob's; whichever revision stands. */
async function edit(on: Database, thread: number, authorId = ID) {
  const number = authorId === ID ? 1 : 2;
  const title = number === 1 ? `${THREAD_TITLE} again` : null;
  const found = await getReply(db, { thread, number, viewerId: authorId });
  const revision = found?.reply?.revision ?? 0;
  const body = `Words of ${authorId} after revision ${revision}`;
  return editReply(on, { thread, number, authorId, title, body, revision });
}

const UNTIL = "2999-01-31T00:00:00.000Z";
const suspend = (on: Database, handle = "ada") =>
  setSuspension(on, handle, { until: UNTIL, reason: `What ${handle} did` });

async function wordsKept() {
  return one(sql`
    select (select count(*) from reply_revisions where replaced_by = ${ID})::integer as revisions,
      (select count(reason) from moderations where member_id = ${ID})::integer as reasons,
      (select count(*) from moderations where member_id = ${ID})::integer as moderations`);
}

test("a deletion takes the words that edits replaced and those about the person, and nobody else's", async () => {
  const number = await thread();
  for (const author of [ID, BOB]) expect(await edit(db, number, author)).toMatchObject({ outcome: "done" });
  for (const handle of ["ada", "bob"]) await suspend(db, handle);
  expect(await wordsKept()).toEqual({ revisions: 1, reasons: 1, moderations: 1 });
  await recordClerkEvent(db, await deletion({ at: 1 }));
  expect(await wordsKept()).toEqual({ revisions: 0, reasons: 0, moderations: 1 });
  expect(await one(sql`select body, replaced_by as by from reply_revisions`)).toEqual({
    body: "Bob's words",
    by: BOB,
  });
  expect(await one(sql`select value, reason from moderations where member_id = ${BOB}`)).toEqual({
    value: UNTIL,
    reason: "What bob did",
  });
  expect(await verify(db)).toEqual([]);
});

test("whatever order edits, suspensions, events and deletions come in, no words of a deleted person are left", async () => {
  const update = await person({ username: "ada", at: 5 });
  const [early, late] = [await deletion({ at: 1 }), await deletion({ at: 9 })];
  const acts: ((number: number) => Promise<unknown>)[] = [
    (number) => edit(db, number),
    () => suspend(db),
    () => recordClerkEvent(db, update),
    () => recordClerkEvent(db, early),
    () => recordClerkEvent(db, late),
  ];
  for (const order of permutations(acts)) {
    await db.execute(sql`truncate "user", categories cascade`);
    const number = await thread();
    for (const act of order) await act(number);
    expect(await wordsKept()).toMatchObject({ revisions: 0, reasons: 0 });
    expect(await verify(db)).toEqual([]);
  }
});

test.each([
  ["an edit", edit],
  ["a suspension", (on: Database) => suspend(on)],
] as const)(
  "%s that meets the deletion of the account leaves no words behind, whichever is first",
  async (_, act) => {
    const gone = await deletion({ at: 1 });
    for (const isFirst of [true, false]) {
      await db.execute(sql`truncate "user", categories cascade`);
      const number = await thread();
      const write = (on: Database) => act(on, number);
      const erase = (on: Database) => recordClerkEvent(on, gone);
      const [first, second] = isFirst ? [write, erase] : [erase, write];
      await meet<unknown, unknown>(connect, first, second);
      expect(await wordsKept()).toMatchObject({
        revisions: 0,
        reasons: 0,
        moderations: isFirst && act !== edit ? 1 : 0,
      });
      expect(await verify(db)).toEqual([]);
    }
  },
);

test("32 at once that edit, suspend, and delete the account leave no words behind", async () => {
  for (let round = 0; round < 10; round += 1) {
    await db.execute(sql`truncate "user", categories cascade`);
    const number = await thread();
    const gone = await deletion({ at: round });
    const act = (on: Database, i: number) => {
      if (i % 8 === 7) return recordClerkEvent(on, gone);
      return i % 2 === 0 ? edit(on, number) : suspend(on);
    };
    await Promise.all(others.map(act));
    expect(await wordsKept()).toMatchObject({ revisions: 0, reasons: 0 });
    expect(await verify(db)).toEqual([]);
  }
});

test("each event, and each first request, is one statement", async () => {
  const [counted] = connect(1) as [DatabaseConnection];
  for (const each of [await person(), await person({ at: 1 }), await deletion()])
    await recordClerkEvent(counted, each);
  await ensureMember(counted, "user_new");
  expect(counted.usage.statements).toBe(4);
});
