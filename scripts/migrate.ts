import { fileURLToPath } from "node:url";
import { drizzle } from "drizzle-orm/postgres-js";
import { migrate as applyMigrations } from "drizzle-orm/postgres-js/migrator";
import { installReads } from "#app/db/installed-reads.server.ts";
import { causesOf } from "#app/domain/causes.ts";
import { connect } from "./connection.ts";
import { Problem, reportFailure } from "./problem.ts";

const MIGRATIONS = fileURLToPath(new URL("../drizzle", import.meta.url));

/** The advisory lock that every migration takes. The number is of no meaning, and must stay the same. */
const LOCK_KEY = 7_302_193_884;
/** How long to wait for somebody else's migration to end. */
const TURN_TIMEOUT = "10min";
/** How long a migration may wait for a table that is in use: the forum's own statements queue up behind it. */
const TABLE_TIMEOUT = "5s";

/**
 * Brings the database's tables up to date, all or nothing, and then the functions that pages are read by. Safe to run twice and at once: an advisory lock on the
 * one connection makes everyone else wait, and they then find nothing left to do.
 * @param url the direct address: a pooler in transaction mode would leave the lock with the wrong connection
 * @throws Problem when the database cannot be reached, or a table stays in use
 */
export async function migrate(url: string): Promise<void> {
  const { sql, db, close } = await connect(url, { settings: { lock_timeout: TURN_TIMEOUT } });
  try {
    await sql`select pg_advisory_lock(${LOCK_KEY})`;
    await sql`select set_config('lock_timeout', ${TABLE_TIMEOUT}, false)`;
    await applyMigrations(drizzle({ client: sql }), { migrationsFolder: MIGRATIONS });
    await sql`begin`;
    await installReads(db);
    await sql`commit`;
  } catch (error) {
    throw explainTimeout(error);
  } finally {
    await close();
  }
}

/** SQLSTATE 55P03, lock_not_available (PostgreSQL manual, appendix A). */
function explainTimeout(error: unknown): unknown {
  for (const cause of causesOf(error))
    if ("code" in cause && cause.code === "55P03")
      return new Problem(
        `A lock was not free in time, and nothing was changed. Run this again. (${cause.message})`,
      );
  return error;
}

/** The address that migrations use: the direct one where there is one. */
function directUrl(): string {
  const url = process.env.DATABASE_URL_UNPOOLED || process.env.DATABASE_URL;
  if (url) return url;
  throw new Problem(
    "Which database? Set DATABASE_URL_UNPOOLED (or DATABASE_URL) to its direct address. `npm start` migrates its own.",
  );
}

if (import.meta.main) {
  try {
    await migrate(directUrl());
    console.log("The database is up to date.");
  } catch (error) {
    reportFailure(error);
  }
}
