import { z } from "zod";
import { isName } from "./paging.ts";
import { cleanLine, slugify } from "./text.ts";

const Slug = z.string("A category needs a slug.").superRefine((slug, context) => {
  if (slugify(slug) !== slug) context.addIssue(`"${slug}" is no slug. It could be "${slugify(slug)}".`);
  else if (!isName(slug)) context.addIssue("A slug has letters (a to z), digits and hyphens.");
});

const Name = z
  .string("A category needs a name.")
  .transform(cleanLine)
  .refine((name) => name !== "", "A category needs a name.");

/** One line on what belongs there. */
const Description = z.string().transform(cleanLine);

/** Where it stands on the home page, lowest first. */
const Position = z.int();

/** What makes a category: without a position it comes last. */
export const CategoryForm = z.object({
  slug: Slug,
  name: Name,
  description: Description.default(""),
  position: Position.optional(),
});

export type NewCategory = z.output<typeof CategoryForm>;

/** What of a category may be changed; what is left out stays. The slug stays, for it is the category's address. */
export const CategoryChangeForm = z.object({
  name: Name.optional(),
  description: Description.optional(),
  position: Position.optional(),
});

export type CategoryChange = z.output<typeof CategoryChangeForm>;
