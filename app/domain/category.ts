import { z } from "zod";
import { says } from "#app/messages/message.ts";
import { isName } from "./paging.ts";
import { cleanLine, slugify } from "./text.ts";

const Slug = z.string(says("problem.noSlug")).superRefine((slug, context) => {
  const better = slugify(slug);
  if (better !== slug) context.addIssue(says(["problem.otherSlug", { slug, better }]));
  else if (!isName(slug)) context.addIssue(says("problem.slugCharacters"));
});

const Name = z
  .string(says("problem.noCategoryName"))
  .transform(cleanLine)
  .refine((name) => name !== "", says("problem.noCategoryName"));

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

/** What of a category may be changed; what is left out stays. Its former slug goes on leading to it. */
export const CategoryChangeForm = z.object({
  slug: Slug.optional(),
  name: Name.optional(),
  description: Description.optional(),
  position: Position.optional(),
});

export type CategoryChange = z.output<typeof CategoryChangeForm>;
