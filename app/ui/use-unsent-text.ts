import { type RefObject, useEffect } from "react";

const PREFIX = "unsent:";

/** All that this ever kept here: its first prefix was another. */
const OURS = /^(?:unsent|draft):/;

/**
 * Keeps what is typed into a form in this browser until it is sent, and puts it back when the form is drawn
 * empty again: after a closed tab, a wrong link, a page that failed. What the server drew into a field wins; where that
 * is what was sent (`isAnswered`: with an error, or as a preview), it is kept from then on.
 * `name` tells this form's texts from those of others.
 */
export function useUnsentText(
  form: RefObject<HTMLFormElement | null>,
  name: string,
  isAnswered: boolean,
): void {
  useEffect(() => {
    const element = form.current;
    if (!element) return;
    const keyOf = (field: Field) => `${PREFIX}${name}:${field.name}`;
    const save = (field: Field) => localStorage.setItem(keyOf(field), field.value);
    for (const field of typedFields(element)) {
      if (isAnswered) save(field);
      field.value ||= localStorage.getItem(keyOf(field)) ?? "";
    }
    const onInput = ({ target }: Event) => isField(target) && save(target);
    // Once sent, the server has the text: it posts it, or draws it into the form again.
    const onSubmit = () => {
      for (const field of typedFields(element)) localStorage.removeItem(keyOf(field));
    };
    element.addEventListener("input", onInput);
    element.addEventListener("submit", onSubmit);
    return () => {
      element.removeEventListener("input", onInput);
      element.removeEventListener("submit", onSubmit);
    };
  }, [form, name, isAnswered]);
}

/** Removes every unsent text from this browser, so that the next person to use it finds none. */
export function forgetUnsentTexts(): void {
  for (const key of Object.keys(localStorage)) if (OURS.test(key)) localStorage.removeItem(key);
}

type Field = HTMLInputElement | HTMLTextAreaElement;

function isField(target: EventTarget | null): target is Field {
  return (
    target instanceof HTMLTextAreaElement || (target instanceof HTMLInputElement && target.type === "text")
  );
}

function typedFields(form: HTMLFormElement): Field[] {
  return [...form.elements].filter(isField);
}
