import { type SQL, sql } from "drizzle-orm";
import type { DeletedPerson, PersonEvent, SavedPerson } from "#app/domain/clerk-event.ts";
import { sha256 } from "#app/domain/hash.ts";
import { HANDLE_MAX } from "#app/domain/limits.ts";
import { handleFromName } from "#app/domain/text.ts";
import type { Database } from "./client.server.ts";
import { isTaken } from "./handles.server.ts";
import { integer, word } from "./statements.server.ts";
import { EVENTS, eventOf, recordEvents, retryOvertaken, write } from "./write.server.ts";

/** What an event did: `stale` says that something newer, or the deletion, stands already. */
export type Recorded = "saved" | "stale" | "deleted";

/** Losing the race for a handle once is bad luck. The one that is left then carries the person's own hash. */
const ATTEMPTS_MAX = 5;

/**
 * Stores what Clerk says of a person, in one statement. Any order, any repetition and any concurrency of a
 * person's events end in the same rows, because what is kept is the greatest of a total order: states by
 * (`updated_at`, `sync_tie`), and the deletion above them all. Greatest-of does not depend on the order.
 * A state that is stored and changes what pages show of the person, and the first deletion, say so with an event of ours
 * (app/domain/events.ts).
 *
 * It holds under concurrency because `insert … on conflict do update … where` locks the person's row and compares
 * with its newest version, also where a first look would have found no row or an older one. Only the statement that
 * holds that lock goes on to `members`. So the handle always belongs to the state that stands.
 *
 * The handle depends on other people too: who comes second to a taken one gets a suffix made of their id.
 */
export async function recordClerkEvent(db: Database, event: PersonEvent): Promise<Recorded> {
  return event.kind === "deleted" ? recordDeletion(db, event) : recordState(db, event);
}

async function recordState(db: Database, person: SavedPerson): Promise<"saved" | "stale"> {
  const { handles, source } = await handlesOf(person);
  const saved = await untilHandleIsFree(() =>
    write(
      db,
      sql`
      with before as materialized (
        select u.first_name, u.last_name, u.image_url, m.handle from "user" u join members m on m.user_id = u.id
        where u.id = ${person.id} for no key update of u, m
      ), ready as (select count(*) from before), person as (
        insert into "user" as u (id, email, first_name, last_name, username, image_url, updated_at, sync_tie)
        select ${person.id}, ${person.email}, ${person.firstName}, ${person.lastName}, ${person.username},
          ${person.imageUrl}, ${person.updatedAt.toISOString()}::timestamptz, ${person.tie} from ready
        on conflict (id) do update set email = excluded.email, first_name = excluded.first_name,
          last_name = excluded.last_name, username = excluded.username, image_url = excluded.image_url,
          updated_at = excluded.updated_at, sync_tie = excluded.sync_tie
        where u.deleted_at is null
          and (excluded.updated_at, excluded.sync_tie collate "C")
            > (coalesce(u.updated_at, '-infinity'), u.sync_tie collate "C")
        returning id, first_name, last_name, image_url
      ), member as (
        insert into members as m (user_id, handle, handle_source)
        select person.id, ${firstFree(handles, person.id)}, ${source} from person
        on conflict (user_id) do update set handle = excluded.handle, handle_source = excluded.handle_source
        where m.handle_source in ('placeholder', 'clerk')
        returning handle
      ), changed as (
        select person.id from person left join before b on true left join member on true
        where b.handle is null or (person.first_name, person.last_name, person.image_url, coalesce(member.handle, b.handle))
          is distinct from (b.first_name, b.last_name, b.image_url, b.handle)
      ), ${recordEvents(eventOf("member-changed", { member: sql`id` }, sql`from changed`))}
      select null as refusal, ${EVENTS} from person`,
    ),
  );
  return saved.outcome === "done" ? "saved" : "stale";
}

/**
 * Erases the person in place. The row stays, because what they wrote and others answered refers to it, and because
 * it is what keeps late events out. A suspension goes too: its reason is about the person, and nobody is left to hold.
 * So do the words that their edits replaced, and what moderators said of them; `erase_words` (drizzle/0005) is called
 * under the lock on both of their rows. A repetition changes nothing but the time, to the earliest.
 */
async function recordDeletion(db: Database, { id, deletedAt }: DeletedPerson): Promise<"deleted"> {
  const handles = (await hashes(id)).map((hash) => `deleted-${hash}`);
  await untilHandleIsFree(() =>
    write(
      db,
      sql`
      with person as (
        insert into "user" as u (id, deleted_at) values (${id}, ${deletedAt.toISOString()}::timestamptz)
        on conflict (id) do update set email = null, first_name = null, last_name = null, username = null,
          image_url = null, updated_at = null, sync_tie = '', deleted_at = least(u.deleted_at, excluded.deleted_at)
        returning id
      ), member as (
        insert into members as m (user_id, handle, handle_source)
        select person.id, ${firstFree(handles, id)}, 'deleted' from person
        on conflict (user_id) do update set handle = excluded.handle, handle_source = excluded.handle_source,
          role = default, role_set_at = null, suspended_until = null, suspended_at = null, suspended_by = null,
          suspension_reason = null, color_scheme = default, date_style = default,
          language = default, pictures_as_links = default
        where m.handle_source <> 'deleted'
        returning user_id
      ), ${recordEvents(eventOf("member-deleted", { member: sql`user_id` }, sql`from member`))}
      select null as refusal, ${EVENTS}, erase_words(user_id) as erased from member`,
    ),
  );
  return "deleted";
}

/**
 * Makes the rows of someone who is signed in, and of whom no event has come yet. One statement; where rows exist,
 * a deleted person's among them, it changes nothing. Without an `updated_at` it is older than every event.
 */
export async function ensureMember(db: Database, userId: string): Promise<void> {
  const handles = await placeholders(userId);
  await untilHandleIsFree(() =>
    // Counting makes the first insert come first: rows are then locked in the order in which events lock them.
    write(
      db,
      sql`
      with person as (
        insert into "user" (id) values (${word(userId)}) on conflict (id) do nothing returning id
      ), ready as (select count(*) from person), member as (
        insert into members (user_id, handle, handle_source)
        select ${word(userId)}, ${firstFree(handles, userId)}, 'placeholder' from ready
        on conflict (user_id) do nothing
        returning user_id
      ), ${recordEvents(eventOf("member-changed", { member: sql`user_id` }, sql`from member`))}
      select null as refusal, ${EVENTS} from member`,
    ),
  );
}

/** The handles that a person may get, best first; the later ones carry a hash of the id, and nothing of the email. */
async function handlesOf(
  person: SavedPerson,
): Promise<{ handles: string[]; source: "clerk" | "placeholder" }> {
  const name = [person.firstName, person.lastName].filter((part) => part !== null).join(" ");
  const base = handleFromName(person.username) ?? handleFromName(name);
  const last = await placeholders(person.id);
  if (base === null) return { handles: last, source: "placeholder" };
  const hash = await sha256(person.id);
  const suffixed = [4, 6].map((digits) => withSuffix(base, hash.slice(0, digits)));
  return { handles: [base, ...suffixed, ...last], source: "clerk" };
}

function withSuffix(base: string, suffix: string): string {
  const room = HANDLE_MAX - suffix.length - 1;
  return `${base.slice(0, room).replace(/-$/, "")}-${suffix}`;
}

async function placeholders(userId: string): Promise<string[]> {
  return (await hashes(userId)).map((hash) => `member-${hash}`);
}

/** Two lengths, should somebody have taken the first on purpose. The second fits HANDLE_MAX after `deleted-`. */
async function hashes(userId: string): Promise<[string, string]> {
  const hash = await sha256(userId);
  return [hash.slice(0, 12), hash.slice(0, 22)];
}

/** The first of `handles` that is nobody else's, and kept for nobody else. */
function firstFree(handles: string[], userId: string): SQL {
  const rows = handles.map((handle, rank) => sql`(${integer(rank)}, ${word(handle)})`);
  return sql`(
    select wanted.handle from (values ${sql.join(rows, sql`, `)}) as wanted (rank, handle)
    where not ${isTaken(sql`wanted.handle`, word(userId))}
    order by wanted.rank
    limit 1)`;
}

/**
 * Runs a statement again where somebody took the same handle between its look and its write. The unique index makes
 * the slower one wait for the faster, so the next look sees who has it.
 */
function untilHandleIsFree<T>(attempt: () => Promise<T>): Promise<T> {
  return retryOvertaken(["members_handle_key"], ATTEMPTS_MAX, attempt);
}
