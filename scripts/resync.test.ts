import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createClerkClient } from "@clerk/backend";
import { sql } from "drizzle-orm";
import { expect, onTestFinished, test } from "vitest";
import type { Database } from "#app/db/client.server.ts";
import { verify } from "#app/db/verify.server.ts";
import { testDatabase } from "#test/database.ts";
import { makeMember } from "#test/people.ts";
import { PAGE_SIZE, resyncMembers } from "./resync.ts";

type ClerkUser = { id: string; username: string; updated_at: number } & Record<string, unknown>;

function clerkUser(number: number, details: Partial<ClerkUser> = {}): ClerkUser {
  return {
    object: "user",
    id: `user_${String(number).padStart(27, "0")}`,
    username: `person-${number}`,
    first_name: null,
    last_name: null,
    image_url: "",
    primary_email_address_id: null,
    email_addresses: [],
    created_at: 1000 + number,
    updated_at: 2000,
    ...details,
  };
}

/** Clerk's Backend API with these users. The first `busy` requests are put off. */
async function clerkWith(users: ClerkUser[], { busy = 0, secretKey = "sk_test_right" } = {}) {
  let requests = 0;
  const server = createServer((request, response) => {
    requests += 1;
    const answer = (status: number, body: unknown, headers = {}) =>
      response
        .writeHead(status, { "Content-Type": "application/json", ...headers })
        .end(JSON.stringify(body));
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://clerk.test");
    if (request.headers.authorization !== "Bearer sk_test_right") return answer(401, { errors: [] });
    if (requests <= busy) return answer(429, { errors: [] }, { "Retry-After": "0" });
    const asked = searchParams.getAll("user_id");
    const found = users.filter(({ id }) => asked.length === 0 || asked.includes(id));
    if (pathname.endsWith("/count")) return answer(200, { object: "total_count", total_count: found.length });
    const offset = Number(searchParams.get("offset") ?? 0);
    answer(200, found.slice(offset, offset + Number(searchParams.get("limit") ?? 10)));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return createClerkClient({ secretKey, apiUrl: `http://127.0.0.1:${port}`, telemetry: { disabled: true } });
}

const people = (db: Database) =>
  db.execute<{ id: string; handle: string; isDeleted: boolean }>(sql`
    select u.id, m.handle, u.deleted_at is not null as "isDeleted"
    from "user" u join members m on m.user_id = u.id order by u.created_at, u.id`);

test("people of several pages arrive, and a second run changes nothing", async () => {
  const { db } = await testDatabase();
  const clerk = await clerkWith(Array.from({ length: PAGE_SIZE * 2 + 3 }, (_, index) => clerkUser(index)));
  const count = PAGE_SIZE * 2 + 3;
  expect(await resyncMembers(db, clerk, { pauseMs: 0 })).toEqual({
    people: count,
    saved: count,
    deleted: 0,
    unusable: 0,
  });
  const before = await people(db);
  expect(before).toHaveLength(count);
  expect(await resyncMembers(db, clerk, { pauseMs: 0 })).toMatchObject({
    people: count,
    saved: 0,
    deleted: 0,
  });
  expect(await people(db)).toEqual(before);
  expect(await verify(db)).toEqual([]);
});

test("newer states win, and older ones change nothing", async () => {
  const { db } = await testDatabase();
  await resyncMembers(db, await clerkWith([clerkUser(1), clerkUser(2)]), { pauseMs: 0 });
  const changed = await clerkWith([
    clerkUser(1, { username: "newer", updated_at: 3000 }),
    clerkUser(2, { username: "older", updated_at: 1000 }),
  ]);
  expect(await resyncMembers(db, changed, { pauseMs: 0 })).toMatchObject({ people: 2, saved: 1 });
  expect((await people(db)).map(({ handle }) => handle).sort()).toEqual(["newer", "person-2"]);
});

test("people who are gone at Clerk are recorded as deleted, and imported ones stay", async () => {
  const { db } = await testDatabase();
  const gone = await makeMember(db);
  const stays = await makeMember(db);
  await db.execute(sql`insert into "user" (id) values ('discourse:forum.example.org:ada')`);
  await db.execute(sql`
    insert into members (user_id, handle, handle_source, imported_at)
    values ('discourse:forum.example.org:ada', 'ada', 'import', now())`);
  const clerk = await clerkWith([clerkUser(1), { ...clerkUser(2), id: stays.id }]);
  expect(await resyncMembers(db, clerk, { pauseMs: 0 })).toMatchObject({ deleted: 1 });
  const deleted = (await people(db)).filter(({ isDeleted }) => isDeleted).map(({ id }) => id);
  expect(deleted).toEqual([gone.id]);
});

test("the key of another instance deletes nobody, unless the operator insists", async () => {
  const { db } = await testDatabase();
  for (let count = 0; count < 8; count += 1) await makeMember(db);
  const clerk = await clerkWith([clerkUser(1)]);
  await expect(resyncMembers(db, clerk, { pauseMs: 0 })).rejects.toThrow("Nobody was recorded as deleted.");
  expect((await people(db)).some(({ isDeleted }) => isDeleted)).toBe(false);
  expect(await resyncMembers(db, clerk, { pauseMs: 0, deleteMissing: true })).toMatchObject({ deleted: 8 });
});

test("what Clerk puts off is asked again; a key that it refuses is said plainly", async () => {
  const { db } = await testDatabase();
  const busy = await clerkWith([clerkUser(1)], { busy: 2 });
  expect(await resyncMembers(db, busy, { pauseMs: 0 })).toMatchObject({ people: 1 });
  const refused = await clerkWith([], { secretKey: "sk_test_wrong" });
  await expect(resyncMembers(db, refused)).rejects.toThrow("Clerk refuses the key in CLERK_SECRET_KEY.");
});
