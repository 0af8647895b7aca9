import { type ReactNode, useState } from "react";
import type { FormState } from "#app/domain/form.ts";
import { countCharacters } from "#app/domain/text.ts";
import type { Message } from "#app/messages/catalogue.ts";
import { useWords } from "./words.ts";

/**
 * What the server answered to the form, for as long as the page is shown. React Router itself forgets it as soon as
 * the address's fragment changes: at a link to a wrong field, or to the content.
 */
export function useAnswer<Answer>(actionData: Answer): Answer {
  return useState(actionData)[0];
}

type FieldProps = {
  name: string;
  label: string;
  value?: string;
  error?: Message;
  hint?: string;
  /** How many characters it takes, where that is worth saying once it fills up. */
  max?: number;
};

/** A labelled line of text with its error. Nothing is cut off while typing: what is too long is said. */
export function Field({ name, label, value = "", error, hint, max = 0 }: FieldProps) {
  const { t } = useWords();
  const [length, setLength] = useState(0);
  const isFilling = length > max * 0.75;
  return (
    <div className="field">
      <div className="field-head">
        <label htmlFor={name}>{label}</label>
        {max > 0 && isFilling && (
          <span className="field-length" id={`${name}-length`} data-over={length > max || undefined}>
            {t("form.length", { length, max })}
          </span>
        )}
      </div>
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
        aria-describedby={describedBy(name, { hint, error, length: max > 0 && isFilling })}
        onInput={max > 0 ? (event) => setLength(countCharacters(event.currentTarget.value)) : undefined}
      />
      <FieldError name={name} error={error} />
    </div>
  );
}

/** A text for a textarea: React keeps a line break at its start only as "\n", and browsers send "\r\n". */
export function textareaValue(text: string): string {
  return text.replace(/^\r\n/, "\n");
}

type BodyFieldProps = {
  label: string;
  value?: string;
  error?: Message;
  hint?: string;
  /** Its height where a browser cannot make it grow with its text. */
  rows?: number;
  /** What stands right below the text. */
  children?: ReactNode;
};

/** The Markdown field of every post. */
export function BodyField({ label, value = "", error, hint, rows = 12, children }: BodyFieldProps) {
  return (
    <div className="field">
      <label htmlFor="body">{label}</label>
      {hint && (
        <p className="field-hint" id="body-hint">
          {hint}
        </p>
      )}
      <textarea
        id="body"
        name="body"
        rows={rows}
        defaultValue={textareaValue(value)}
        dir="auto"
        aria-invalid={error ? true : undefined}
        aria-describedby={describedBy("body", { hint, error })}
      />
      <FieldError name="body" error={error} />
      {children}
    </div>
  );
}

/** What is wrong with a field, beside it. */
export function FieldError({ name, error }: { name: string; error?: Message }) {
  const { say } = useWords();
  if (!error) return null;
  return (
    <p className="field-error" id={`${name}-error`}>
      {say(error)}
    </p>
  );
}

/** The ids of what describes a field, of those parts that are there. */
function describedBy(name: string, parts: Record<string, unknown>): string | undefined {
  const ids = Object.entries(parts).flatMap(([part, isThere]) => (isThere ? [`${name}-${part}`] : []));
  return ids.length > 0 ? ids.join(" ") : undefined;
}

/** What was wrong, on top of the form and in focus, so that nobody has to look for it. Each error leads to its field. */
export function FormErrors({ errors }: { errors: FormState["errors"] }) {
  const { t, say } = useWords();
  const messages = Object.entries(errors).flatMap(([field, message]) =>
    message ? [{ field, text: say(message) }] : [],
  );
  if (messages.length === 0) return null;
  return (
    // biome-ignore lint/a11y/noAutofocus: the page came as the answer to a form, and this is what it has to say
    <div className="notice error" role="alert" tabIndex={-1} autoFocus>
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
