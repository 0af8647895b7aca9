import { type SQL, sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { testDatabase } from "#test/database.ts";
import { deleteMember, makeMember, newHandle, type TestMember } from "#test/people.ts";
import { meet } from "#test/race.ts";
import type { Database } from "./client.server.ts";
import { recordClerkEvent } from "./identity.server.ts";
import { getMemberPage, saveSettings } from "./members.server.ts";
import { verify } from "./verify.server.ts";

const { db, connect } = await testDatabase();

const rename = (on: Database, { id }: TestMember, handle: string) =>
  saveSettings(on, id, { handle, colorScheme: "system", dateStyle: "relative" });

const DONE = { outcome: "done" };
const TAKEN = { outcome: "conflict" };

/** What the page at a handle is headed, or null where there is none. */
async function leadsTo(handle: string): Promise<string | null> {
  return (await getMemberPage(db, handle, { show: "threads", before: null }))?.handle ?? null;
}

/** The rows of what is kept of these handles, in the order of the handles. */
async function kept(...handles: string[]) {
  const rows: unknown[] = [];
  for (const handle of handles) {
    const [row = null] = await db.execute(sql`
      select user_id as person, released_at is not null as "hasTime", free_on - current_date as days
      from former_handles where handle_hash = hash_of_handle(${handle})`);
    rows.push(row);
  }
  return rows;
}

const count = async (of: SQL): Promise<number> => {
  const [row] = await db.execute<{ count: number }>(sql`select count(*)::integer as count ${of}`);
  return row?.count ?? 0;
};

test("a handle that somebody gave up leads to them, and nobody else gets it, in whatever letters", async () => {
  const [ada, ben] = [await makeMember(db, { handle: "ada" }), await makeMember(db)];
  expect(await rename(db, ada, "Countess")).toEqual(DONE);
  expect([await leadsTo("ada"), await leadsTo("ADA"), await leadsTo("countess")]).toEqual(
    Array(3).fill("Countess"),
  );
  for (const wanted of ["ada", "Ada", "ADA"]) expect(await rename(db, ben, wanted)).toEqual(TAKEN);
  expect(await rename(db, ada, "lovelace")).toEqual(DONE);
  expect([await leadsTo("ada"), await leadsTo("countess")]).toEqual(["lovelace", "lovelace"]);
  expect(await verify(db)).toEqual([]);
});

test("who gave a handle up may take it back, and gives up the other one", async () => {
  const [member, other] = [await makeMember(db, { handle: "was" }), await makeMember(db)];
  for (const handle of ["then", "Was", "then", "was"]) expect(await rename(db, member, handle)).toEqual(DONE);
  expect([await leadsTo("was"), await leadsTo("then")]).toEqual(["was", "was"]);
  expect(await kept("was", "then")).toEqual([null, { person: member.id, hasTime: true, days: null }]);
  expect(await rename(db, other, "then")).toEqual(TAKEN);
});

test("other letters of the same handle give nothing up", async () => {
  const member = await makeMember(db, { handle: "letters" });
  expect(await rename(db, member, "LETTERS")).toEqual(DONE);
  expect(await kept("letters")).toEqual([null]);
});

test("whoever gets a handle from Clerk gets none that is kept for somebody else, and their own back", async () => {
  const first = await makeMember(db, { handle: "grace" });
  await rename(db, first, "hopper");
  const second = await makeMember(db, { handle: "grace" });
  expect(second.handle).toMatch(/^grace-[0-9a-f]{4}$/);
  const follower = await makeMember(db, { handle: "before" });
  const named = (username: string, at: number) =>
    recordClerkEvent(db, {
      kind: "saved",
      id: follower.id,
      email: null,
      firstName: null,
      lastName: null,
      username,
      imageUrl: null,
      updatedAt: new Date(at),
      tie: "1",
    });
  await named("after", 10);
  expect(await leadsTo("before")).toBe("after");
  expect((await makeMember(db, { handle: "before" })).handle).toMatch(/^before-/);
  await named("before", 20);
  expect([await leadsTo("before"), await leadsTo("after")]).toEqual(["before", "before"]);
});

test("what a deleted account was called leads nowhere, names nobody, and is free after 90 days", async () => {
  const [leaver, next] = [await makeMember(db, { handle: "leaver" }), await makeMember(db)];
  await rename(db, leaver, "gone-soon");
  await deleteMember(db, leaver);
  expect([await leadsTo("leaver"), await leadsTo("gone-soon")]).toEqual([null, null]);
  expect(await kept("leaver", "gone-soon")).toEqual(
    Array(2).fill({ person: null, hasTime: false, days: 90 }),
  );
  expect(await count(sql`from former_handles f where to_jsonb(f)::text ~* 'leaver|gone-soon'`)).toBe(0);
  expect(await rename(db, next, "Leaver")).toEqual(TAKEN);
  expect((await makeMember(db, { handle: "leaver" })).handle).toMatch(/^leaver-/);
  await db.execute(sql`update former_handles set free_on = current_date where user_id is null`);
  expect(await rename(db, next, "leaver")).toEqual(DONE);
  expect(await leadsTo("leaver")).toBe("leaver");
  // The other one had its time too, and went along.
  expect(await kept("leaver", "gone-soon")).toEqual([null, null]);
  expect(await verify(db)).toEqual([]);
});

test("a deletion that comes twice does not begin the time anew", async () => {
  const leaver = await makeMember(db, { handle: "once" });
  await deleteMember(db, leaver);
  await db.execute(sql`update former_handles set free_on = current_date + 1 where user_id is null`);
  await deleteMember(db, leaver);
  expect(await kept("once")).toEqual([{ person: null, hasTime: false, days: 1 }]);
});

test("nobody keeps more than ten: the oldest of them is free", async () => {
  const [member, other] = [await makeMember(db, { handle: "many-0" }), await makeMember(db)];
  for (let turn = 1; turn <= 11; turn += 1) expect(await rename(db, member, `many-${turn}`)).toEqual(DONE);
  expect(await count(sql`from former_handles where user_id = ${member.id}`)).toBe(10);
  expect(await rename(db, other, "many-1")).toEqual(TAKEN);
  expect([await leadsTo("many-0"), await leadsTo("many-1")]).toEqual([null, "many-11"]);
  expect(await rename(db, other, "many-0")).toEqual(DONE);
});

test("a handle that is given up in the moment in which somebody else asks for it stays with its person", async () => {
  for (const end of ["commit", "wait"] as const) {
    const [ada, ben] = [await makeMember(db), await makeMember(db)];
    const [wanted, next] = [ada.handle, newHandle()];
    const release = (on: Database) => rename(on, ada, next);
    const take = (on: Database) => rename(on, ben, wanted);
    const answers =
      end === "commit" ? await meet(connect, release, take) : (await meet(connect, take, release)).reverse();
    expect(answers).toEqual([DONE, TAKEN]);
    expect([await leadsTo(wanted), await leadsTo(ben.handle)]).toEqual([next, ben.handle]);
  }
});

test("two who ask for each other's handles at once both keep their own, and neither waits for the other", async () => {
  const [ada, ben] = [await makeMember(db), await makeMember(db)];
  const answers = await meet(
    connect,
    (on) => rename(on, ada, ben.handle),
    (on) => rename(on, ben, ada.handle),
  );
  expect(answers).toEqual([TAKEN, TAKEN]);
});

test("of 20 who want a handle while its person takes it back, its person gets it", async () => {
  const owner = await makeMember(db);
  const { handle } = owner;
  const people = await Promise.all(Array.from({ length: 20 }, () => makeMember(db)));
  for (let turn = 0; turn < 5; turn += 1) {
    expect(await rename(db, owner, newHandle())).toEqual(DONE);
    const [own, ...others] = connect(21) as unknown as [Database, ...Database[]];
    const [answer, ...refused] = await Promise.all([
      rename(own, owner, handle),
      ...others.map((on, at) => rename(on, people[at] as TestMember, handle)),
    ]);
    expect([answer, refused]).toEqual([DONE, Array(20).fill(TAKEN)]);
  }
});

test("of 20 who want a handle whose time is over, one gets it", async () => {
  const leaver = await makeMember(db);
  await deleteMember(db, leaver);
  await db.execute(sql`update former_handles set free_on = current_date where user_id is null`);
  const people = await Promise.all(Array.from({ length: 20 }, () => makeMember(db)));
  const answers = await Promise.all(
    connect(20).map((on, at) => rename(on, people[at] as TestMember, leaver.handle)),
  );
  expect(answers.map(({ outcome }) => outcome).sort()).toEqual([...Array(19).fill("conflict"), "done"]);
});

test("people who change their handles and leave, all at once, leave nothing that does not add up", async () => {
  const handles = Array.from({ length: 6 }, () => newHandle());
  const people = await Promise.all(Array.from({ length: 8 }, () => makeMember(db)));
  const connections = connect(people.length);
  await Promise.all(
    people.map(async (member, at) => {
      const on = connections[at] as Database;
      for (let turn = 0; turn < 12; turn += 1)
        await rename(on, member, handles[(at * 5 + turn * 7) % handles.length] as string);
      if (at % 2 === 0) await deleteMember(on, member);
    }),
  );
  expect(await verify(db)).toEqual([]);
});

test("code from before the table, which asks nobody, takes a handle and with it what was kept of it", async () => {
  const [first, second] = [await makeMember(db, { handle: "older-code" }), await makeMember(db)];
  await rename(db, first, "newer-code");
  await db.execute(sql`update members set handle = 'older-code' where user_id = ${second.id}`);
  expect(await leadsTo("older-code")).toBe("older-code");
  expect(await kept("older-code", second.handle)).toEqual([
    null,
    { person: second.id, hasTime: true, days: null },
  ]);
  expect(await verify(db)).toEqual([]);
});
