import { type Command, InvalidArgumentError } from "commander";
import type { z } from "zod";
import {
  addCategory,
  changeCategory,
  type HeldThreads,
  listCategoryCounts,
  mergeCategory,
  removeCategory,
} from "#app/db/categories.server.ts";
import {
  CATEGORY_COLORS,
  type CategoryChange,
  CategoryChangeForm,
  CategoryForm,
} from "#app/domain/category.ts";
import { saidBy } from "#app/messages/message.ts";
import { wordsIn } from "#app/messages/words.server.ts";
import { withForum } from "../database-url.ts";
import { Problem } from "../problem.ts";
import { count } from "../progress.ts";

const COLORS = `its colour: ${CATEGORY_COLORS.join(", ")}`;

/** `category add|edit|merge|remove|list`. */
export function addCategoryCommands(program: Command): void {
  const category = program.command("category").description("Add, edit, merge, remove and list categories.");

  category
    .command("add")
    .description("Add a category.")
    .argument("<slug>", "its place in addresses: /c/SLUG")
    .argument("<name>", "what pages call it")
    .option("--description <text>", "one line on what belongs there")
    .option(
      "--position <number>",
      "where it stands among the others, lowest first (default: last)",
      parsePosition,
    )
    .option("--color <name>", `${COLORS} (default: one that few have)`)
    .addHelpText(
      "after",
      '\nExample:\n  npm run forum -- category add support "Help and support" --position 2',
    )
    .action(async (slug: string, name: string, options: Omit<CategoryChange, "name">) => {
      const added = parse(CategoryForm, { slug, name, ...options });
      const { outcome } = await withForum(({ db }) => addCategory(db, added));
      if (outcome !== "done") throw new Problem(`There is a category at /c/${slug} already.`);
      console.log(`${added.name} is at /c/${slug}.`);
    });

  category
    .command("edit")
    .description(
      "Change what pages say of a category, or its address. The former address leads to it from then on.",
    )
    .argument("<slug>", "the category at /c/SLUG")
    .option("--name <text>", "what pages call it")
    .option("--slug <slug>", "its place in addresses: /c/SLUG")
    .option("--description <text>", "one line on what belongs there")
    .option("--position <number>", "where it stands among the others, lowest first", parsePosition)
    .option("--color <name>", COLORS)
    .addHelpText(
      "after",
      '\nExample:\n  npm run forum -- category edit support --name "Questions" --position 1',
    )
    .action(async (slug: string, options: CategoryChange) => {
      if (Object.keys(options).length === 0)
        throw new Problem("Say what to change: --name, --slug, --description, --position or --color.");
      const change = parse(CategoryChangeForm, options);
      const changed = await withForum(({ db }) => changeCategory(db, slug, change));
      if (changed.outcome === "conflict")
        throw new Problem(`There is a category at /c/${change.slug} already.`);
      if (changed.outcome !== "done") throw new Problem(noCategory(slug));
      const { name, isChanged } = changed;
      console.log(isChanged ? `${name} is changed.` : `${name} is like that already: nothing has changed.`);
    });

  category
    .command("merge")
    .description(
      "Move all threads of a category into another, and remove it. Its address leads to the other one then.",
    )
    .argument("<slug>", "the category at /c/SLUG, which goes")
    .argument("<into>", "the category at /c/INTO, which takes its threads")
    .addHelpText("after", "\nExample:\n  npm run forum -- category merge category-10 support")
    .action(async (slug: string, into: string) => {
      if (slug === into) throw new Problem("A category cannot be merged into itself.");
      const merged = await withForum(async ({ db }) => {
        const answer = await mergeCategory(db, slug, { into });
        if (answer.outcome === "done") return answer;
        const slugs = (await listCategoryCounts(db)).map((each) => each.slug);
        throw new Problem(noCategory(slugs.includes(slug) ? into : slug));
      });
      console.log(`${slug} is gone: ${merged.name} has its ${count(merged.threads, "thread")}.`);
    });

  category
    .command("remove")
    .description("Remove an empty category.")
    .argument("<slug>", "the category at /c/SLUG")
    .addHelpText("after", "\nExample:\n  npm run forum -- category remove support")
    .action(async (slug: string) => {
      const removed = await withForum(({ db }) => removeCategory(db, slug));
      if (removed.outcome === "conflict") throw new Problem(describeHeld(slug, removed));
      if (removed.outcome !== "done") throw new Problem(noCategory(slug));
      console.log(`${slug} is gone.`);
    });

  category
    .command("list")
    .description("List the categories in their order.")
    .addHelpText("after", "\nExample:\n  npm run forum -- category list")
    .action(async () => {
      const rows = await withForum(({ db }) => listCategoryCounts(db));
      if (rows.length === 0) console.log("There are no categories yet: category add SLUG NAME");
      else console.table(rows);
    });
}

function parsePosition(value: string): number {
  if (/^-?\d{1,9}$/.test(value)) return Number(value);
  throw new InvalidArgumentError("It is a whole number.");
}

/** @throws Problem with what is wrong, in the words of the form */
function parse<Form extends z.ZodType>(form: Form, given: unknown): z.output<Form> {
  const parsed = form.safeParse(given);
  if (parsed.success) return parsed.data;
  throw new Problem(parsed.error.issues.map(describe).join(" "));
}

function describe(issue: z.core.$ZodIssue): string {
  const message = saidBy(issue);
  return message ? wordsIn("en").say(message) : issue.message;
}

function noCategory(slug: string): string {
  return `There is no category at /c/${slug}.`;
}

/** Why a category stays that holds threads. */
export function describeHeld(slug: string, { threads, deleted }: HeldThreads): string {
  const some = deleted > 0 ? ` (${deleted} of them deleted by their authors)` : "";
  return `${slug} holds ${count(threads, "thread")}${some}, so it stays: only an empty category can be removed.`;
}
