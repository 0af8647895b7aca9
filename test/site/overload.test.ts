import { sql } from "drizzle-orm";
import postgres from "postgres";
import { describe, expect, onTestFinished, test } from "vitest";
import { verify } from "#app/db/verify.server.ts";
import { findPgBouncer } from "#local/programs.ts";
import { makeCategory, makeReply, makeThread } from "#test/forum.ts";
import type { TestMember } from "#test/people.ts";
import { send, testSite } from "#test/site.ts";
import { readAnswer } from "./answer.ts";
import { COPY_NOTICE } from "./copies.ts";

const READS = 200;
const WRITES = 20;
const REPLIES_ON_A_PAGE = 19;

/** Members' reads that the Worker works on at a time (app/db/read-limit.server.ts). */
const PLACES = 32;

const site = await testSite({ pooled: findPgBouncer() !== null });
const category = await makeCategory(site.db);
const author = await site.makeMember();
const readers = await makeMembers(20);
const writers = await makeMembers(WRITES);
const addresses = await newAddresses(READS);

function makeMembers(count: number): Promise<TestMember[]> {
  return Promise.all(Array.from({ length: count }, () => site.makeMember()));
}

/** Threads that nobody has seen, each with a full page of replies: none of them is kept anywhere. */
async function newAddresses(count: number): Promise<string[]> {
  return Promise.all(
    Array.from({ length: count }, async () => {
      const thread = await makeThread(site.db, { author, category });
      const reply = { author, thread, body: "Words **of** a reply, with `code` and so on. ".repeat(20) };
      for (let each = 0; each < REPLIES_ON_A_PAGE; each += 1) await makeReply(site.db, reply);
      return `/t/${thread.number}/a-thread-for-a-test`;
    }),
  );
}

/** Sends a request whose session was made before, so that a crowd comes at once. */
async function ask(path: string, cookie: string, form?: Record<string, string>) {
  const { status, headers, text } = await readAnswer(await send(site.origin, path, { cookie, form }));
  const words = ["The forum is very busy just now.", "cannot reach its database", COPY_NOTICE];
  return {
    status,
    retryAfter: headers.get("Retry-After"),
    says: words.filter((each) => text.includes(each)),
  };
}

/** A member's page: read, or refused in words of its own. */
const READ = { status: 200, retryAfter: null, says: [] };
const SHED = { status: 503, retryAfter: "5", says: ["The forum is very busy just now."] };

describe.skipIf(!findPgBouncer())("more is asked than one isolate can answer", () => {
  test("200 members' reads at once, and 20 writes in the middle of them: every write is there, and nobody hears of an outage", async () => {
    const cookies = await Promise.all(
      addresses.map((_, at) => site.signIn(readers[at % readers.length] as TestMember)),
    );
    const writing = await Promise.all(writers.map((each) => site.signIn(each)));
    const thread = await makeThread(site.db, { author, category });

    const reads = addresses.map((path, at) => ask(path, cookies[at] as string));
    await Promise.race(reads);
    const writes = writing.map((cookie, at) =>
      ask(`/t/${thread.number}/replies/new`, cookie, { body: `Written in the storm: ${at}` }),
    );
    let readsAnswered = 0;
    for (const read of reads) void read.then(() => (readsAnswered += 1));
    const written = await Promise.all(writes);
    // Whoever writes does not wait behind the readers who came before.
    expect(readsAnswered).toBeLessThan(READS);
    expect(written.map(({ status }) => status)).toEqual(written.map(() => 303));
    const rows = await site.db.execute<{ body: string }>(sql`
      select r.body from thread_replies r join threads t on t.id = r.thread_id
      where t.number = ${thread.number} and r.number > 1`);
    expect(rows.map(({ body }) => body).toSorted()).toEqual(
      writers.map((_, at) => `Written in the storm: ${at}`).toSorted(),
    );

    const answers = await Promise.all(reads);
    const shed = answers.filter(({ status }) => status !== 200);
    expect(answers.filter(({ status }) => status === 200)).toEqual(
      new Array(answers.length - shed.length).fill(READ),
    );
    expect(shed).toEqual(shed.map(() => SHED));
    expect(shed.length).toBeLessThan(READS);
  });

  test("after the storm every page is there, and the circuit breaker has held nothing back", async () => {
    const cookie = await site.signIn(author);
    for (const path of addresses.slice(0, 5)) expect(await ask(path, cookie)).toEqual(READ);
    expect(site.log.filter((line) => line.includes('"why":"away"'))).toEqual([]);
    expect(await verify(site.db)).toEqual([]);
  });

  test("who hangs up keeps no place: after as many as there are places did, the next member's page is there", async () => {
    const cookie = await site.signIn(author);
    const hangUp = new AbortController();
    const holder = postgres(site.databaseUrl, { max: 1 });
    onTestFinished(() => holder.end({ timeout: 5 }));
    const connected = async () => (await site.pooler.show("clients")).length;
    await holder.begin(async (held) => {
      await held`lock table members in access exclusive mode`;
      const lost = Array.from({ length: PLACES }, () =>
        send(site.origin, "/settings", { cookie, signal: hangUp.signal }),
      );
      await expect.poll(connected).toBeGreaterThanOrEqual(PLACES);
      hangUp.abort();
      expect(new Set((await Promise.allSettled(lost)).map(({ status }) => status))).toEqual(
        new Set(["rejected"]),
      );
      // The Worker has heard of it before the lock is gone.
      expect((await site.fetch("/no/such/page")).status).toBe(404);
    });
    expect(await ask("/settings", cookie)).toEqual(READ);
  });
});
