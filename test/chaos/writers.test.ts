import { randomUUID } from "node:crypto";
import { describe, expect, onTestFailed, onTestFinished, test } from "vitest";
import { type Database, openDatabase } from "#app/db/client.server.ts";
import { lockThread } from "#app/db/threads.server.ts";
import { verify } from "#app/db/verify.server.ts";
import { findPgBouncer } from "#local/programs.ts";
import { makeCategory, makeReply, makeThread } from "#test/forum.ts";
import { makeMember } from "#test/people.ts";
import { faultsOf } from "./faults.ts";
import { Ledger } from "./ledger.ts";
import { startMortalPostgres } from "./mortal-postgres.ts";
import { reckon } from "./reckoning.ts";
import { newPeople, startStage } from "./stage.ts";
import { type Places, write } from "./writer.ts";

const WRITERS = 64;
const THREADS = 6;
/** Acknowledged writes between one fault and the next. */
const STRIDE = 30;

describe.skipIf(!findPgBouncer())("64 writers while everything fails", () => {
  test("what was acknowledged is there once, what was refused is not, and every counter is right", async () => {
    const database = await startMortalPostgres({ maxConnections: 30 });
    onTestFinished(database.stop);
    const people = newPeople(WRITERS);
    const stage = await startStage({ databaseUrl: database.url, people, poolSize: 10 });
    onTestFinished(stage.stop);
    const { places, seeds } = await withDatabase(database.url, async (db) => {
      for (const { id, username } of people) await makeMember(db, { id, handle: username ?? randomUUID() });
      return makePlaces(db);
    });

    const ledger = new Ledger();
    let lastFault = "none";
    onTestFailed(() =>
      console.error(`The last fault: ${lastFault}. Writes acknowledged: ${ledger.acknowledged}`),
    );
    let isOver = false;
    onTestFinished(() => {
      isOver = true;
    });
    const writing = Promise.all(
      people.map(({ id, username }, seat) =>
        write({ stage, ledger, places }, { id, handle: username ?? "" }, { seat, isOver: () => isOver }),
      ),
    );
    const failing = (async () => {
      for (const fault of faultsOf(stage, database, ledger)) {
        const before = ledger.acknowledged;
        await ledger.until(({ acknowledged }) => acknowledged >= before + STRIDE);
        lastFault = fault.name;
        await fault.strike();
      }
      const before = ledger.acknowledged;
      await ledger.until(({ acknowledged }) => acknowledged >= before + STRIDE);
      isOver = true;
    })();
    await Promise.all([failing, writing]);

    await withDatabase(database.url, async (db) => {
      expect(await reckon(db, ledger, { seeds })).toEqual([]);
      expect(await verify(db)).toEqual([]);
    });
  });
});

async function withDatabase<T>(url: string, act: (db: Database) => Promise<T>): Promise<T> {
  const db = openDatabase(url);
  try {
    return await act(db);
  } finally {
    await db.close();
  }
}

/** Threads of somebody who writes nothing more, each with a reply, and one that is locked. */
async function makePlaces(db: Database): Promise<{ places: Places; seeds: number }> {
  const author = await makeMember(db, { role: "moderator" });
  const category = await makeCategory(db);
  const threads: number[] = [];
  for (let at = 0; at <= THREADS; at += 1) {
    const thread = await makeThread(db, { author, category });
    await makeReply(db, { author, thread });
    threads.push(thread.number);
  }
  const lockedThread = threads.pop() ?? 0;
  await lockThread(db, { number: lockedThread, locked: true, by: author.id });
  return { places: { category, threads, lockedThread }, seeds: 2 * (THREADS + 1) };
}
