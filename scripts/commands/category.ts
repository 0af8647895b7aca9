import { type Command, InvalidArgumentError } from "commander";
import type postgres from "postgres";
import { violatedConstraint } from "#app/db/client.server.ts";
import { cleanLine, slugify } from "#app/domain/text.ts";
import { withForum } from "../database-url.ts";
import { Problem } from "../problem.ts";

/** `category add|remove|list`. */
export function addCategoryCommands(program: Command): void {
  const category = program.command("category").description("Add, remove and list categories.");
  category
    .command("add")
    .description("Add a category.")
    .argument("<slug>", "its place in addresses: /c/SLUG")
    .argument("<name>", "what pages call it")
    .option("--description <text>", "one line on what belongs there")
    .option(
      "--position <number>",
      "where it stands on the home page, lowest first (default: last)",
      parsePosition,
    )
    .addHelpText(
      "after",
      '\nExample:\n  npm run forum -- category add support "Help and support" --position 2',
    )
    .action(async (slug: string, name: string, options: { description?: string; position?: number }) => {
      const added = await withForum(({ sql }) => addCategory(sql, { slug, name, ...options }));
      console.log(`${added.name} is at /c/${added.slug}.`);
    });
  category
    .command("remove")
    .description("Remove an empty category.")
    .argument("<slug>", "the category at /c/SLUG")
    .addHelpText("after", "\nExample:\n  npm run forum -- category remove support")
    .action(async (slug: string) => {
      await withForum(({ sql }) => removeCategory(sql, slug));
      console.log(`${slug} is gone.`);
    });
  category
    .command("list")
    .description("List the categories in the order of the home page.")
    .addHelpText("after", "\nExample:\n  npm run forum -- category list")
    .action(async () => {
      const rows = await withForum(({ sql }) => listCategories(sql));
      if (rows.length === 0) console.log("There are no categories yet: category add SLUG NAME");
      else console.table(rows);
    });
}

function parsePosition(value: string): number {
  if (/^-?\d{1,9}$/.test(value)) return Number(value);
  throw new InvalidArgumentError("It is a whole number.");
}

export type NewCategory = { slug: string; name: string; description?: string; position?: number };

/**
 * Adds a category, at the end of the home page where no position is given.
 * @throws Problem when the slug is none or is taken, or the name is empty
 */
export async function addCategory(sql: postgres.Sql, category: NewCategory) {
  const { slug, position = null } = category;
  const name = cleanLine(category.name);
  const description = cleanLine(category.description ?? "");
  if (slugify(slug) !== slug) throw new Problem(`"${slug}" is no slug. It could be "${slugify(slug)}".`);
  if (name === "") throw new Problem("A category needs a name.");
  try {
    await sql`
      insert into categories (slug, name, description, position)
      select ${slug}, ${name}, ${description}, coalesce(${position}::integer, max(position) + 1, 1)
      from categories`;
  } catch (error) {
    if (violatedConstraint(error) !== "categories_slug_unique") throw error;
    throw new Problem(`There is a category at /c/${slug} already.`);
  }
  return { slug, name };
}

/**
 * Removes a category that holds no threads. One statement, and the foreign key stands behind it.
 * @throws Problem when there is no such category, or it holds threads (deleted ones too: they can be restored)
 */
export async function removeCategory(sql: postgres.Sql, slug: string): Promise<void> {
  const [found] = await sql<{ threads: number; deleted: number }[]>`
    with removed as (
      delete from categories c
      where c.slug = ${slug} and not exists (select 1 from threads t where t.category_id = c.id)
    )
    select count(t.id)::integer as threads, count(t.deleted_at)::integer as deleted
    from categories c
    left join threads t on t.category_id = c.id
    where c.slug = ${slug}
    group by c.id`;
  if (!found) throw new Problem(`There is no category at /c/${slug}.`);
  if (found.threads === 0) return;
  const count = `${found.threads} ${found.threads === 1 ? "thread" : "threads"}`;
  const deleted = found.deleted > 0 ? ` (${found.deleted} of them deleted by their authors)` : "";
  throw new Problem(`${slug} holds ${count}${deleted}, so it stays: only an empty category can be removed.`);
}

/** The categories, in the order of the home page. */
export async function listCategories(sql: postgres.Sql) {
  return [
    ...(await sql<{ slug: string; name: string; position: number; threads: number; replies: number }[]>`
      select slug, name, position, thread_count as threads, reply_count as replies
      from categories
      order by position, name`),
  ];
}
