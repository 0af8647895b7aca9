import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { decodeCursor } from "#app/domain/cursor.ts";
import { PINNED_AT_HOME, THREADS_PER_PAGE } from "#app/domain/limits.ts";
import { SORTS, type Sort } from "#app/domain/paging.ts";
import type { ThreadSummary } from "#app/domain/views.ts";
import { readMemberQuery, takePage } from "#app/request/list-query.server.ts";
import { testDatabase } from "#test/database.ts";
import { makeCategory } from "#test/forum.ts";
import { makeMember } from "#test/people.ts";
import { getMemberPage } from "./members.server.ts";
import { getCategoryPage, getHomePage } from "./threads.server.ts";

const { db } = await testDatabase();
const category = await makeCategory(db);
const other = await makeCategory(db);
const author = await makeMember(db);

const THREADS = 330;
const PAGES_MAX = 100;

// Three moments, a microsecond apart, and four scores for all of them: almost every key is many threads' key.
await db.execute(sql`
  with made as (
    insert into threads (id, category_id, author_id, title, is_pinned, score, created_at, last_activity_at, last_number,
      deleted_at, deleted_by)
    select gen_random_uuid(), c.id, ${author.id}, 'Thread ' || n, n % 11 = 0, n % 4 - 1,
      timestamptz '2026-01-01 12:00:00.000001+00' + (n % 3) * interval '1 microsecond',
      timestamptz '2026-01-02 12:00:00.000001+00' + (n % 2) * interval '1 microsecond', 2,
      case when n % 17 = 0 then now() end, case when n % 17 = 0 then ${author.id} end
    from generate_series(1, ${THREADS}::integer) n
    join categories c on c.slug = case when n % 5 = 0 then ${other} else ${category} end
    returning id, created_at, last_activity_at
  )
  insert into thread_replies (id, thread_id, author_id, number, body, body_html, renderer_version, created_at)
  select gen_random_uuid(), made.id, ${author.id}, number, 'Text', '<p>Text</p>', 1::smallint, made.last_activity_at
  from made cross join generate_series(1, 2) number`);

/** The numbers of the threads that a list should have, in its order, from the base rows alone. */
async function expected(slug: string | null, sort: Sort): Promise<number[]> {
  const key = { latest: sql`t.last_activity_at`, new: sql`t.created_at`, top: sql`t.score` }[sort];
  const rows = await db.execute<{ number: number }>(sql`
    select t.number::integer as number from threads t join categories c on c.id = t.category_id
    where t.deleted_at is null and (${slug}::text is null or c.slug = ${slug})
    order by ${slug ? sql`t.is_pinned desc,` : sql``} ${key} desc, t.number desc`);
  return rows.map(({ number }) => number);
}

/** Follows a list's pages to its end, as its links do; answers the numbers on them. */
async function walk(
  sort: Sort,
  read: (after: ReturnType<typeof decodeCursor>) => Promise<ThreadSummary[]>,
): Promise<number[]> {
  const numbers: number[] = [];
  let next: string | null = null;
  for (let pages = 1; pages <= PAGES_MAX; pages += 1) {
    const page = takePage(await read(next === null ? null : decodeCursor(next, sort)), sort);
    numbers.push(...page.threads.map(({ number }) => number));
    next = page.next;
    if (next === null) return numbers;
  }
  throw new Error(`The list has not ended after ${PAGES_MAX} pages`);
}

test.each(SORTS)(
  "the pages of the home page by %s have every thread once, in order, after pins",
  async (sort) => {
    const numbers = await walk(sort, async (after) => (await getHomePage(db, { sort, after })).threads);
    const all = await expected(null, sort);
    const pins = new Set(numbers.slice(0, PINNED_AT_HOME));
    const isOther = (number: number) => !pins.has(number);
    expect(pins.size).toBe(PINNED_AT_HOME);
    expect(numbers.filter(isOther)).toEqual(all.filter(isOther));
    // Those that are pinned stand in their places too, but for the page that begins with them.
    expect(numbers.slice(THREADS_PER_PAGE)).toEqual(all.slice(-(numbers.length - THREADS_PER_PAGE)));
    expect(numbers.length).toBeGreaterThan(300);
  },
);

test.each(SORTS)(
  "the pages of a category by %s have each of its threads once, pinned first",
  async (sort) => {
    const read = async (after: ReturnType<typeof decodeCursor>) =>
      (await getCategoryPage(db, category, { sort, after }))?.threads ?? [];
    const numbers = await walk(sort, read);
    expect(numbers).toEqual(await expected(category, sort));
    expect(numbers.length).toBeGreaterThan(200);
  },
);

/** Follows the pages of a member's list, by the address that each page links to. */
async function walkMember(show: "threads" | "replies"): Promise<string[]> {
  const entries: string[] = [];
  const address = new URL(`http://localhost/u/x?show=${show}`);
  for (let pages = 1; pages <= PAGES_MAX; pages += 1) {
    const page = await getMemberPage(db, author.handle, readMemberQuery(address.searchParams));
    const listed = page?.[show] ?? [];
    const shown = listed.slice(0, 25);
    entries.push(
      ...shown.map((entry) =>
        "thread" in entry ? `${entry.thread.number}#${entry.number}` : `${entry.number}`,
      ),
    );
    const last = shown.at(-1);
    if (!last || listed.length <= shown.length) return entries;
    address.searchParams.set("before", last.createdAt);
    address.searchParams.set("id", "id" in last ? last.id : String(last.number));
  }
  throw new Error(`The list has not ended after ${PAGES_MAX} pages`);
}

test("the pages of a member's threads have each once, newest first", async () => {
  const rows = await db.execute<{ entry: string }>(sql`
    select number::text as entry from threads where deleted_at is null order by created_at desc, number desc`);
  expect(await walkMember("threads")).toEqual(rows.map(({ entry }) => entry));
});

test("the pages of a member's replies have each once, newest first", async () => {
  const rows = await db.execute<{ entry: string }>(sql`
    select t.number || '#' || r.number as entry from thread_replies r join threads t on t.id = r.thread_id
    where r.number > 1 and t.deleted_at is null order by r.created_at desc, r.id desc`);
  expect(rows.length).toBeGreaterThan(300);
  expect(await walkMember("replies")).toEqual(rows.map(({ entry }) => entry));
});
