import { setTimeout as delay } from "node:timers/promises";
import type { ClerkClient, User } from "@clerk/backend";
import { isClerkAPIResponseError } from "@clerk/backend/errors";
import { sql } from "drizzle-orm";
import type { Database } from "#app/db/client.server.ts";
import { recordClerkEvent } from "#app/db/identity.server.ts";
import { personFromUser } from "#app/domain/clerk-event.ts";
import { Problem } from "./problem.ts";

/** People on a page of Clerk's list: as many ids as one request may also ask for by name. */
export const PAGE_SIZE = 100;
/** A page is two requests (the list and its count), and Clerk allows 1,000 in 10 s: this stays far below. */
const PAUSE_MS = 250;
/** How often a request that Clerk puts off (429) is sent again. */
const RETRIES_MAX = 5;
/** Above this many missing people, or this share of all, it is rather the wrong Clerk instance. */
const MISSING_MAX = 5;
const MISSING_SHARE = 0.1;

export type ResyncReport = {
  /** People that Clerk named. */
  people: number;
  /** Of those, the ones that were new here or newer than what stood here. */
  saved: number;
  /** People of this forum whose account at Clerk is gone. */
  deleted: number;
  /** Users of Clerk that cannot be read as people. */
  unusable: number;
};

type Options = {
  /** Record as deleted however many are missing. */
  deleteMissing?: boolean;
  /** Called after each page with the people read so far. */
  onPage?: (people: number) => void;
  pauseMs?: number;
};

/**
 * Reads Clerk's whole user list through the function that the webhooks use, for the day that webhooks were lost.
 * People whom Clerk no longer knows are recorded as deleted, which is final, so they are asked for by id first.
 * Imported people are left alone: Clerk never knew them.
 * @throws Problem when Clerk cannot be reached or refuses, or when suspiciously many people are missing there
 */
export async function resyncMembers(
  db: Database,
  clerk: Pick<ClerkClient, "users">,
  { deleteMissing = false, onPage = () => {}, pauseMs = PAUSE_MS }: Options = {},
): Promise<ResyncReport> {
  const report: ResyncReport = { people: 0, saved: 0, deleted: 0, unusable: 0 };
  const seen = new Set<string>();
  for (let offset = 0; ; offset += PAGE_SIZE) {
    const page = await listUsers(clerk, { limit: PAGE_SIZE, offset, orderBy: "+created_at" });
    for (const user of page) {
      seen.add(user.id);
      await record(db, user, report);
    }
    onPage(report.people);
    if (page.length < PAGE_SIZE) break;
    await delay(pauseMs);
  }
  const known = await listKnownIds(db);
  const unseen = known.filter((id) => !seen.has(id));
  const missing = await findMissing(db, clerk, unseen, report, pauseMs);
  if (!deleteMissing) refuseSuspicious(missing.length, known.length);
  for (const id of missing) {
    await recordClerkEvent(db, { kind: "deleted", id, deletedAt: new Date() });
    report.deleted += 1;
  }
  return report;
}

async function record(db: Database, user: User, report: ResyncReport): Promise<void> {
  const person = await personFromUser(user.raw);
  if (person.kind === "unusable") {
    report.unusable += 1;
    return;
  }
  report.people += 1;
  if ((await recordClerkEvent(db, person)) === "saved") report.saved += 1;
}

async function listKnownIds(db: Database): Promise<string[]> {
  const rows = await db.execute<{ id: string }>(sql`
    select u.id from "user" u
    left join members m on m.user_id = u.id
    where u.deleted_at is null and m.imported_at is null
    order by u.id`);
  return rows.map(({ id }) => id);
}

/** Asks for people by id who were not on the list: they may have moved between two pages while it was read. */
async function findMissing(
  db: Database,
  clerk: Pick<ClerkClient, "users">,
  ids: string[],
  report: ResyncReport,
  pauseMs: number,
): Promise<string[]> {
  const missing: string[] = [];
  for (let start = 0; start < ids.length; start += PAGE_SIZE) {
    await delay(pauseMs);
    const asked = ids.slice(start, start + PAGE_SIZE);
    const users = await listUsers(clerk, { limit: PAGE_SIZE, userId: asked });
    for (const user of users) await record(db, user, report);
    const found = new Set(users.map(({ id }) => id));
    missing.push(...asked.filter((id) => !found.has(id)));
  }
  return missing;
}

/** The secret key of another instance would make everyone look deleted, and deletion cannot be undone. */
function refuseSuspicious(missing: number, known: number): void {
  const isEveryone = missing > 0 && missing === known;
  if (!isEveryone && missing <= Math.max(MISSING_MAX, known * MISSING_SHARE)) return;
  throw new Problem(
    `Clerk does not know ${missing} of this forum's ${known} people: is CLERK_SECRET_KEY the key of this forum's ` +
      "instance? If they really are gone, run this again with --delete-missing. Nobody was recorded as deleted.",
  );
}

async function listUsers(
  clerk: Pick<ClerkClient, "users">,
  query: Parameters<ClerkClient["users"]["getUserList"]>[0],
): Promise<User[]> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return (await clerk.users.getUserList(query)).data;
    } catch (error) {
      if (!isClerkAPIResponseError(error) || error.status !== 429 || attempt > RETRIES_MAX)
        throw explainClerk(error);
      await delay((error.retryAfter ?? 1) * 1000);
    }
  }
}

function explainClerk(error: unknown): Problem {
  if (!isClerkAPIResponseError(error))
    return new Problem(`Clerk cannot be reached: ${error instanceof Error ? error.message : error}`);
  if (error.status === 401) return new Problem("Clerk refuses the key in CLERK_SECRET_KEY.");
  const said = error.errors[0]?.message ?? error.message;
  return new Problem(`Clerk cannot answer now (${error.status || "no answer"}): ${said}`);
}
