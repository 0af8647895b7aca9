import { expect, test } from "vitest";
import { recordClerkEvent } from "#app/db/identity.server.ts";
import { verify } from "#app/db/verify.server.ts";
import { readClerkEvent } from "#app/domain/clerk-event.ts";
import { testForum } from "#test/database.ts";
import { personEvent } from "../clerk/webhooks.ts";
import { demoPeople } from "./people.ts";
import { seedDemo } from "./seed.ts";

const NOW = Date.UTC(2026, 10, 22);

test("the demo forum is sound, is put in once, and lies in the past", async () => {
  const { url, sql, db } = await testForum();

  await seedDemo(url, NOW);
  await seedDemo(url, NOW);

  expect(await verify(db)).toEqual([]);
  const [counts] = await sql`
    select (select count(*)::int from threads) as threads, (select max(reply_count) from threads) as longest,
      (select count(*)::int from threads where status = 'locked') as locked,
      (select count(*)::int from threads where is_pinned) as pinned,
      (select count(*)::int from thread_replies where deleted_at is not null) as deleted`;
  expect(counts).toEqual({ threads: 20, longest: 47, locked: 1, pinned: 1, deleted: 1 });
  const impossible = await sql`
    select r.number from thread_replies r join members m on m.user_id = r.author_id
    where r.created_at > ${new Date(NOW).toISOString()} or r.created_at < m.created_at`;
  expect([...impossible]).toEqual([]);
});

test("its people are those of the stand-in for Clerk, whose events change nothing more", async () => {
  const { url, db } = await testForum();
  await seedDemo(url, NOW);
  for (const person of demoPeople(NOW)) {
    const event = await readClerkEvent(
      personEvent("user.created", { ...person, updatedAt: person.createdAt }),
    );
    expect(event?.kind === "saved" && (await recordClerkEvent(db, event))).toBe("stale");
  }
});
