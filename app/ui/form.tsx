import { useState } from "react";
import type { FormState } from "#app/domain/form.ts";
import { BODY_MAX } from "#app/domain/limits.ts";
import type { Message } from "#app/messages/catalogue.ts";
import { Body } from "./body.tsx";
import { useWords } from "./words.ts";

/**
 * What the server answered to the form, for as long as the page is shown. React Router itself forgets it as soon as
 * the address's fragment changes: at a link to a wrong field, or to the content.
 */
export function useAnswer<Answer>(actionData: Answer): Answer {
  return useState(actionData)[0];
}

type FieldProps = { name: string; label: string; value?: string; error?: Message; hint?: string };

/** A labelled line of text with its error. Nothing is cut off while typing: what is too long is said. */
export function Field({ name, label, value = "", error, hint }: FieldProps) {
  return (
    <div className="field">
      <label htmlFor={name}>{label}</label>
      {hint && (
        <p className="field-hint" id={`${name}-hint`}>
          {hint}
        </p>
      )}
      <input
        id={name}
        name={name}
        defaultValue={value}
        dir="auto"
        autoComplete="off"
        aria-invalid={error ? true : undefined}
        aria-describedby={describedBy(name, hint, error)}
      />
      <FieldError name={name} error={error} />
    </div>
  );
}

/** A text for a textarea: React keeps a line break at its start only as "\n", and browsers send "\r\n". */
export function textareaValue(text: string): string {
  return text.replace(/^\r\n/, "\n");
}

type BodyFieldProps = { label: string; value?: string; error?: Message; rows?: number };

/** The Markdown field of every post. */
export function BodyField({ label, value = "", error, rows = 12 }: BodyFieldProps) {
  const { t } = useWords();
  return (
    <div className="field">
      <label htmlFor="body">{label}</label>
      <textarea
        id="body"
        name="body"
        rows={rows}
        defaultValue={textareaValue(value)}
        dir="auto"
        aria-invalid={error ? true : undefined}
        aria-describedby={describedBy("body", "hint", error)}
      />
      <p className="field-hint" id="body-hint">
        {t("form.bodyHint", { max: BODY_MAX })}
      </p>
      <FieldError name="body" error={error} />
    </div>
  );
}

function FieldError({ name, error }: { name: string; error?: Message }) {
  const { say } = useWords();
  if (!error) return null;
  return (
    <p className="field-error" id={`${name}-error`}>
      {say(error)}
    </p>
  );
}

function describedBy(name: string, hint: string | undefined, error: Message | undefined): string | undefined {
  const ids = [hint && `${name}-hint`, error && `${name}-error`].filter(Boolean);
  return ids.length > 0 ? ids.join(" ") : undefined;
}

/** What was wrong, on top of the form, so that nobody has to look for it. */
export function FormErrors({ errors }: { errors: FormState["errors"] }) {
  const { t, say } = useWords();
  const messages = Object.entries(errors).flatMap(([field, message]) =>
    message ? [{ field, text: say(message) }] : [],
  );
  if (messages.length === 0) return null;
  return (
    <div className="notice error" role="alert">
      <p>{errors.form ? say(errors.form) : t("form.notSent")}</p>
      <ul>
        {messages
          .filter(({ field }) => field !== "form")
          .map(({ field, text }) => (
            <li key={field}>
              <a href={`#${field}`}>{text}</a>
            </li>
          ))}
      </ul>
    </div>
  );
}

/** Sends the form to be shown instead of posted. */
export function PreviewButton() {
  const { t } = useWords();
  return (
    <button className="button" type="submit" name="preview" value="true">
      {t("form.preview")}
    </button>
  );
}

/** The text as it will look. */
export function Preview({ html }: { html: string }) {
  const { t } = useWords();
  return (
    <section className="preview" aria-labelledby="preview">
      <h2 id="preview">{t("form.preview")}</h2>
      {html ? <Body html={html} /> : <p className="empty">{t("form.previewEmpty")}</p>}
    </section>
  );
}
