import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { testDatabase } from "#test/database.ts";
import { makeCategory, makeReply, makeThread, makeVote } from "#test/forum.ts";
import { deleteMember, makeMember } from "#test/people.ts";
import { meet } from "#test/race.ts";
import { getMemberPage, getViewer, type Settings, saveSettings } from "./members.server.ts";
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
    select handle, handle_source as source, color_scheme as scheme, date_style as style from members
    where user_id = ${id}`);
  return found;
}

test("settings are saved, and a handle that somebody chose is theirs", async () => {
  const { id, handle } = await makeMember(db);
  expect(await saveSettings(db, id, { ...SETTINGS, handle })).toBe("saved");
  expect(await row(id)).toEqual({ handle, source: "clerk", scheme: "dark", style: "absolute" });
  expect(await saveSettings(db, id, { ...SETTINGS, handle: "Chosen" })).toBe("saved");
  expect(await row(id)).toMatchObject({ handle: "Chosen", source: "chosen" });
});

test("a handle that somebody else has is taken, in any case of its letters", async () => {
  const { id, handle } = await makeMember(db);
  await makeMember(db, { handle: "taken-one" });
  expect(await saveSettings(db, id, { ...SETTINGS, handle: "Taken-One" })).toBe("handle-taken");
  expect(await row(id)).toMatchObject({ handle, scheme: "system" });
});

test("of 20 people who want one handle at once, one gets it", async () => {
  const people = await Promise.all(
    connect(20).map(async (connection) => ({ connection, ...(await makeMember(db)) })),
  );
  const answers = await Promise.all(
    people.map(({ connection, id }) => saveSettings(connection, id, { ...SETTINGS, handle: "wanted" })),
  );
  expect(answers.toSorted()).toEqual([...new Array(19).fill("handle-taken"), "saved"]);
  expect(await db.execute(sql`select 1 from members where lower(handle) = 'wanted'`)).toHaveLength(1);
});

test("who is suspended, deleted or unknown saves nothing, in the statement itself", async () => {
  const suspended = await makeMember(db, { suspendedUntil: LATER });
  const gone = await makeMember(db);
  await deleteMember(db, gone);
  const before = await row(gone.id);
  for (const id of [suspended.id, gone.id, "user_nobody"])
    expect(await saveSettings(db, id, { ...SETTINGS, handle: "never-saved" })).toBe("refused");
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
  expect(answer).toBe("refused");
  expect(await row(id)).toMatchObject({ source: "deleted", scheme: "system" });
});
