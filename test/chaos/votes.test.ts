import { sql } from "drizzle-orm";
import { describe, expect, onTestFinished, test } from "vitest";
import { verify } from "#app/db/verify.server.ts";
import { findPgBouncer } from "#local/programs.ts";
import { makeCategory, makeThread } from "#test/forum.ts";
import { makeMember } from "#test/people.ts";
import { threadRow } from "#test/site/rows.ts";
import { startSite } from "#test/site.ts";
import { newPeople } from "./stage.ts";

const VOTERS = 1000;
const BACK_AT_ONCE = 20;

describe.skipIf(!findPgBouncer())("a hot reply, through PgBouncer", () => {
  test("1,000 members vote on it at once, and score, votes and thread are exact", async () => {
    const people = newPeople(VOTERS);
    const site = await startSite({ pooled: 20, people });
    onTestFinished(site.stop);
    const { db } = site;
    await db.execute(sql`
      with person as (
        insert into "user" (id, username, updated_at)
        select id, username, now() from json_to_recordset(${JSON.stringify(people)}::json) as p (id text, username text)
        returning id, username
      )
      insert into members (user_id, handle) select id, username from person`);
    const thread = await makeThread(db, { author: await makeMember(db), category: await makeCategory(db) });

    // A fifth of them is against it.
    const wishes = people.map(({ id }, at) => [id, at % 5 === 0 ? -1 : 1] as const);
    const vote = async ([id, value]: (typeof wishes)[number]) => {
      const form = { value: String(value) };
      const response = await site.fetch(`/t/${thread.number}/replies/1/vote`, { as: { id }, form });
      await response.arrayBuffer();
      return response.status;
    };
    const statuses = await Promise.all(wishes.map(vote));
    expect(statuses.filter((status) => ![303, 503].includes(status))).toEqual([]);
    // People whom the machine could not answer in time got a 503. They press "Try again", not all in the same moment.
    const untold = wishes.filter((_, at) => statuses[at] === 503);
    const comingBack = Array.from({ length: BACK_AT_ONCE }, async () => {
      for (let wish = untold.shift(); wish; wish = untold.shift())
        while ((await vote(wish)) !== 303)
          await expect.poll(async () => (await site.fetch("/healthz")).status).toBe(200);
    });
    await Promise.all(comingBack);

    const { score, replies } = await threadRow(db, thread.number);
    expect([score, replies[0]?.score]).toEqual([600, 600]);
    expect(replies[0]?.votes).toEqual(Object.fromEntries(wishes));
    expect(await verify(db)).toEqual([]);
  });
});
