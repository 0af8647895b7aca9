import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { testDatabase } from "#test/database.ts";
import { makeCategory, makeReply, makeThread, makeVote } from "#test/forum.ts";
import { deleteMember, makeMember } from "#test/people.ts";
import { meet } from "#test/race.ts";
import type { DatabaseConnection } from "./client.server.ts";
import {
  getMemberPage,
  getViewer,
  type Settings,
  saveSettings,
  setRole,
  setSuspension,
} from "./members.server.ts";
import { deleteReply } from "./replies.server.ts";

const { db, connect } = await testDatabase();
const category = await makeCategory(db);
/** With a fraction that does not end in 0, which Postgres would not write. */
const LATER = new Date("2100-01-01T00:00:00.123Z");

test("a viewer is what the database knows of them now", async () => {
  const { id } = await makeMember(db, { handle: "vera", role: "admin", suspendedUntil: LATER });
  expect(await getViewer(db, id)).toEqual({
    id,
    handle: "vera",
    imageUrl: null,
    role: "admin",
    suspendedUntil: LATER.toISOString().replace("Z", "+00:00"),
    suspensionReason: "A test asked for it",
    isDeleted: false,
    colorScheme: "system",
    dateStyle: "relative",
    language: null,
    picturesAsLinks: false,
  });
  await deleteMember(db, { id });
  expect(await getViewer(db, id)).toMatchObject({ isDeleted: true, role: "member", suspendedUntil: null });
});

test("somebody of whom the forum has no row is nobody yet", async () => {
  expect(await getViewer(db, "user_nobody")).toBeNull();
});

test("a member's page is found by their handle, whatever its case, and shows no email", async () => {
  const member = await makeMember(db, {
    handle: "grace",
    firstName: "Grace",
    lastName: "Hopper",
    email: "grace@example.com",
    role: "moderator",
  });
  const page = await getMemberPage(db, "GRACE", { show: "threads", before: null });
  expect(page).toMatchObject({
    handle: member.handle,
    name: "Grace Hopper",
    role: "moderator",
    isSuspended: false,
    isDeleted: false,
    isImported: false,
    threads: [],
    replies: [],
  });
  expect(JSON.stringify(page)).not.toContain("example.com");
  expect(await getMemberPage(db, "nobody", { show: "threads", before: null })).toBeNull();
});

test("a member's page lists what they wrote and what stands, each in its list", async () => {
  const member = await makeMember(db);
  const other = await makeMember(db);
  const own = await makeThread(db, { author: member, category, title: "Own" });
  const deleted = await makeThread(db, { author: member, category });
  const foreign = await makeThread(db, { author: other, category, title: "Foreign" });
  const first = await makeReply(db, { author: member, thread: foreign, body: "First" });
  const second = await makeReply(db, { author: member, thread: foreign, body: "Second" });
  await makeReply(db, { author: other, thread: own });
  await makeVote(db, { voter: other, thread: foreign, number: second });
  await deleteReply(db, { thread: deleted.number, number: 1, authorId: member.id, deleted: true });
  await deleteReply(db, { thread: foreign.number, number: first, authorId: member.id, deleted: true });

  const threads = await getMemberPage(db, member.handle, { show: "threads", before: null });
  expect(threads?.threads).toMatchObject([{ number: own.number, title: "Own", replyCount: 1 }]);
  expect(threads?.replies).toEqual([]);
  const replies = await getMemberPage(db, member.handle, { show: "replies", before: null });
  expect(replies?.replies).toMatchObject([
    { number: second, thread: { number: foreign.number, title: "Foreign" }, score: 1 },
  ]);
  expect(replies?.threads).toEqual([]);
});

test("the page of somebody whose account is deleted keeps what they wrote and nothing of them", async () => {
  const member = await makeMember(db, { handle: "leaver", firstName: "Lea", email: "lea@example.com" });
  await makeThread(db, { author: member, category, title: "It stays" });
  await deleteMember(db, member);
  expect(await getMemberPage(db, "leaver", { show: "threads", before: null })).toBeNull();
  const [row] = await db.execute<{ handle: string }>(
    sql`select handle from members where user_id = ${member.id}`,
  );
  const page = await getMemberPage(db, row?.handle ?? "", { show: "threads", before: null });
  expect(page).toMatchObject({ isDeleted: true, name: null, threads: [{ title: "It stays" }] });
  expect(JSON.stringify(page)).not.toMatch(/leaver|Lea/);
});

const SETTINGS: Settings = { handle: "", colorScheme: "dark", dateStyle: "absolute" };

async function row(id: string) {
  const [found] = await db.execute<Record<string, unknown>>(sql`
    select handle, handle_source as source, color_scheme as scheme, date_style as style, language from members
    where user_id = ${id}`);
  return found;
}

test("settings are saved, and a handle that somebody chose is theirs", async () => {
  const { id, handle } = await makeMember(db);
  expect(await saveSettings(db, id, { ...SETTINGS, handle })).toEqual({ outcome: "done" });
  expect(await row(id)).toEqual({
    handle,
    source: "clerk",
    scheme: "dark",
    style: "absolute",
    language: null,
  });
  expect(await saveSettings(db, id, { ...SETTINGS, handle: "Chosen" })).toEqual({ outcome: "done" });
  expect(await row(id)).toMatchObject({ handle: "Chosen", source: "chosen" });
});

test("links in place of pictures are saved, taken back, and left as they are by a form that does not ask", async () => {
  const { id, handle } = await makeMember(db);
  const wanted: unknown[] = [];
  for (const pictures of ["links", undefined, "shown", undefined] as const) {
    await saveSettings(db, id, { ...SETTINGS, handle, pictures });
    wanted.push((await getViewer(db, id))?.picturesAsLinks);
  }
  expect(wanted).toEqual([true, true, false, false]);
});

test("a language is saved, taken back, and left as it is by a form that does not ask for one", async () => {
  const { id, handle } = await makeMember(db);
  const languages: unknown[] = [];
  for (const language of ["de", undefined, null, undefined] as const) {
    expect(await saveSettings(db, id, { ...SETTINGS, handle, language })).toEqual({ outcome: "done" });
    languages.push((await row(id))?.language, (await getViewer(db, id))?.language);
  }
  expect(languages).toEqual(["de", "de", "de", "de", null, null, null, null]);
});

test("a handle that somebody else has is taken, in any case of its letters", async () => {
  const { id, handle } = await makeMember(db);
  await makeMember(db, { handle: "taken-one" });
  expect(await saveSettings(db, id, { ...SETTINGS, handle: "Taken-One" })).toEqual({ outcome: "conflict" });
  expect(await row(id)).toMatchObject({ handle, scheme: "system" });
});

test("of 20 people who want one handle at once, one gets it", async () => {
  const people = await Promise.all(
    connect(20).map(async (connection) => ({ connection, ...(await makeMember(db)) })),
  );
  const answers = await Promise.all(
    people.map(({ connection, id }) => saveSettings(connection, id, { ...SETTINGS, handle: "wanted" })),
  );
  const outcomes = answers.map(({ outcome }) => outcome);
  expect(outcomes.toSorted()).toEqual([...new Array(19).fill("conflict"), "done"]);
  expect(await db.execute(sql`select 1 from members where lower(handle) = 'wanted'`)).toHaveLength(1);
});

test("who is suspended, deleted or unknown saves nothing and is told why, in the statement itself", async () => {
  const suspended = await makeMember(db, { suspendedUntil: LATER });
  const gone = await makeMember(db);
  await deleteMember(db, gone);
  const before = await row(gone.id);
  for (const [id, refusal] of [
    [suspended.id, "suspended"],
    [gone.id, "account-deleted"],
    ["user_nobody", "signed-out"],
  ] as const)
    expect(await saveSettings(db, id, { ...SETTINGS, handle: "never-saved" })).toEqual({
      outcome: "refused",
      refusal,
    });
  expect(await row(suspended.id)).toMatchObject({ handle: suspended.handle, scheme: "system" });
  expect(await row(gone.id)).toEqual(before);
});

test("settings that meet the deletion of their account are refused", async () => {
  const { id } = await makeMember(db);
  const [, answer] = await meet(
    connect,
    (first) => deleteMember(first, { id }),
    (second) => saveSettings(second, id, { ...SETTINGS, handle: "too-late" }),
  );
  expect(answer).toEqual({ outcome: "refused", refusal: "account-deleted" });
  expect(await row(id)).toMatchObject({ source: "deleted", scheme: "system" });
});

test("settings say what changed: the handle for everybody, the rest for nobody else, and nothing where nothing did", async () => {
  const { id, handle } = await makeMember(db);
  const [own] = connect(1) as [DatabaseConnection];
  const save = (settings: Settings) => kindsOf(own, () => saveSettings(own, id, settings));
  const unchanged: Settings = { handle, colorScheme: "system", dateStyle: "relative" };
  expect(await save(unchanged)).toEqual([]);
  expect(await save({ ...unchanged, colorScheme: "dark" })).toEqual(["preferences-saved"]);
  expect(await save({ ...unchanged, colorScheme: "dark", language: "de" })).toEqual(["preferences-saved"]);
  expect(await save({ ...unchanged, colorScheme: "dark" })).toEqual([]);
  expect(await save({ ...unchanged, colorScheme: "dark", language: null })).toEqual(["preferences-saved"]);
  expect(await save({ ...unchanged, colorScheme: "dark", pictures: "links" })).toEqual(["preferences-saved"]);
  expect(await save({ ...unchanged, colorScheme: "dark" })).toEqual([]);
  expect(await save({ ...unchanged, colorScheme: "dark", pictures: "shown" })).toEqual(["preferences-saved"]);
  expect(await save({ ...unchanged, colorScheme: "dark", handle: "Renamed" })).toEqual(["member-changed"]);
  expect(await save({ ...unchanged, handle: "renamed" })).toEqual(["member-changed", "preferences-saved"]);
  await makeMember(db, { handle: "not-free" });
  expect(await save({ ...unchanged, handle: "not-free" })).toEqual([]);
  const kept = await db.execute<{ kind: string; data: unknown }>(sql`
    select kind, data from events where data->>'member' = ${id} order by id`);
  expect(kept.map(({ kind }) => kind)).toEqual([
    // The webhook that made them.
    "member-changed",
    "preferences-saved",
    "preferences-saved",
    "preferences-saved",
    "preferences-saved",
    "preferences-saved",
    "member-changed",
    "member-changed",
    "preferences-saved",
  ]);
  for (const { data } of kept) expect(data).toEqual({ member: id });
});

test("one form that arrives twice at once is saved, and says so once", async () => {
  const { id } = await makeMember(db);
  const settings: Settings = { ...SETTINGS, handle: "double-click" };
  const answers = await meet(
    connect,
    (first) => saveSettings(first, id, settings),
    (second) => saveSettings(second, id, settings),
  );
  expect(answers).toEqual([{ outcome: "done" }, { outcome: "done" }]);
  expect(await eventsOf(id)).toEqual(["member-changed", "member-changed", "preferences-saved"]);
});

test("a role is given and taken, whatever the handle's case, and each change leaves its row and its event", async () => {
  const { id, handle } = await makeMember(db, { handle: "Roland" });
  for (const role of ["admin", "admin", "member", "member"] as const)
    expect(await setRole(db, "rOLAND", role)).toEqual({ outcome: "done", handle });
  expect(await getViewer(db, id)).toMatchObject({ role: "member" });
  expect(await moderationsOf(id)).toEqual([
    { action: "role", value: "admin", reason: null, moderator: null },
    { action: "role", value: "member", reason: null, moderator: null },
  ]);
  expect(await eventsOf(id)).toEqual(["member-changed", "role-set", "role-set"]);
});

test("a suspension holds until it is ended, and each change leaves its row and its event", async () => {
  const { id, handle } = await makeMember(db, { handle: "Susan" });
  const suspension = { until: "2999-01-31T00:00:00.000Z", reason: "Advertising" };
  const longer = { ...suspension, until: "2999-02-28T00:00:00.000Z" };
  for (const each of [null, suspension, suspension, longer, null, null])
    expect(await setSuspension(db, "sUSAN", each)).toEqual({ outcome: "done", handle });
  await setSuspension(db, handle, suspension);
  expect(await getViewer(db, id)).toMatchObject({
    suspendedUntil: "2999-01-31T00:00:00+00:00",
    suspensionReason: "Advertising",
  });
  await setSuspension(db, handle, null);
  expect(await getViewer(db, id)).toMatchObject({ suspendedUntil: null, suspensionReason: null });
  const set = { action: "suspension", reason: "Advertising", moderator: null };
  const ended = { ...set, value: "false", reason: null };
  expect(await moderationsOf(id)).toEqual([
    { ...set, value: suspension.until },
    { ...set, value: longer.until },
    ended,
    { ...set, value: suspension.until },
    ended,
  ]);
  const [, ...events] = await db.execute<{ kind: string; data: { suspended: boolean } }>(sql`
    select kind, data from events where data->>'member' = ${id} order by id`);
  expect(new Set(events.map(({ kind }) => kind))).toEqual(new Set(["member-suspended"]));
  expect(events.map(({ data }) => data.suspended)).toEqual([true, true, false, true, false]);
});

test("nobody, and somebody whose account is gone, gets no role and no suspension", async () => {
  const gone = await makeMember(db);
  await deleteMember(db, gone);
  const { handle } = (await row(gone.id)) as { handle: string };
  const suspension = { until: "2999-01-31T00:00:00.000Z", reason: "Advertising" };
  for (const name of ["no-such-person", handle, "it's; --"]) {
    expect(await setRole(db, name, "admin")).toEqual({ outcome: "missing" });
    expect(await setSuspension(db, name, suspension)).toEqual({ outcome: "missing" });
    expect(await setSuspension(db, name, null)).toEqual({ outcome: "missing" });
  }
  expect(await moderationsOf(gone.id)).toEqual([]);
});

test("a role that meets the deletion of the account is not given", async () => {
  const { id, handle } = await makeMember(db);
  const [, answer] = await meet(
    connect,
    (first) => deleteMember(first, { id }),
    (second) => setRole(second, handle, "admin"),
  );
  expect(answer).toEqual({ outcome: "missing" });
  expect(await getViewer(db, id)).toMatchObject({ isDeleted: true, role: "member" });
  expect(await moderationsOf(id)).toEqual([]);
});

/** What `act` made happen on this connection, by kind. */
async function kindsOf(own: DatabaseConnection, act: () => Promise<unknown>): Promise<string[]> {
  const before = own.happened.length;
  await act();
  return own.happened.slice(before).map(({ kind }) => kind);
}

/** The kinds of what happened to a member, as it is stored. */
async function eventsOf(id: string): Promise<string[]> {
  const rows = await db.execute<{ kind: string }>(
    sql`select kind from events where data->>'member' = ${id} order by id`,
  );
  return rows.map(({ kind }) => kind);
}

async function moderationsOf(id: string) {
  return db.execute(sql`
    select action, value, reason, moderator_id as moderator from moderations where member_id = ${id} order by id`);
}
