import { type SQL, sql } from "drizzle-orm";
import { CATEGORY_COLORS, type CategoryChange, type NewCategory } from "#app/domain/category.ts";
import type { Outcome } from "#app/domain/outcome.ts";
import { type Database, violatedConstraint } from "./client.server.ts";
import { defineRead } from "./reads.server.ts";
import { word } from "./statements.server.ts";
import { EVENTS, eventOf, recordEvents, retryOvertaken, write } from "./write.server.ts";

/** A category `c` where it is named. */
export const CATEGORY_NAME = sql`json_build_object('slug', c.slug, 'name', c.name, 'color', c.color)`;

/** The categories in their order, as the frame of every page names them. */
export const CATEGORY_NAMES = sql`(
  select coalesce(json_agg(${CATEGORY_NAME} order by c.position, c.name), '[]') from categories c)`;

/** The same with a line on each, for the home page. */
export const CATEGORY_INTRODUCTIONS = sql`(
  select coalesce(json_agg(json_build_object(
    'slug', c.slug, 'name', c.name, 'color', c.color, 'description', c.description
  ) order by c.position, c.name), '[]') from categories c)`;

const PALETTE = sql.join(CATEGORY_COLORS.map(word), sql`, `);

/** The colour of a new category: one that as few categories as possible have, the first of those. */
export const NEXT_COLOR = sql`(
  select palette.color from unnest(array[${PALETTE}]) with ordinality as palette (color, place)
  order by (select count(*) from categories other where other.color = palette.color), palette.place
  limit 1)`;

export type CategoryCounts = {
  slug: string;
  name: string;
  color: string;
  position: number;
  threads: number;
  replies: number;
};

/** The categories with what is in them, in their order. One statement. */
export async function listCategoryCounts(db: Database): Promise<CategoryCounts[]> {
  return CATEGORY_COUNTS.rows(db, {});
}

const CATEGORY_COUNTS = defineRead(
  "category_counts",
  {},
  () => sql`
    select slug, name, color, position, thread_count as threads, reply_count as replies
    from categories
    order by position, name`,
);

/** The key of the category at this slug, or of the one to which the slug leads since it changed; null where there is none. */
export function categoryAt(slug: SQL): SQL {
  return sql`coalesce(
    (select at.id from categories at where at.slug = ${slug}),
    (select f.category_id from former_slugs f where f.slug = ${slug}))`;
}

/** The part of a write that gives a slug to a category, so that it leads to no other one. */
function takeSlug(slug: string, from: SQL): SQL {
  return sql`taken_back as (delete from former_slugs f using ${from} where f.slug = ${slug})`;
}

/**
 * Adds a category: at the end where no position is given, in the next colour where none is. One statement. A conflict: there
 * is one with this slug already. A slug that leads to another category leads to this one from then on.
 */
export async function addCategory(db: Database, category: NewCategory): Promise<Outcome<object, object>> {
  const { slug, name, description, position = null, color = null } = category;
  return write<object, object>(
    db,
    sql`
    with added as (
      insert into categories (slug, name, description, position, color)
      select ${slug}, ${name}, ${description}, coalesce(${position}::integer, max(position) + 1, 1),
        coalesce(${color}::text, ${NEXT_COLOR})
      from categories
      on conflict (slug) do nothing
      returning id
    ), ${takeSlug(slug, sql`added`)}, ${recordEvents(eventOf("category-added", { category: sql`id` }, sql`from added`))}
    select null as refusal, ${EVENTS},
      case when not exists (select 1 from added) then json_build_object() end as newer`,
  );
}

/**
 * Changes what is said of a category, its colour, where it stands, and its slug; its former slug leads to it from then on. One
 * statement. Answers with the name that it has then, and with whether anything about it is another than before. A conflict:
 * another category has the slug.
 */
export async function changeCategory(
  db: Database,
  slug: string,
  change: CategoryChange,
): Promise<Outcome<{ name: string; isChanged: boolean }, object>> {
  const { name = null, description = null, position = null, color = null, slug: nextSlug = slug } = change;
  const wanted = sql`(
    coalesce(${name}, c.name), coalesce(${description}, c.description), coalesce(${position}::integer, c.position),
    coalesce(${color}, c.color), ${nextSlug}::text)`;
  try {
    return await write<{ name: string; isChanged: boolean }, object>(
      db,
      sql`
      with category as materialized (
        select id, name from categories where slug = ${slug} for update
      ), changed as (
        update categories c set (name, description, position, color, slug) = ${wanted}
        from category
        where c.id = category.id and (c.name, c.description, c.position, c.color, c.slug) is distinct from ${wanted}
        returning c.id, c.name, c.slug
      ), former as (
        insert into former_slugs (slug, category_id) select ${slug}, id from changed where slug <> ${slug}
        on conflict (slug) do update set category_id = excluded.category_id
      ), ${takeSlug(nextSlug, sql`changed`)}, ${recordEvents(eventOf("category-changed", { category: sql`id` }, sql`from changed`))}
      select null as refusal, coalesce(changed.name, category.name) as name,
        changed.id is not null as "isChanged", ${EVENTS}
      from category left join changed on true`,
    );
  } catch (error) {
    if (violatedConstraint(error) === "categories_slug_unique") return { outcome: "conflict" };
    throw error;
  }
}

/** Threads that a category holds, and how many of them are deleted: these can be restored. */
export type HeldThreads = { threads: number; deleted: number };

/**
 * Removes a category that holds no threads. One statement, and the foreign key stands behind it. A conflict: it holds
 * some, also where one was started while this waited for it.
 */
export async function removeCategory(db: Database, slug: string): Promise<Outcome<object, HeldThreads>> {
  return write<object, HeldThreads>(
    db,
    sql`
    with category as materialized (
      select id, thread_count from categories where slug = ${slug} for update
    ), held as materialized (
      select category.id, count(t.id)::integer as deleted, category.thread_count + count(t.id)::integer as threads
      from category left join threads t on t.category_id = category.id and t.deleted_at is not null
      group by category.id, category.thread_count
    ), removed as (
      delete from categories c using held where c.id = held.id and held.threads = 0
      returning c.id
    ), ${recordEvents(eventOf("category-removed", { category: sql`id` }, sql`from removed`))}
    select null as refusal, ${EVENTS}, case when held.threads > 0
      then json_build_object('threads', held.threads, 'deleted', held.deleted) end as newer
    from held`,
  );
}

/** How often a merge is begun anew because a thread was started in that moment: each time takes another one. */
const MERGE_TRIES = 10;

/** Where a category's threads have gone: the name of the one that holds them now, and how many that are not deleted came. */
export type Merged = { name: string; threads: number };

/**
 * Moves all threads of a category, deleted ones too, into another, and removes it; its slug, and those that led to it, lead to
 * the other one from then on. One statement, and the foreign key stands behind it: a thread that is started meanwhile is not seen, stops it, and comes along the next time. Missing: one
 * of the two is not there, or both are the same.
 */
export function mergeCategory(
  db: Database,
  slug: string,
  { into }: { into: string },
): Promise<Outcome<Merged>> {
  return retryOvertaken(["threads_category_id_categories_id_fk"], MERGE_TRIES, () =>
    moveThreads(db, slug, into),
  );
}

/** Locks the threads before the categories, as every write does, and the categories in the order of their keys. */
function moveThreads(db: Database, slug: string, into: string): Promise<Outcome<Merged>> {
  return write(
    db,
    sql`
    with moving as materialized (
      select t.id from threads t join categories c on c.id = t.category_id
      where c.slug = ${slug} and ${into} <> ${slug} and exists (select 1 from categories where slug = ${into})
      order by t.id
      for no key update of t
    ), locked as materialized (
      select id, slug, name, thread_count, reply_count from categories
      where slug in (${slug}, ${into}) and (select count(*) from moving) >= 0
      order by id
      for update
    ), pair as materialized (
      select source.id, source.thread_count, source.reply_count, target.id as target, target.name
      from locked source join locked target on source.slug = ${slug} and target.slug = ${into}
      where source.id <> target.id
    ), moved as (
      update threads t set category_id = pair.target from moving, pair where t.id = moving.id
    ), counted as (
      update categories c
      set thread_count = c.thread_count + pair.thread_count, reply_count = c.reply_count + pair.reply_count
      from pair
      where c.id = pair.target
    ), led as (
      update former_slugs f set category_id = pair.target from pair where f.category_id = pair.id and f.slug <> ${slug}
    ), former as (
      insert into former_slugs (slug, category_id) select ${slug}, target from pair
      on conflict (slug) do update set category_id = excluded.category_id
    ), removed as (
      delete from categories c using pair where c.id = pair.id
    ), ${recordEvents(eventOf("category-merged", { category: sql`id`, into: sql`target` }, sql`from pair`))}
    select null as refusal, ${EVENTS}, name, thread_count as threads from pair`,
  );
}
