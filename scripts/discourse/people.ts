import { createHash } from "node:crypto";
import type postgres from "postgres";
import { HANDLE_MAX } from "#app/domain/limits.ts";
import { SettingsForm } from "#app/domain/settings.ts";
import { cleanLine, handleFromName } from "#app/domain/text.ts";
import type { Ids } from "./ids.ts";
import { NOTES, type Notes } from "./notes.ts";
import type { SurveyedPerson } from "./survey.ts";

/** How often handles are chosen anew because somebody took one in that moment, or gave one up. */
const ROUNDS_MAX = 5;

type Newcomer = SurveyedPerson & { id: string };

/**
 * Makes rows for the people of an old forum, as plain members whom nobody can sign in as. Who is there already stays
 * as they are.
 * @returns handles by user name in lower case, and how many people are new
 */
export async function storePeople(
  sql: postgres.Sql,
  ids: Ids,
  people: Iterable<SurveyedPerson>,
  notes: Notes,
): Promise<{ handles: Map<string, string>; added: number }> {
  const everyone = [...people].map((person) => ({ ...person, id: ids.person(person.username) }));
  const before = await storedHandles(sql, everyone);
  for (let round = 1; ; round += 1) {
    const stored = await storedHandles(sql, everyone);
    const newcomers = everyone.filter(({ id }) => !stored.has(id));
    if (newcomers.length === 0) return finish(everyone, stored, before, notes);
    if (round > ROUNDS_MAX) throw new Error(`No handle could be kept for ${newcomers[0]?.username}`);
    await insertPeople(sql, newcomers, chooseHandles(newcomers, await takenHandles(sql)));
  }
}

function finish(
  everyone: Newcomer[],
  stored: Map<string, string>,
  before: Map<string, string>,
  notes: Notes,
) {
  const handles = new Map<string, string>();
  let added = 0;
  for (const { id, username } of everyone) {
    const handle = stored.get(id) ?? "";
    handles.set(username.toLowerCase(), handle);
    if (before.has(id)) continue;
    added += 1;
    if (handle !== username) notes.add(NOTES.handle, `${username} is ${handle}`);
  }
  return { handles, added };
}

async function storedHandles(sql: postgres.Sql, people: Newcomer[]): Promise<Map<string, string>> {
  const ids = JSON.stringify(people.map(({ id }) => id));
  const rows = await sql<{ id: string; handle: string }[]>`
    select m.user_id as id, m.handle
    from members m
    join jsonb_array_elements_text(${ids}::text::jsonb) wanted (id) on wanted.id = m.user_id`;
  return new Map(rows.map(({ id, handle }) => [id, handle]));
}

/** The handles that somebody has, in lower case, and the hashes of those that are kept for somebody. */
async function takenHandles(sql: postgres.Sql): Promise<Set<string>> {
  const rows = await sql<{ handle: string }[]>`
    select lower(handle) as handle from members
    union all select handle_hash from former_handles where free_on is null or free_on > current_date`;
  return new Set(rows.map(({ handle }) => handle));
}

async function insertPeople(sql: postgres.Sql, people: Newcomer[], handles: Map<string, string>) {
  const rows = people.map((person) => ({
    id: person.id,
    handle: handles.get(person.id),
    username: cleanLine(person.username),
    name: cleanLine(person.name) === person.username ? null : cleanLine(person.name) || null,
    since: person.since,
  }));
  await sql`
    with person as (
      select * from jsonb_to_recordset(${JSON.stringify(rows)}::text::jsonb)
        as given (id text, handle text, username text, name text, since timestamptz)
    ), mirrored as (
      insert into "user" (id, username, first_name, created_at)
      select id, username, name, since from person
      on conflict do nothing
    )
    insert into members (user_id, handle, handle_source, imported_at, created_at)
    select id, handle, 'import', now(), since from person
    where not exists (
      select from former_handles f
      where f.handle_hash = hash_of_handle(person.handle) and (f.free_on is null or f.free_on > current_date))
    on conflict do nothing`;
}

/**
 * Handles for people, the same for the same people whatever the order: a user name that is a handle keeps its form and
 * comes first, then whoever was there longer; who comes too late gets a number.
 * @param taken handles in lower case, or their hashes (`hash_of_handle`); the new ones are added
 * @returns handles by person's id
 */
export function chooseHandles(people: Newcomer[], taken: Set<string>): Map<string, string> {
  const wishes = people
    .map((person) => ({ ...person, ...wish(person) }))
    .sort(
      (a, b) => Number(b.isExact) - Number(a.isExact) || compare(a.since, b.since) || compare(a.id, b.id),
    );
  return new Map(
    wishes.map(({ id, handle }) => {
      const free = firstFree(handle, taken);
      taken.add(free.toLowerCase());
      return [id, free];
    }),
  );
}

/** `Some_Name` keeps its capitals as `Some-Name`; what is not written in Latin letters goes by a hash. */
function wish({ id, username }: Newcomer): { handle: string; isExact: boolean } {
  const hyphenated = username.replace(/[_.-]+/g, "-").replace(/^-|-$/g, "");
  for (const handle of [username, hyphenated])
    if (SettingsForm.shape.handle.safeParse(handle).success) return { handle, isExact: handle === username };
  const handle =
    handleFromName(username) ?? handleFromName(`member-${username}`) ?? `member-${hashOf(id).slice(0, 8)}`;
  return { handle, isExact: false };
}

function firstFree(handle: string, taken: ReadonlySet<string>): string {
  for (let number = 1; ; number += 1) {
    const suffix = number === 1 ? "" : `-${number}`;
    const candidate = handle.slice(0, HANDLE_MAX - suffix.length).replace(/-$/, "") + suffix;
    const lower = candidate.toLowerCase();
    if (!taken.has(lower) && !taken.has(hashOf(lower))) return candidate;
  }
}

/** SHA-256 in hexadecimal digits. */
function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
