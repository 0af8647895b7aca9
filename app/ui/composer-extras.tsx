import { type RefObject, useEffect, useState } from "react";
import { ClockContext, Time } from "./time.tsx";
import { drawnValue, type Field, fieldsOf, type UnsentText } from "./unsent-texts.ts";
import { rich, useWords } from "./words.ts";

type Props = {
  form: RefObject<HTMLFormElement | null>;
  /** What was put back into its fields. */
  restored: UnsentText | null;
};

/** What a form of posts has once somebody writes: how their text came back, and the keys that send it. */
export function ComposerExtras({ form, restored }: Props) {
  const { t } = useWords();
  useSendingKeys(form);
  useGrowth(form);
  const isApple = /Mac|iP(?:hone|ad|od)/.test(navigator.platform);
  return (
    <>
      <p className="keys quiet">{t(isApple ? "form.keysApple" : "form.keys")}</p>
      {restored && <RestoredNote form={form} text={restored} />}
    </>
  );
}

/** Says that a text was put back, and takes it out again; and puts it back once more, since one slip loses nothing. */
function RestoredNote({ form, text }: { form: Props["form"]; text: UnsentText }) {
  const words = useWords();
  const { t } = words;
  const [now] = useState(Date.now);
  const isTyping = useTyping(form);
  const [discarded, setDiscarded] = useState<Record<string, string> | null>(null);
  const discard = () => {
    const fields = form.current ? fieldsOf(form.current) : [];
    setDiscarded(Object.fromEntries(fields.map((field) => [field.name, field.value])));
    for (const field of fields) write(field, drawnValue(field));
  };
  const undo = () => {
    const fields = form.current ? fieldsOf(form.current) : [];
    for (const field of fields) write(field, withTyped(discarded?.[field.name] ?? "", field));
    setDiscarded(null);
  };
  return (
    <div className="restored" role="status" data-in-flow={isTyping || undefined}>
      <p>
        {discarded
          ? t("unsent.discarded")
          : rich(words, "unsent.restored", {
              when: (
                <ClockContext value={{ now, dateStyle: "dated" }}>
                  <Time value={new Date(text.at).toISOString()} />
                </ClockContext>
              ),
            })}
      </p>
      <button className="button quiet" type="button" onClick={discarded ? undo : discard}>
        {t(discarded ? "unsent.undo" : "unsent.discard")}
      </button>
    </div>
  );
}

/** Whether somebody has typed into the form. Until then nothing on the page may move. */
function useTyping(form: Props["form"]): boolean {
  const [isTyping, setTyping] = useState(false);
  useEffect(() => {
    const element = form.current;
    const note = (event: Event) => event.isTrusted && setTyping(true);
    element?.addEventListener("input", note);
    return () => element?.removeEventListener("input", note);
  }, [form]);
  return isTyping;
}

/** Fills in a field as if it were typed, so that whoever listens to the form hears of it. */
function write(field: Field, value: string): void {
  field.value = value;
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

/** A text that comes back, above what was typed since in its place. */
function withTyped(text: string, field: Field): string {
  const isTyped = field instanceof HTMLTextAreaElement && field.value !== drawnValue(field);
  return isTyped ? `${text}\n\n${field.value}` : text;
}

/** Sends the form with Ctrl+Enter, on Apple's keyboards ⌘+Enter, from where somebody types, as its first button would. */
function useSendingKeys(form: Props["form"]): void {
  useEffect(() => {
    const element = form.current;
    const send = (event: KeyboardEvent) => {
      const isSending = event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.isComposing;
      const isTyping =
        event.target instanceof HTMLTextAreaElement || event.target instanceof HTMLInputElement;
      if (!element || !isSending || !isTyping || event.repeat) return;
      event.preventDefault();
      element.requestSubmit(element.querySelector<HTMLButtonElement>("button.primary"));
    };
    element?.addEventListener("keydown", send);
    return () => element?.removeEventListener("keydown", send);
  }, [form]);
}

/** Lets the text's field grow with it in browsers that have no `field-sizing` (Firefox, and Safari before 26.2). */
function useGrowth(form: Props["form"]): void {
  useEffect(() => {
    const field = form.current?.querySelector("textarea");
    if (!field || CSS.supports("field-sizing", "content")) return;
    const grow = () => {
      if (field.scrollHeight > field.clientHeight)
        field.style.blockSize = `${field.scrollHeight + field.offsetHeight - field.clientHeight}px`;
    };
    // What was put back into it stays as high as the field was drawn until somebody is there.
    if (document.activeElement === field) grow();
    field.addEventListener("focus", grow);
    field.addEventListener("input", grow);
    return () => {
      field.removeEventListener("focus", grow);
      field.removeEventListener("input", grow);
    };
  }, [form]);
}
