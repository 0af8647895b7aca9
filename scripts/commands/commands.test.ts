import { sql } from "drizzle-orm";
import { afterAll, expect, test } from "vitest";
import { getViewer } from "#app/db/members.server.ts";
import { verify } from "#app/db/verify.server.ts";
import { createTestDatabase } from "#test/database.ts";
import { makeThread } from "#test/forum.ts";
import { deleteMember, makeMember } from "#test/people.ts";
import { connect } from "../connection.ts";
import { addCategory, listCategories, removeCategory } from "./category.ts";
import { setRole } from "./role.ts";
import { parseSuspension, suspend, unsuspend } from "./suspension.ts";

const { url, drop } = await createTestDatabase();
const forum = await connect(url);
afterAll(async () => {
  await forum.close();
  await drop();
});

test("a role is given and taken, whatever the handle's case", async () => {
  const { id, handle } = await makeMember(forum.db, { handle: "ada" });
  expect(await setRole(forum.sql, "@ADA", "admin")).toBe(handle);
  expect(await getViewer(forum.db, id)).toMatchObject({ role: "admin" });
  await setRole(forum.sql, "ada", "member");
  expect(await getViewer(forum.db, id)).toMatchObject({ role: "member" });
});

test("nobody, and somebody whose account is gone, gets no role", async () => {
  const gone = await makeMember(forum.db, { handle: "gone" });
  await deleteMember(forum.db, gone);
  const [{ handle } = { handle: "" }] = await forum.db.execute<{ handle: string }>(
    sql`select handle from members where user_id = ${gone.id}`,
  );
  for (const name of ["no-such-person", handle])
    await expect(setRole(forum.sql, name, "admin")).rejects.toThrow(`Nobody here has the handle "${name}".`);
});

test("a suspension holds until it is ended", async () => {
  const { id, handle } = await makeMember(forum.db, { handle: "boa" });
  const suspension = parseSuspension({ until: "2999-01-31", reason: " Advertising " }, new Date());
  await suspend(forum.sql, "Boa", suspension);
  expect(await getViewer(forum.db, id)).toMatchObject({
    suspendedUntil: "2999-01-31T00:00:00+00:00",
    suspensionReason: "Advertising",
  });
  expect(await unsuspend(forum.sql, handle)).toBe(handle);
  expect(await getViewer(forum.db, id)).toMatchObject({ suspendedUntil: null, suspensionReason: null });
  await expect(suspend(forum.sql, "no-such-person", suspension)).rejects.toThrow("Nobody here");
});

test.each([
  [{ until: "tomorrow", reason: "a" }, '"tomorrow" is no date'],
  [{ until: "2027-02-30", reason: "a" }, '"2027-02-30" is no date'],
  [{ until: "2026-01-01", reason: "a" }, "is over already"],
  [{ until: "2027-01-31T18:00:00+02:00", reason: " " }, "Say why"],
])("a suspension %o is refused", (options, message) => {
  expect(() => parseSuspension(options, new Date("2026-11-22"))).toThrow(message);
});

test("categories are added in order, listed, and removed while they are empty", async () => {
  await addCategory(forum.sql, { slug: "support", name: "Support", description: "Questions" });
  await addCategory(forum.sql, { slug: "news", name: "News", position: 0 });
  await addCategory(forum.sql, { slug: "chat", name: "Chat" });
  await expect(addCategory(forum.sql, { slug: "chat", name: "Chat" })).rejects.toThrow("at /c/chat already");
  await expect(addCategory(forum.sql, { slug: "Two Words", name: "x" })).rejects.toThrow(
    'could be "two-words"',
  );
  await expect(addCategory(forum.sql, { slug: "x", name: "\u200b" })).rejects.toThrow("needs a name");
  expect(await listCategories(forum.sql)).toEqual([
    { slug: "news", name: "News", position: 0, threads: 0, replies: 0 },
    { slug: "support", name: "Support", position: 1, threads: 0, replies: 0 },
    { slug: "chat", name: "Chat", position: 2, threads: 0, replies: 0 },
  ]);

  await makeThread(forum.db, { author: await makeMember(forum.db), category: "support" });
  await expect(removeCategory(forum.sql, "support")).rejects.toThrow("support holds 1 thread, so it stays");
  await expect(removeCategory(forum.sql, "no-such")).rejects.toThrow("There is no category at /c/no-such.");
  await removeCategory(forum.sql, "chat");
  expect((await listCategories(forum.sql)).map(({ slug }) => slug)).toEqual(["news", "support"]);
  expect(await verify(forum.db)).toEqual([]);
});
