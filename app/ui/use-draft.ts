import { type RefObject, useEffect } from "react";

/**
 * Keeps what is typed into a form in this browser until it is sent, and puts it back when the form is drawn
 * empty again: after a closed tab, a wrong link, a page that failed. What the server drew into a field wins.
 * `name` tells this form's draft from others.
 */
export function useDraft(form: RefObject<HTMLFormElement | null>, name: string): void {
  useEffect(() => {
    const element = form.current;
    if (!element) return;
    const keyOf = (field: Field) => `draft:${name}:${field.name}`;
    for (const field of typedFields(element)) field.value ||= localStorage.getItem(keyOf(field)) ?? "";
    const save = ({ target }: Event) => {
      if (isField(target)) localStorage.setItem(keyOf(target), target.value);
    };
    // Once sent, the server has the text: it posts it, or draws it into the form again.
    const forget = () => {
      for (const field of typedFields(element)) localStorage.removeItem(keyOf(field));
    };
    element.addEventListener("input", save);
    element.addEventListener("submit", forget);
    return () => {
      element.removeEventListener("input", save);
      element.removeEventListener("submit", forget);
    };
  }, [form, name]);
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
