import { type SQL, sql } from "drizzle-orm";
import { v7 as uuidv7 } from "uuid";
import type { Cursor } from "#app/domain/cursor.ts";
import type { ShowElsewhere } from "#app/domain/elsewhere.ts";
import { PINNED_AT_HOME, REPLIES_PER_PAGE, THREADS_PER_PAGE } from "#app/domain/limits.ts";
import { RENDERER_VERSION, renderMarkdown } from "#app/domain/markdown.ts";
import type { Outcome } from "#app/domain/outcome.ts";
import { SORTS, type Sort } from "#app/domain/paging.ts";
import type { CategoryName, CategoryPage, HomePage, ThreadPage } from "#app/domain/views.ts";
import { CATEGORY_INTRODUCTIONS, CATEGORY_NAME, CATEGORY_NAMES, categoryAt } from "./categories.server.ts";
import type { Database } from "./client.server.ts";
import { forEveryone, type Public } from "./public.server.ts";
import { defineRead } from "./reads.server.ts";
import { moderateRefusal, personOf, writeRefusal } from "./refusals.server.ts";
import { boolean, integer, nullable, timestamp, word } from "./statements.server.ts";
import { EVENTS, eventOf, recordEvents, retryOvertaken, write } from "./write.server.ts";

/** What a list is ordered by, and what a cursor's key is read as; an index stands behind each (app/db/schema.server.ts). */
const ORDERS = {
  latest: { key: sql`t.last_activity_at`, kind: timestamp },
  new: { key: sql`t.created_at`, kind: timestamp },
  top: { key: sql`t.score`, kind: integer },
};

/** A read for each order of a list. */
function forEachSort<Reads>(define: (sort: Sort) => Reads): Record<Sort, Reads> {
  return Object.fromEntries(SORTS.map((sort) => [sort, define(sort)])) as Record<Sort, Reads>;
}

/**
 * The threads `t` of one page, found before their people are: whatever Postgres takes for the number of threads that match,
 * it looks up those of one page.
 */
function pageOfThreads(where: SQL, order: SQL): SQL {
  return sql`(
    select * from threads t
    where ${where}
    order by ${order}
    limit ${integer(THREADS_PER_PAGE + 1)}
  ) t`;
}

/** A thread as a list shows it. `isPinned`: whether it stands above the others there, and says so. */
const threadSummary = (isPinned: SQL) => sql`
  t.number, t.title, t.status, ${isPinned} as "isPinned", t.reply_count as "replyCount", t.score,
  t.created_at as "createdAt", t.last_activity_at as "lastActivityAt",
  t.last_number as "lastNumber", ${CATEGORY_NAME} as category,
  t.author_id as "authorId", json_build_object('handle', author.handle, 'imageUrl', person.image_url) as author,
  coalesce(last_reply.author_id, t.author_id) as "lastAuthorId",
  coalesce(last_author.handle, author.handle) as "lastAuthor"`;

const THREAD_PEOPLE = sql`
  join members author on author.user_id = t.author_id
  join "user" person on person.id = t.author_id
  left join thread_replies last_reply on last_reply.thread_id = t.id and last_reply.number = t.last_number
  left join members last_author on last_author.user_id = last_reply.author_id`;

/** Where a thread stands, and its people, for a list across categories. */
const THREAD_PLACE = sql`
  join categories c on c.id = t.category_id
  ${THREAD_PEOPLE}`;

/** The home page: every category with a line on it, and a page of threads. One statement. */
export async function getHomePage(
  db: Database,
  { sort, after }: { sort: Sort; after: Cursor | null },
): Promise<Public<HomePage>> {
  const { first, further } = HOME_PAGES[sort];
  const [row] = await (after ? further.rows<HomePage>(db, after) : first.rows<HomePage>(db, {}));
  return forEveryone(row ?? { categories: [], threads: [] });
}

/*
 * The home page begins with the few threads that were pinned last, whatever their category, and says of no other that it is
 * pinned. They are found in an index of pinned threads alone; on further pages each stands at its place in the order.
 */
const HOME_PAGES = forEachSort((sort) => {
  const { key, kind } = ORDERS[sort];
  const order = sql`${key} desc, t.number desc`;
  const page = (threads: SQL, listed: SQL) => sql`
    select ${CATEGORY_INTRODUCTIONS} as categories, (
      ${threads}
      select coalesce(json_agg(listed), '[]') from (
        ${listed}
      ) listed) as threads`;
  return {
    first: defineRead(`home_by_${sort}`, {}, () =>
      page(
        sql`with pinned as materialized (
          select * from threads
          where is_pinned and deleted_at is null
          order by pinned_at desc nulls last, number desc
          limit ${integer(PINNED_AT_HOME)}
        )`,
        sql`select ${threadSummary(sql`t."isFirst"`)}
        from (
          select *, true as "isFirst" from pinned
          union all
          select *, false from ${pageOfThreads(
            sql`t.deleted_at is null and not (t.is_pinned and t.number in (select number from pinned))`,
            order,
          )}
        ) t
        ${THREAD_PLACE}
        order by t."isFirst" desc, ${order}
        limit ${integer(THREADS_PER_PAGE + 1)}`,
      ),
    ),
    further: defineRead(`home_by_${sort}_further`, { key: kind, number: integer }, (after) =>
      page(
        sql``,
        sql`select ${threadSummary(sql`false`)}
        from ${pageOfThreads(sql`t.deleted_at is null and (${key}, t.number) < (${after.key}, ${after.number})`, order)}
        ${THREAD_PLACE}
        order by ${order}`,
      ),
    ),
  };
});

/** A category with a page of its threads, pinned ones first, by its slug or one that it had; or null. One statement. */
export async function getCategoryPage(
  db: Database,
  slug: string,
  { sort, after }: { sort: Sort; after: Cursor | null },
): Promise<Public<CategoryPage> | null> {
  const { first, further } = CATEGORY_PAGES[sort];
  const [page] = await (after
    ? further.rows<CategoryPage>(db, { slug, ...after })
    : first.rows<CategoryPage>(db, { slug }));
  return page ? forEveryone(page) : null;
}

const CATEGORY_PAGES = forEachSort((sort) => {
  const { key, kind } = ORDERS[sort];
  const order = sql`t.is_pinned desc, ${key} desc, t.number desc`;
  const page = (slug: SQL, from: SQL) => sql`
    select c.id, c.slug, c.name, c.color, c.description, c.thread_count as "threadCount",
      c.reply_count as "replyCount", ${CATEGORY_NAMES} as categories, (
      select coalesce(json_agg(listed), '[]') from (
        select ${threadSummary(sql`t.is_pinned`)}
        from ${pageOfThreads(sql`t.category_id = c.id and t.deleted_at is null ${from}`, order)}
        ${THREAD_PEOPLE}
        order by ${order}
      ) listed) as threads
    from categories c
    where c.id = ${categoryAt(slug)}`;
  return {
    first: defineRead(`category_by_${sort}`, { slug: word }, ({ slug }) => page(slug, sql``)),
    further: defineRead(
      `category_by_${sort}_further`,
      { slug: word, isPinned: boolean, key: kind, number: integer },
      ({ slug, ...after }) =>
        page(
          slug,
          sql`and (t.is_pinned, ${key}, t.number) < (${after.isPinned}, ${after.key}, ${after.number})`,
        ),
    ),
  };
});

/** The categories in their order. One statement. */
export async function listCategories(db: Database): Promise<CategoryName[]> {
  return CATEGORIES.rows(db, {});
}

const CATEGORIES = defineRead(
  "categories",
  {},
  () => sql`select slug, name, color from categories order by position, name`,
);

/** A thread with the replies of one page (1, 2, …), as everyone may see it; or null. One statement. */
export async function getPublicThreadPage(
  db: Database,
  { number, page }: { number: number; page: number },
): Promise<Public<ThreadPage> | null> {
  const thread = await getThreadPage(db, { number, page, viewerId: null });
  return thread && forEveryone(thread);
}

/**
 * A thread with the replies of one page (1, 2, …), as `viewerId` may see it; or null. A deleted thread is
 * there for its author alone, who may restore it. Each author is looked up once, and the reply that another answers
 * only where it stands on another page. One statement.
 */
export async function getThreadPage(
  db: Database,
  { number, page, viewerId }: { number: number; page: number; viewerId: string | null },
): Promise<ThreadPage | null> {
  const [thread] = await THREAD_PAGE.rows<ThreadPage>(db, { number, page, viewer: viewerId });
  return thread ?? null;
}

/** What every question about a thread's state needs. */
export const THREAD_STATE = sql`
  t.number::integer as number, t.title, t.status, t.is_pinned as "isPinned",
  t.deleted_at is not null as "isDeleted"`;

const size = integer(REPLIES_PER_PAGE);

const THREAD_PAGE = defineRead(
  "thread_page",
  { number: integer, page: integer, viewer: nullable(word) },
  ({ number, page, viewer }) => sql`
    select ${THREAD_STATE}, t.author_id as "authorId",
      (select handle from members where user_id = t.author_id) as author,
      ${decision("lock", sql`t.status = 'locked'`, { by: sql`t.status_set_by`, at: sql`t.status_set_at` })} as lock,
      ${decision("pin", sql`t.is_pinned`, { by: sql`t.pinned_by`, at: sql`t.pinned_at` })} as pin,
      t.reply_count as "replyCount",
      t.last_number as "lastNumber", t.accepted_number as "acceptedNumber", to_json(t.created_at) as "createdAt",
      ${CATEGORY_NAME} as category, ${CATEGORY_NAMES} as categories,
      (with page as materialized (
        select r.id, r.thread_id, r.number, r.author_id, r.reply_to_number, r.score, r.edited_at, r.created_at,
          r.deleted_at is not null as is_deleted, case when r.deleted_at is null then r.body_html end as body_html
        from thread_replies r
        where r.thread_id = t.id
          and r.number between (${page} - 1) * ${size} + 1 and ${page} * ${size}
      ), people as materialized (
        select m.user_id, m.handle, m.role, u.image_url, u.deleted_at is not null as is_deleted
        from members m join "user" u on u.id = m.user_id
        where m.user_id in (select author_id from page)
      )
      select coalesce(json_agg(listed order by listed.number), '[]') from (
        select r.number, r.author_id as "authorId", r.score, r.edited_at as "editedAt", r.created_at as "createdAt",
          r.is_deleted as "isDeleted", r.body_html as "bodyHtml", coalesce(v.value, 0) as vote,
          json_build_object('handle', m.handle, 'imageUrl', m.image_url, 'role', m.role,
            'isDeleted', m.is_deleted) as author,
          case
            when near.number is not null then ${replyTarget(sql`near.number`, sql`near_author.handle`, sql`near.author_id`, sql`near.is_deleted`)}
            when r.reply_to_number is not null then (
              select ${replyTarget(sql`p.number`, sql`pm.handle`, sql`p.author_id`, sql`p.deleted_at is not null`)}
              from thread_replies p join members pm on pm.user_id = p.author_id
              where p.thread_id = r.thread_id and p.number = r.reply_to_number)
          end as "replyTo"
        from page r
        join people m on m.user_id = r.author_id
        left join page near on near.number = r.reply_to_number
        left join people near_author on near_author.user_id = near.author_id
        left join reply_votes v on v.reply_id = r.id and v.voter_id = ${viewer}
      ) listed) as replies
    from threads t
    join categories c on c.id = t.category_id
    where t.number = ${number} and (t.deleted_at is null or t.author_id = ${viewer})`,
);

/** What a reply shows of the one that it answers. */
function replyTarget(number: SQL, handle: SQL, authorId: SQL, isDeleted: SQL): SQL {
  return sql`json_build_object('number', ${number}, 'handle', ${handle}, 'authorId', ${authorId}, 'isDeleted', ${isDeleted})`;
}

/** Who set a state on a thread `t` and when, which stands in its row, with the reason of the newest row in `moderations`. */
function decision(action: "lock" | "pin", isSet: SQL, { by, at }: { by: SQL; at: SQL }): SQL {
  return sql`case when ${isSet} then json_build_object(
    'by', (
      select json_build_object('id', m.user_id, 'handle', m.handle, 'isDeleted', u.deleted_at is not null)
      from members m join "user" u on u.id = m.user_id
      where m.user_id = ${by}),
    'at', ${at},
    'reason', (
      select d.reason from moderations d
      where d.thread_id = t.id and d.action = ${word(action)}
      order by d.id desc limit 1)) end`;
}

/** What a reply `r` said, and the title of its thread `t`, before any edit that is kept. */
const FIRST_TITLE = sql`coalesce(
  (select first.title from reply_revisions first where first.reply_id = r.id order by first.revision limit 1), t.title)`;
export const FIRST_BODY = sql`coalesce(
  (select first.body from reply_revisions first where first.reply_id = r.id order by first.revision limit 1), r.body)`;

export type NewThread = {
  authorId: string;
  category: string;
  title: string;
  body: string;
  submission: string;
};

/**
 * Starts a thread with its opening post. One statement; a second arrival of the same submission answers with
 * the thread that the first one made, also when both come at once. `conflict`: the submission came before with another
 * text, and nothing was written. `no-category`: there is none of this name, also where it was removed at that moment. `show`
 * shows pictures of other hosts.
 */
export async function createThread(
  db: Database,
  thread: NewThread,
  show: ShowElsewhere | null = null,
): Promise<Outcome<{ number: number; title: string }, object>> {
  const constraints = ["thread_replies_submission_key", "threads_category_id_categories_id_fk"];
  return retryOvertaken(constraints, 2, () => insertThread(db, thread, show));
}

function insertThread(db: Database, thread: NewThread, show: ShowElsewhere | null) {
  const { authorId, submission } = thread;
  return write<{ number: number; title: string }, object>(
    db,
    sql`
    with ${personOf(authorId)}, earlier as (
      select t.number, t.title,
        (c.slug, ${FIRST_TITLE}, ${FIRST_BODY}) = (${thread.category}, ${thread.title}, ${thread.body}) as "isRepeat"
      from thread_replies r
      join threads t on t.id = r.thread_id
      join categories c on c.id = t.category_id
      where r.author_id = ${authorId} and r.submission = ${submission}::uuid
    ), category as (
      select id from categories where slug = ${thread.category}
    ), created as (
      insert into threads (id, category_id, author_id, title)
      select ${uuidv7()}::uuid, category.id, person.id, ${thread.title} from category, person
      where ${writeRefusal} is null and not exists (select 1 from earlier)
      returning id, number, title, category_id, author_id
    ), opening as (
      insert into thread_replies (id, thread_id, author_id, number, body, body_html, renderer_version, submission)
      select ${uuidv7()}::uuid, created.id, created.author_id, 1, ${thread.body}, ${renderMarkdown(thread.body, show)},
        ${RENDERER_VERSION}::smallint, ${submission}::uuid
      from created
    ), counted as (
      update categories set thread_count = thread_count + 1 where id in (select category_id from created)
    ), ${recordEvents(
      eventOf(
        "thread-started",
        { thread: sql`number`, category: sql`category_id`, author: sql`author_id` },
        sql`from created`,
      ),
    )}
    select
      case
        when earlier."isRepeat" then null
        when ${writeRefusal} is not null then ${writeRefusal}
        when earlier.number is null and category.id is null then 'no-category'
      end as refusal,
      case when not earlier."isRepeat" then '{}'::json end as newer,
      coalesce(created.number, earlier.number)::integer as number, coalesce(created.title, earlier.title) as title,
      ${EVENTS}
    from person
    left join earlier on true
    left join category on true
    left join created on true`,
  );
}

/** A thread after something was done to it: what its address is made of. */
export type ThreadPlace = { number: number; title: string };

/** Who moderates which thread, and why, if they say so: everyone may read it. */
type Moderation = { number: number; by: string; reason?: string | null };

/** Locks a thread or opens it again, and says who did. One statement. */
export function lockThread(
  db: Database,
  { number, locked, by, reason = null }: Moderation & { locked: boolean },
): Promise<Outcome<ThreadPlace>> {
  return write(
    db,
    sql`
    with ${personOf(by)}, ${threadToModerate(number)}, changed as (
      update threads t
      set status = ${locked ? "locked" : "open"}, status_set_at = now(), status_set_by = person.id
      from target, person
      where t.id = target.id and target.status <> ${locked ? "locked" : "open"}
      returning t.id, t.number, t.status_set_by as by
    ), ${noteModeration("lock", locked, reason)}, ${recordEvents(
      eventOf(
        "thread-locked",
        { thread: sql`number`, locked: sql`${locked}::boolean`, by: sql`by` },
        sql`from changed`,
      ),
    )}
    ${MODERATED}`,
  );
}

/** Pins a thread to the top of its category or unpins it, and says who did. One statement. */
export function pinThread(
  db: Database,
  { number, pinned, by, reason = null }: Moderation & { pinned: boolean },
): Promise<Outcome<ThreadPlace>> {
  return write(
    db,
    sql`
    with ${personOf(by)}, ${threadToModerate(number)}, changed as (
      update threads t
      set is_pinned = ${pinned}, pinned_at = now(), pinned_by = person.id
      from target, person
      where t.id = target.id and target.is_pinned <> ${pinned}
      returning t.id, t.number, t.category_id, t.pinned_by as by
    ), ${noteModeration("pin", pinned, reason)}, ${recordEvents(
      eventOf(
        "thread-pinned",
        { thread: sql`number`, category: sql`category_id`, pinned: sql`${pinned}::boolean`, by: sql`by` },
        sql`from changed`,
      ),
    )}
    ${MODERATED}`,
  );
}

/** The part of a moderator's write that finds the thread, if they may moderate, and locks its row. */
function threadToModerate(number: number): SQL {
  return sql`target as materialized (
    select t.id, t.number, t.title, t.status, t.is_pinned
    from threads t cross join person
    where t.number = ${number} and t.deleted_at is null and ${moderateRefusal} is null
    for no key update of t)`;
}

/** The part of a moderator's write that keeps who did it, to what, when and why, where something was changed. */
function noteModeration(action: "lock" | "pin", value: boolean, reason: string | null): SQL {
  return sql`noted as (
    insert into moderations (action, moderator_id, thread_id, value, reason)
    select ${action}, changed.by, changed.id, ${String(value)}, ${reason}::text from changed)`;
}

const MODERATED = sql`
  select ${moderateRefusal} as refusal, target.number::integer as number, target.title, ${EVENTS}
  from person left join target on true
  where ${moderateRefusal} is not null or target.id is not null`;
