import type postgres from "postgres";
import { isName } from "#app/domain/paging.ts";
import { cleanLine, slugify } from "#app/domain/text.ts";
import type { Ids } from "./ids.ts";
import { NOTES, type Notes } from "./notes.ts";
import type { SurveyedCategory } from "./survey.ts";

/**
 * Finds or makes a category for each of the old ones: the one that an earlier import made, else the one with the same
 * slug, else a new one at the end of the home page.
 * @param names what the operator calls them, by old id
 * @returns our categories' keys by old id, and how many are new
 */
export async function storeCategories(
  sql: postgres.Sql,
  ids: Ids,
  categories: Iterable<SurveyedCategory>,
  names: ReadonlyMap<number, string>,
  notes: Notes,
): Promise<{ categoryIds: Map<number, string>; added: number }> {
  const categoryIds = new Map<number, string>();
  let added = 0;
  for (const old of [...categories].sort((a, b) => a.id - b.id)) {
    const wanted = names.get(old.id);
    const name = cleanLine(wanted ?? old.name) || (old.id === 0 ? "Uncategorized" : `Category ${old.id}`);
    const slug = slugOf(old, name, wanted !== undefined);
    const stored = await storeCategory(sql, { id: ids.category(old.id), name, slug });
    categoryIds.set(old.id, stored.id);
    if (stored.isNew) added += 1;
    else if (wanted !== undefined && stored.name !== name)
      notes.add(NOTES.categoryName, `${old.id} is "${stored.name}", not "${name}"`);
  }
  return { categoryIds, added };
}

function slugOf(old: SurveyedCategory, name: string, isRenamed: boolean): string {
  if (!isRenamed && isName(old.slug) && slugify(old.slug) === old.slug) return old.slug;
  // A category's address has letters from a to z, and a name in other letters makes none.
  const made = /[\p{L}\p{N}]/u.test(name) ? slugify(name) : "";
  return isName(made) ? made : `category-${old.id}`;
}

async function storeCategory(sql: postgres.Sql, wanted: { id: string; name: string; slug: string }) {
  const inserted = await sql`
    insert into categories (id, slug, name, position)
    select ${wanted.id}, ${wanted.slug}, ${wanted.name}, coalesce(max(position) + 1, 1) from categories
    on conflict do nothing
    returning id`;
  const [stored] = await sql<{ id: string; name: string }[]>`
    select id, name
    from categories
    where id = ${wanted.id} or slug = ${wanted.slug}
    order by id = ${wanted.id} desc
    limit 1`;
  if (!stored) throw new Error(`The category ${wanted.slug} was removed while it was made`);
  return { ...stored, isNew: inserted.length > 0 };
}
