import { z } from "zod";
import type { Message } from "#app/messages/catalogue.ts";
import { saidBy, says } from "#app/messages/message.ts";
import { BODY_MAX, BODY_MIN, LINE_UNITS_MAX, TITLE_MAX, TITLE_MIN } from "./limits.ts";
import { cleanBody, cleanLine, countCharacters, visibleLength } from "./text.ts";

/** What a form showed and what was wrong with it, field by field, for drawing it again. */
export type FormState<Field extends string = string> = {
  values: Partial<Record<Field, string>>;
  errors: Partial<Record<Field | "form", Message>>;
};

export type ParsedForm<Schema extends z.ZodObject> =
  | { ok: true; data: z.output<Schema>; values: Record<string, string> }
  | { ok: false; values: Record<string, string>; errors: Record<string, Message> };

/**
 * Reads a submitted form through its schema, whose complaints are messages (`says`). Unknown fields are ignored, a
 * repeated field counts as wrong, and everything that was typed comes back in `values`.
 */
export function parseForm<Schema extends z.ZodObject>(schema: Schema, form: FormData): ParsedForm<Schema> {
  const values: Record<string, string> = {};
  const errors: Record<string, Message> = {};
  for (const field of Object.keys(schema.shape)) {
    const given = form.getAll(field);
    const first = given[0];
    if (typeof first === "string") values[field] = first;
    if (given.length > 1) errors[field] = "problem.repeated";
  }
  const parsed = schema.safeParse(values);
  if (parsed.success && Object.keys(errors).length === 0) return { ok: true, data: parsed.data, values };
  for (const issue of parsed.error?.issues ?? []) {
    const field = String(issue.path[0] ?? "form");
    errors[field] ??= saidBy(issue) ?? "problem.unfit";
  }
  return { ok: false, values, errors };
}

/** One line, cleaned, of `TITLE_MIN` to `TITLE_MAX` characters that can be seen. */
export const Title = z
  .string(says("problem.noTitle"))
  .max(LINE_UNITS_MAX, says(["problem.longTitle", { max: TITLE_MAX }]))
  .transform(cleanLine)
  .superRefine((title, context) => {
    const length = countCharacters(title);
    if (length === 0) context.addIssue(says("problem.noTitle"));
    else if (visibleLength(title) < TITLE_MIN)
      context.addIssue(says(["problem.shortTitle", { min: TITLE_MIN }]));
    else if (length > TITLE_MAX) context.addIssue(says(["problem.longTitleBy", { max: TITLE_MAX, length }]));
  });

/** Markdown, cleaned, of `BODY_MIN` to `BODY_MAX` characters. */
export const Body = z
  .string(says("problem.noBody"))
  .transform(cleanBody)
  .superRefine((body, context) => {
    const length = countCharacters(body);
    if (visibleLength(body) < BODY_MIN) context.addIssue(says("problem.noBody"));
    else if (length > BODY_MAX) context.addIssue(says(["problem.longBody", { max: BODY_MAX, length }]));
  });

/** The id that tells a repeat of a creating form from a new one. */
export const Submission = z.uuid(says("problem.damaged"));
