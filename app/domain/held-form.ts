import type { TextKey } from "#app/messages/catalogue.ts";

/** What someone typed, kept for them while they sign in again or the database is away. */
export type HeldForm = {
  id: string;
  /** Where it was sent: a path of this site with its query. */
  action: string;
  fields: [name: string, value: string][];
};

type FieldLabel = Extract<TextKey, `field.${string}`>;

/** What people see of a held form: the label of each field they typed into. */
export const FIELD_LABELS: Partial<Record<string, FieldLabel>> = {
  title: "field.title",
  category: "field.category",
  body: "field.body",
  handle: "field.handle",
};

/** Every field of the forum's forms. What is not among them is not kept. */
const FIELDS = new Set([
  ...Object.keys(FIELD_LABELS),
  "submission",
  "pictureAlt",
  "hash",
  "replyTo",
  "revision",
  "against",
  "preview",
  "value",
  "deleted",
  "locked",
  "pinned",
  "colorScheme",
  "dateStyle",
  "language",
  "pictures",
]);

/**
 * What stands among the fields of a form that was to add a picture: the file is not kept, and the form must not be posted without
 * it as if nobody had chosen one.
 */
const LOST_PICTURE = "lostPicture";

/** Whether a form was to add a picture, which could not be kept. */
export function hasLostPicture({ fields }: HeldForm): boolean {
  return fields.some(([name]) => name === LOST_PICTURE);
}

/** The fields of a form that are ours, as text. An uploaded file is left out, and that it is missing is noted. */
export function knownFields(form: FormData): HeldForm["fields"] {
  const fields: HeldForm["fields"] = [];
  for (const [name, value] of form)
    if (FIELDS.has(name) && typeof value === "string") fields.push([name, value]);
  if (form.has("addPicture")) fields.push([LOST_PICTURE, "true"]);
  return fields;
}
