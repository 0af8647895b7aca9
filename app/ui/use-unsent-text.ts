import { type RefObject, useEffect, useState } from "react";
import {
  drawnValue,
  type Field,
  fieldsOf,
  forgetUnsentText,
  keepUnsentText,
  readUnsentText,
  type UnsentText,
} from "./unsent-texts.ts";

/**
 * Keeps what is typed into a form in this browser until it is sent, and puts it back when the form is drawn again as it was
 * before: after a closed tab, a wrong link, a page that failed. What the server answered (`isAnswered`: with an error, or
 * as a preview) stands, and is kept from then on. `name` tells this form's texts from those of others, and those that were
 * drawn with other words. Answers what was put back, or null.
 */
export function useUnsentText(
  form: RefObject<HTMLFormElement | null>,
  name: string,
  isAnswered: boolean,
): UnsentText | null {
  const [restored, setRestored] = useState<UnsentText | null>(null);
  useEffect(() => {
    const element = form.current;
    if (!element) return;
    if (isAnswered) keep(element, name, isAnswered);
    else setRestored(restore(element, readUnsentText(name)));
    const onInput = () => keep(element, name, isAnswered);
    const onSubmit = ({ submitter }: SubmitEvent) => {
      // Once sent, the server has the text: it posts it, or draws it into the form again. A preview is not sent.
      if (submitter?.getAttribute("name") !== "preview") forgetUnsentText(name);
    };
    element.addEventListener("input", onInput);
    element.addEventListener("submit", onSubmit);
    return () => {
      element.removeEventListener("input", onInput);
      element.removeEventListener("submit", onSubmit);
    };
  }, [form, name, isAnswered]);
  return restored;
}

/** Keeps what differs from what was drawn, or all that an answer was drawn with; forgets what was taken out again. */
function keep(form: HTMLFormElement, name: string, isAnswered: boolean): void {
  const fields = fieldsOf(form).filter((field) => isAnswered || field.value !== drawnValue(field));
  const typed = Object.fromEntries(fields.map((field) => [field.name, field.value]));
  if (fields.length > 0) keepUnsentText(name, { at: Date.now(), fields: typed });
  else forgetUnsentText(name);
}

/** Keeps a field as high as it was drawn until somebody goes on writing in it: what stands below must not move by itself. */
function holdHeight(field: Field): void {
  field.style.blockSize = `${field.offsetHeight}px`;
  field.addEventListener("focus", () => field.style.removeProperty("block-size"), { once: true });
}

/** Puts a text into the fields that nobody has touched since they were drawn. Null where none of it was put anywhere. */
function restore(form: HTMLFormElement, text: UnsentText | null): UnsentText | null {
  let isRestored = false;
  for (const field of fieldsOf(form)) {
    const drawn = drawnValue(field);
    const kept = text?.fields?.[field.name] ?? drawn;
    // A link to the form may have chosen: that is later than what was kept.
    const isChosen = field instanceof HTMLSelectElement && drawn !== "";
    if (field.value === drawn && kept !== drawn && !isChosen) {
      holdHeight(field);
      field.value = kept;
    }
    // A browser that loads a page again puts back itself what stood in its fields.
    if (kept !== drawn && field.value === kept) isRestored = true;
  }
  return isRestored ? text : null;
}
