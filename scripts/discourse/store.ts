import type postgres from "postgres";
import { Problem } from "../problem.ts";
import type { Ids } from "./ids.ts";
import type { SurveyedTopic } from "./survey.ts";
import type { ThreadRows } from "./thread-rows.ts";

/** The numbers of the threads that are here already, by topic id. */
export async function storedNumbers(
  sql: postgres.Sql,
  ids: Ids,
  topics: ReadonlyMap<number, SurveyedTopic>,
): Promise<Map<number, number>> {
  const wanted = JSON.stringify([...topics.keys()].map((topic) => ({ topic, id: ids.thread(topic) })));
  const rows = await sql<{ topic: number; number: number }[]>`
    select wanted.topic, t.number::integer as number
    from jsonb_to_recordset(${wanted}::text::jsonb) as wanted (topic integer, id uuid)
    join threads t on t.id = wanted.id`;
  return new Map(rows.map(({ topic, number }) => [topic, number]));
}

/**
 * Gives every topic its thread's number before the first is written, so that links can point to threads that come
 * later in the file. Threads get a block of numbers in the order in which they were begun. A run that was
 * interrupted has left its block in the threads that it wrote: the rest get the numbers that links already name.
 * @returns the numbers by topic id, those of `stored` among them
 */
export async function numberThreads(
  sql: postgres.Sql,
  topics: ReadonlyMap<number, SurveyedTopic>,
  stored: ReadonlyMap<number, number>,
): Promise<Map<number, number>> {
  const ranked = [...topics.values()]
    .sort((a, b) => (a.createdAt < b.createdAt ? -1 : a.createdAt > b.createdAt ? 1 : a.id - b.id))
    .map(({ id }, rank) => ({ id, rank }));
  const missing = ranked.filter(({ id }) => !stored.has(id));
  const offsets = new Set<number>();
  for (const { id, rank } of ranked) {
    const number = stored.get(id);
    if (number !== undefined) offsets.add(number - rank);
  }
  const [offset] = offsets;
  const isOneBlock = offset !== undefined && offsets.size === 1;
  const earlier = isOneBlock ? missing.map(({ rank }) => rank + offset) : null;
  const numbers = missing.length > 0 ? await reserveNumbers(sql, missing.length, earlier) : [];
  return new Map([...stored, ...missing.map(({ id }, index) => [id, numbers[index] ?? 0] as const)]);
}

/**
 * Takes numbers out of the sequence: the wanted ones where they are all free, else a block of new ones. The table is
 * locked meanwhile, since a new thread would get one of them.
 */
export async function reserveNumbers(
  sql: postgres.Sql,
  count: number,
  wanted: number[] | null,
): Promise<number[]> {
  return sql.begin(async (sql) => {
    await sql`lock table threads in share row exclusive mode`;
    const [row] = await sql<{ last: number; taken: number }[]>`
      select
        greatest(pg_sequence_last_value(pg_get_serial_sequence('threads', 'number')), max(number), 0)::integer as last,
        (count(*) filter (where number = any (${`{${(wanted ?? []).join()}}`}::bigint[])))::integer as taken
      from threads`;
    const last = row?.last ?? 0;
    const isFree = wanted !== null && row?.taken === 0 && wanted.every((number) => number > 0);
    const numbers = isFree ? wanted : Array.from({ length: count }, (_, index) => last + 1 + index);
    const highest = Math.max(last, numbers.at(-1) ?? 0);
    await sql`select setval(pg_get_serial_sequence('threads', 'number'), ${highest})`;
    return numbers;
  });
}

/**
 * Writes threads with their replies and votes, and counts them in their categories: all or nothing. A thread that is
 * here already is left as it is, with what members have added to it since.
 * @throws Problem when a category that the batch goes to is no longer there
 */
export async function storeThreads(sql: postgres.Sql, batch: ThreadRows[]): Promise<void> {
  const threads = JSON.stringify(batch.map(({ thread }) => thread));
  const replies = JSON.stringify(batch.flatMap((rows) => rows.replies));
  const votes = JSON.stringify(batch.flatMap((rows) => rows.votes));
  await sql.begin(async (sql) => {
    await lockCategories(sql, batch);
    await sql`
      insert into threads (id, number, category_id, author_id, title, status, status_set_at, status_set_by, is_pinned,
        pinned_at, last_number, reply_count, score, last_activity_at, accepted_number, created_at)
      overriding system value
      select id, number, category_id, author_id, title, status, status_set_at, status_set_by, is_pinned,
        pinned_at, last_number, reply_count, score, last_activity_at, accepted_number, created_at
      from jsonb_populate_recordset(null::threads, ${threads}::text::jsonb)`;
    await sql`
      insert into thread_replies (id, thread_id, author_id, number, reply_to_number, body, body_html, renderer_version,
        score, starting_score, revision, edited_at, deleted_at, created_at)
      select id, thread_id, author_id, number, reply_to_number, body, body_html, renderer_version,
        score, starting_score, revision, edited_at, deleted_at, created_at
      from jsonb_populate_recordset(null::thread_replies, ${replies}::text::jsonb)`;
    await sql`
      insert into reply_votes (id, reply_id, voter_id, value, created_at)
      select id, reply_id, voter_id, value, created_at
      from jsonb_populate_recordset(null::reply_votes, ${votes}::text::jsonb)`;
    await sql`
      update categories c
      set thread_count = c.thread_count + added.threads, reply_count = c.reply_count + added.replies
      from (
        select category_id, count(*) as threads, sum(reply_count) as replies
        from jsonb_populate_recordset(null::threads, ${threads}::text::jsonb)
        group by category_id
      ) added
      where c.id = added.category_id`;
  });
}

/**
 * Keeps the categories of a batch from being merged or removed until it is written. In the order of their keys, as a merge
 * locks its two: the rows themselves would ask for them in the order of their threads.
 */
async function lockCategories(sql: postgres.TransactionSql, batch: ThreadRows[]): Promise<void> {
  const wanted = [...new Set(batch.map(({ thread }) => thread.category_id))];
  const rows = await sql`
    select 1 from categories
    where id in (select id::uuid from jsonb_array_elements_text(${JSON.stringify(wanted)}::text::jsonb) as wanted (id))
    order by id
    for key share`;
  if (rows.length < wanted.length)
    throw new Problem(
      "A category was merged or removed while its threads were brought. Run it again: it goes on where it stopped.",
    );
}
