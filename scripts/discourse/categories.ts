import { sql } from "drizzle-orm";
import { changeCategory, NEXT_COLOR } from "#app/db/categories.server.ts";
import { isName } from "#app/domain/paging.ts";
import { cleanLine, slugify } from "#app/domain/text.ts";
import type { Connection } from "../connection.ts";
import type { Ids } from "./ids.ts";
import { NOTES, type Notes } from "./notes.ts";
import type { Survey, SurveyedCategory, SurveyedTopic } from "./survey.ts";

type Sql = Connection["sql"];

type StoredCategory = { id: string; slug: string; name: string };

/**
 * Finds or makes a category for each of the old ones: the one that holds the threads which an earlier import brought
 * (another than it made, after a merge), else the one that it made, else the one with the same slug or the one to which that leads,
 * else a new one at the end of the home page. One that an earlier import made takes the name that it is called now, and keeps its address; any other
 * keeps both.
 * @param names what the operator calls them, by old id
 * @returns our categories' keys by old id, and how many are new
 */
export async function storeCategories(
  { sql, db }: Connection,
  ids: Ids,
  { categories, topics }: Pick<Survey, "categories" | "topics">,
  names: ReadonlyMap<number, string>,
  notes: Notes,
): Promise<{ categoryIds: Map<number, string>; added: number }> {
  const categoryIds = new Map<number, string>();
  const holders = await storedHolders(sql, ids, topics.values());
  let added = 0;
  for (const old of [...categories.values()].sort((a, b) => a.id - b.id)) {
    const wanted = names.get(old.id);
    const name = cleanLine(wanted ?? old.name) || (old.id === 0 ? "Uncategorized" : `Category ${old.id}`);
    const made = { id: ids.category(old.id), slug: slugOf(old, name, wanted !== undefined), name };
    const stored = holders.get(old.id) ?? (await storeCategory(db, made));
    categoryIds.set(old.id, stored.id);
    if (stored.isNew) added += 1;
    if (wanted === undefined || stored.name === name) continue;
    if (stored.id === made.id) {
      await changeCategory(db, stored.slug, { name });
      notes.add(NOTES.renamedCategory, `${stored.name} is ${name}`);
    } else notes.add(NOTES.categoryName, `${old.id} is "${stored.name}", not "${name}"`);
  }
  return { categoryIds, added };
}

/** Where the threads of an earlier import stand, most of them, by old category. */
async function storedHolders(
  sql: Sql,
  ids: Ids,
  topics: Iterable<SurveyedTopic>,
): Promise<Map<number, StoredCategory & { isNew: false }>> {
  const wanted = JSON.stringify(Array.from(topics, ({ id, category }) => ({ id: ids.thread(id), category })));
  const rows = await sql<(StoredCategory & { category: number })[]>`
    select distinct on (wanted.category) wanted.category, c.id, c.slug, c.name
    from jsonb_to_recordset(${wanted}::text::jsonb) as wanted (category integer, id uuid)
    join threads t on t.id = wanted.id
    join categories c on c.id = t.category_id
    group by wanted.category, c.id
    order by wanted.category, count(*) desc, c.id`;
  return new Map(rows.map(({ category, ...stored }) => [category, { ...stored, isNew: false }]));
}

function slugOf(old: SurveyedCategory, name: string, isRenamed: boolean): string {
  if (!isRenamed && isName(old.slug) && slugify(old.slug) === old.slug) return old.slug;
  // A category's address has letters from a to z, and a name in other letters makes none.
  const made = /[\p{L}\p{N}]/u.test(name) ? slugify(name) : "";
  return isName(made) ? made : `category-${old.id}`;
}

async function storeCategory(
  db: Connection["db"],
  wanted: StoredCategory,
): Promise<StoredCategory & { isNew: boolean }> {
  const inserted = await db.execute(sql`
    insert into categories (id, slug, name, position, color)
    select ${wanted.id}::uuid, ${wanted.slug}, ${wanted.name}, coalesce(max(position) + 1, 1), ${NEXT_COLOR}
    from categories
    having not exists (select from former_slugs f where f.slug = ${wanted.slug})
    on conflict do nothing
    returning id`);
  const [stored] = await db.execute<StoredCategory>(sql`
    select id, slug, name
    from categories
    where id = ${wanted.id}::uuid or slug = ${wanted.slug}
      or id = (select f.category_id from former_slugs f where f.slug = ${wanted.slug})
    order by id = ${wanted.id}::uuid desc, slug = ${wanted.slug} desc
    limit 1`);
  if (!stored) throw new Error(`The category ${wanted.slug} was removed while it was made`);
  return { ...stored, isNew: inserted.length > 0 };
}
