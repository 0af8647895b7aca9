/** What somebody typed into a form and has not sent: when they typed last (milliseconds since 1970), and their fields. */
export type UnsentText = { at: number; fields: Record<string, string> };

const PREFIX = "unsent:";

/** All that this ever kept here: its first prefix was another. */
const OURS = /^(?:unsent|draft):/;

/** What this browser keeps under a form's name; null where it keeps nothing. */
export function readUnsentText(name: string): UnsentText | null {
  try {
    return JSON.parse(localStorage.getItem(PREFIX + name) ?? "null") as UnsentText | null;
  } catch {
    // No storage, or what an older version of the forum kept in it.
    return null;
  }
}

/** Keeps a text under a form's name until it is forgotten. */
export function keepUnsentText(name: string, text: UnsentText): void {
  try {
    localStorage.setItem(PREFIX + name, JSON.stringify(text));
  } catch {
    // A browser that keeps nothing, or is full, still sends the form.
  }
}

/** Removes what is kept under a form's name. */
export function forgetUnsentText(name: string): void {
  try {
    localStorage.removeItem(PREFIX + name);
  } catch {
    // Without a storage there is nothing to remove.
  }
}

/** Removes every unsent text from this browser, so that the next person to use it finds none. */
export function forgetUnsentTexts(): void {
  try {
    for (const key of Object.keys(localStorage)) if (OURS.test(key)) localStorage.removeItem(key);
  } catch {
    // Without a storage there is nothing to remove.
  }
}

/** What people type into, or choose from. */
export type Field = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;

/** The fields of a form that people fill in. */
export function fieldsOf(form: HTMLFormElement): Field[] {
  return [...form.elements].filter(
    (element): element is Field =>
      element instanceof HTMLTextAreaElement ||
      element instanceof HTMLSelectElement ||
      (element instanceof HTMLInputElement && element.type === "text"),
  );
}

/** What the page was drawn with, before anybody typed. */
export function drawnValue(field: Field): string {
  if (!(field instanceof HTMLSelectElement)) return field.defaultValue;
  return [...field.options].find(({ defaultSelected }) => defaultSelected)?.value ?? "";
}
