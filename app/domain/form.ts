import { z } from "zod";
import { BODY_MAX, BODY_MIN, LINE_UNITS_MAX, TITLE_MAX, TITLE_MIN } from "./limits.ts";
import { cleanBody, cleanLine, countCharacters, visibleLength } from "./text.ts";

/** What a form showed and what was wrong with it, field by field, for drawing it again. */
export type FormState<Field extends string = string> = {
  values: Partial<Record<Field, string>>;
  errors: Partial<Record<Field | "form", string>>;
};

export type ParsedForm<Schema extends z.ZodObject> =
  | { ok: true; data: z.output<Schema>; values: Record<string, string> }
  | { ok: false; values: Record<string, string>; errors: Record<string, string> };

/**
 * Reads a submitted form through its schema. Unknown fields are ignored, a repeated field counts as wrong,
 * and everything that was typed comes back in `values`.
 */
export function parseForm<Schema extends z.ZodObject>(schema: Schema, form: FormData): ParsedForm<Schema> {
  const values: Record<string, string> = {};
  const errors: Record<string, string> = {};
  for (const field of Object.keys(schema.shape)) {
    const given = form.getAll(field);
    const first = given[0];
    if (typeof first === "string") values[field] = first;
    if (given.length > 1) errors[field] = "This was sent more than once. Check it and send it again.";
  }
  const parsed = schema.safeParse(values);
  if (parsed.success && Object.keys(errors).length === 0) return { ok: true, data: parsed.data, values };
  for (const issue of parsed.error?.issues ?? []) {
    const field = String(issue.path[0] ?? "form");
    errors[field] ??= issue.message;
  }
  return { ok: false, values, errors };
}

/** One line, cleaned, of `TITLE_MIN` to `TITLE_MAX` characters that can be seen. */
export const Title = z
  .string("Give the thread a title.")
  .max(LINE_UNITS_MAX, `A title holds at most ${TITLE_MAX} characters.`)
  .transform(cleanLine)
  .superRefine((title, context) => {
    const length = countCharacters(title);
    if (length === 0) context.addIssue("Give the thread a title.");
    else if (visibleLength(title) < TITLE_MIN)
      context.addIssue(`A title needs at least ${TITLE_MIN} characters.`);
    else if (length > TITLE_MAX)
      context.addIssue(`A title holds at most ${TITLE_MAX} characters; this one has ${length}.`);
  });

/** Markdown, cleaned, of `BODY_MIN` to `BODY_MAX` characters. */
export const Body = z
  .string("Write something first.")
  .transform(cleanBody)
  .superRefine((body, context) => {
    const length = countCharacters(body);
    if (visibleLength(body) < BODY_MIN) context.addIssue("Write something first.");
    else if (length > BODY_MAX)
      context.addIssue(
        `A post holds at most ${BODY_MAX.toLocaleString("en")} characters; this one has ${length.toLocaleString("en")}.`,
      );
  });

/** What is said where a creating form comes again with the id of one that was posted, but with another text. */
export const SENT_BEFORE =
  "This form was sent before with another text, which was posted. What you wrote now is below: send it to post it too.";

/** The id that tells a repeat of a creating form from a new one. */
export const Submission = z.uuid("This form is damaged. Your text is still here: send it again.");
