import { Command } from "commander";
import { sql } from "drizzle-orm";
import { expect, onTestFinished, test, vi } from "vitest";
import { getViewer } from "#app/db/members.server.ts";
import { testForum } from "#test/database.ts";
import { makeThread } from "#test/forum.ts";
import { deleteMember, makeMember } from "#test/people.ts";
import { addCategoryCommands } from "./category.ts";
import { addRoleCommand } from "./role.ts";
import { addSuspensionCommands, parseSuspension } from "./suspension.ts";

const forum = await testForum();
const { url } = forum;

/** Runs a command on this forum, and answers what it prints; throws the `Problem` that it ends in. */
async function run(...args: string[]): Promise<string> {
  vi.stubEnv("DATABASE_URL", url);
  onTestFinished(() => void vi.unstubAllEnvs());
  const printed: string[] = [];
  const out = vi.spyOn(console, "log").mockImplementation((line) => void printed.push(line));
  const errors = vi.spyOn(console, "error").mockImplementation(() => {});
  try {
    const program = new Command();
    for (const add of [addCategoryCommands, addRoleCommand, addSuspensionCommands]) add(program);
    await program.parseAsync(args, { from: "user" });
  } finally {
    for (const spy of [out, errors]) spy.mockRestore();
  }
  return printed.join("\n");
}

/** What was written down of what operators did, and what happened with it. */
async function history() {
  const rows = await forum.db.execute<{ what: string }>(sql`
    select what from (
      select 'moderation: ' || action || ' ' || value as what, created_at, id from moderations
      union all select 'event: ' || kind, created_at, id from events where kind not like 'member-changed'
    ) history order by created_at, what`);
  return rows.map(({ what }) => what);
}

test("a role is given and taken, whatever the handle's case", async () => {
  const { id } = await makeMember(forum.db, { handle: "ada" });
  expect(await run("role", "@ADA", "admin")).toBe("ada is an admin now.");
  expect(await getViewer(forum.db, id)).toMatchObject({ role: "admin" });
  expect(await run("role", "ada", "member")).toBe("ada is a member now.");
  expect(await getViewer(forum.db, id)).toMatchObject({ role: "member" });
  expect(await history()).toEqual([
    "event: role-set",
    "moderation: role admin",
    "event: role-set",
    "moderation: role member",
  ]);
});

test("nobody, and somebody whose account is gone, gets no role and no suspension", async () => {
  const gone = await makeMember(forum.db, { handle: "gone" });
  await deleteMember(forum.db, gone);
  const [{ handle } = { handle: "" }] = await forum.db.execute<{ handle: string }>(
    sql`select handle from members where user_id = ${gone.id}`,
  );
  for (const name of ["no-such-person", handle]) {
    const nobody = `Nobody here has the handle "${name}".`;
    await expect(run("role", `@${name}`, "admin")).rejects.toThrow(nobody);
    const options = ["--until", "2999-01-31", "--reason", "Advertising"];
    await expect(run("suspend", name, ...options)).rejects.toThrow(nobody);
    await expect(run("unsuspend", name)).rejects.toThrow(nobody);
  }
});

test("a suspension holds until it is ended", async () => {
  const { id } = await makeMember(forum.db, { handle: "boa" });
  expect(await run("suspend", "Boa", "--until", "2999-01-31", "--reason", " Advertising ")).toBe(
    "boa is suspended until 2999-01-31T00:00:00.000Z.",
  );
  expect(await getViewer(forum.db, id)).toMatchObject({
    suspendedUntil: "2999-01-31T00:00:00+00:00",
    suspensionReason: "Advertising",
  });
  expect(await run("unsuspend", "@boa")).toBe("boa is not suspended.");
  expect(await getViewer(forum.db, id)).toMatchObject({ suspendedUntil: null, suspensionReason: null });
});

test.each([
  [{ until: "tomorrow", reason: "a" }, '"tomorrow" is no date'],
  [{ until: "2027-02-30", reason: "a" }, '"2027-02-30" is no date'],
  [{ until: "2026-01-01", reason: "a" }, "is over already"],
  [{ until: "2027-01-31T18:00:00+02:00", reason: " " }, "Say why"],
])("a suspension %o is refused", (options, message) => {
  expect(() => parseSuspension(options, new Date("2026-11-22"))).toThrow(message);
});

test("a category is edited; what cannot be changed, or is so already, is said", async () => {
  await run("category", "add", "old", "Old", "--description", "What was");
  expect(await run("category", "edit", "old", "--name", " New ", "--position", "-3")).toBe("New is changed.");
  expect(await run("category", "edit", "old", "--color", "teal")).toBe("New is changed.");
  const nothing = "New is like that already: nothing has changed.";
  expect(await run("category", "edit", "old", "--name", "New")).toBe(nothing);
  const [edited] =
    await forum.sql`select name, description, position, color from categories where slug = 'old'`;
  expect(edited).toEqual({ name: "New", description: "What was", position: -3, color: "teal" });
  const unknown = run("category", "edit", "old", "--color", "blue");
  await expect(unknown).rejects.toThrow("one of these colours: sky, ");
  await expect(run("category", "edit", "old")).rejects.toThrow("Say what to change: --name");
  await expect(run("category", "edit", "old", "--name", "\u200b")).rejects.toThrow("needs a name");
  await run("category", "add", "taken", "Taken");
  await expect(run("category", "edit", "old", "--slug", "taken")).rejects.toThrow("at /c/taken already");
  await expect(run("category", "edit", "old", "--slug", "Two Words")).rejects.toThrow('could be "two-words"');
  expect(await run("category", "edit", "taken", "--slug", "moved")).toBe("Taken is changed.");
  await run("category", "remove", "moved");
  const missing = run("category", "edit", "no-such", "--name", "New");
  await expect(missing).rejects.toThrow("There is no category at /c/no-such.");
  await run("category", "remove", "old");
});

test("categories are added, and removed while they are empty; what cannot be done is said", async () => {
  expect(await run("category", "list")).toBe("There are no categories yet: category add SLUG NAME");
  expect(await run("category", "add", "support", "Support", "--description", "Questions")).toBe(
    "Support is at /c/support.",
  );
  await run("category", "add", "chat", "Chat", "--position", "-1", "--color", "brown");
  await expect(run("category", "add", "chat", "Chat")).rejects.toThrow("at /c/chat already");
  await expect(run("category", "add", "Two Words", "x")).rejects.toThrow('could be "two-words"');
  await expect(run("category", "add", "x", "\u200b")).rejects.toThrow("needs a name");
  await makeThread(forum.db, { author: await makeMember(forum.db), category: "support" });
  await expect(run("category", "remove", "support")).rejects.toThrow("support holds 1 thread, so it stays");
  await expect(run("category", "remove", "no-such")).rejects.toThrow("There is no category at /c/no-such.");
  expect(await run("category", "remove", "chat")).toBe("chat is gone.");
  const left = await forum.sql`select slug, description, position from categories`;
  expect([...left]).toEqual([{ slug: "support", description: "Questions", position: 1 }]);
});

test("a category is merged into another one; what cannot be merged is said", async () => {
  await run("category", "add", "one", "One");
  await run("category", "add", "two", "Two");
  await makeThread(forum.db, { author: await makeMember(forum.db), category: "one" });
  await expect(run("category", "merge", "one", "one")).rejects.toThrow("cannot be merged into itself");
  await expect(run("category", "merge", "one", "no-such")).rejects.toThrow("no category at /c/no-such.");
  await expect(run("category", "merge", "no-such", "two")).rejects.toThrow("no category at /c/no-such.");
  expect(await run("category", "merge", "one", "two")).toBe("one is gone: Two has its 1 thread.");
  const left = await forum.sql`select slug, thread_count from categories where slug in ('one', 'two')`;
  expect([...left]).toEqual([{ slug: "two", thread_count: 1 }]);
});
