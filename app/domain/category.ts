import { z } from "zod";
import { says } from "#app/messages/message.ts";
import { isName } from "./paging.ts";
import { cleanLine, slugify } from "./text.ts";

/**
 * The colours of categories, by the names of their tokens (`--category-…` in app/ui/styles/tokens.css), in the order in
 * which they are given out: neighbours are easy to tell apart. Blue is left out, since links and buttons have it.
 */
export const CATEGORY_COLORS = [
  "sky",
  "orange",
  "green",
  "magenta",
  "amber",
  "violet",
  "teal",
  "red",
  "olive",
  "brown",
] as const;

const Color = z.enum(CATEGORY_COLORS, says(["problem.color", { colors: CATEGORY_COLORS.join(", ") }]));

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

/** Where it stands among the others, lowest first. */
const Position = z.int();

/** What makes a category: without a position it comes last, without a colour it gets one that few have. */
export const CategoryForm = z.object({
  slug: Slug,
  name: Name,
  description: Description.default(""),
  position: Position.optional(),
  color: Color.optional(),
});

export type NewCategory = z.output<typeof CategoryForm>;

/** What of a category may be changed; what is left out stays. Its former slug goes on leading to it. */
export const CategoryChangeForm = z.object({
  slug: Slug.optional(),
  name: Name.optional(),
  description: Description.optional(),
  position: Position.optional(),
  color: Color.optional(),
});

export type CategoryChange = z.output<typeof CategoryChangeForm>;
