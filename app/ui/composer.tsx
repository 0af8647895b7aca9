import { type FormEvent, type ReactNode, type RefObject, useEffect, useRef, useState } from "react";
import { useFetcher } from "react-router";
import type { FormState } from "#app/domain/form.ts";
import { Body } from "./body.tsx";
import type { ComposerExtras } from "./composer-extras.tsx";
import { BodyField, FormErrors } from "./form.tsx";
import { FormattingHelp } from "./formatting-help.tsx";
import { PictureField } from "./picture-field.tsx";
import { drawnValue, fieldsOf } from "./unsent-texts.ts";
import { useUnsentText } from "./use-unsent-text.ts";
import { useWords } from "./words.ts";

/** What the server answered to the form; with the text's HTML where its preview was asked for. */
export type ComposerAnswer<Field extends string> = FormState<Field> & {
  preview?: string;
  /** Whether a picture was added to the text. */
  isPictureAdded?: boolean;
};

type Props = {
  /** Where it is sent. */
  action: string;
  /** The page to come back to with a preview, if that is another. */
  previewAction?: string;
  /** Tells its unsent texts from those of other forms. */
  name: string;
  /** What the server answered to it. */
  answer: ComposerAnswer<string> | undefined;
  /** The text's label, and what it was drawn with. */
  label: string;
  body?: string;
  hint?: string;
  rows?: number;
  /** What its button says. */
  send: string;
  /** The fields above the text, and those that nobody sees. */
  children?: ReactNode;
  /** What stands beside the text. */
  beside?: ReactNode;
  /** Further buttons and links. */
  more?: ReactNode;
};

/**
 * Where posts are written: the fields, the text that grows with what is typed, its preview above it, and what is shown
 * of formatting. A plain form (docs/decisions/0005-plain-forms.md); scripts add what a browser cannot do by itself.
 */
export function Composer({ action, previewAction = action, name, answer, ...drawn }: Props) {
  const { t, say } = useWords();
  const form = useRef<HTMLFormElement>(null);
  const { values = {}, errors = {} }: Partial<FormState> = answer ?? {};
  const restored = useUnsentText(form, name, answer !== undefined);
  const { Extras, load } = useExtras(form, restored !== null);
  const preview = usePreview(answer?.preview);
  return (
    <form
      ref={form}
      className="form panel composer"
      method="post"
      action={action}
      onFocus={load}
      onInput={preview.onInput}
      onSubmit={preview.onSubmit}
    >
      <FormErrors errors={errors} />
      {drawn.children}
      {preview.html !== undefined && (
        <Preview
          section={preview.section}
          html={preview.html}
          isChanged={preview.isChanged}
          onHide={preview.onHide}
        />
      )}
      <div className={drawn.beside ? "sides" : undefined}>
        {drawn.beside}
        <BodyField
          label={drawn.label}
          value={drawn.body}
          error={errors.body}
          hint={drawn.hint}
          rows={drawn.rows}
        >
          <FormattingHelp />
        </BodyField>
      </div>
      <div className="form-actions">
        <button className="button primary" type="submit">
          {drawn.send}
        </button>
        <button
          className="button"
          type="submit"
          name="preview"
          value="true"
          formAction={`${previewAction}#preview`}
          aria-busy={preview.isAsked || undefined}
        >
          {t("form.preview")}
        </button>
        {drawn.more}
        {preview.problem && (
          <span className="field-error" role="alert">
            {say(preview.problem)}
          </span>
        )}
        {Extras && <Extras form={form} restored={restored} />}
      </div>
      <PictureField values={values} errors={errors} isAdded={answer?.isPictureAdded} />
    </form>
  );
}

/**
 * What only few need, and no form needs to be sent, is loaded once somebody writes, or wrote before: how a text came back,
 * keys, and growing where a browser cannot do it.
 */
function useExtras(form: RefObject<HTMLFormElement | null>, isRestored: boolean) {
  const [Extras, setExtras] = useState<typeof ComposerExtras | null>(null);
  const load = () => {
    // Without them, as without any script, the form works.
    const loading = Extras ? null : import("./composer-extras.tsx").catch(() => null);
    void loading?.then((loaded) => loaded && setExtras(() => loaded.ComposerExtras));
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: asks once, what was before the page was taken over
  useEffect(() => {
    const element = form.current;
    if (!element) return;
    const isTyped = fieldsOf(element).some((field) => field.value !== drawnValue(field));
    if (isRestored || isTyped || element.contains(document.activeElement)) load();
  }, [isRestored]);
  return { Extras, load };
}

/** The preview: as the server drew it into the page, or as it answered since, without leaving the page. */
function usePreview(drawn: string | undefined) {
  const fetcher = useFetcher<ComposerAnswer<string>>();
  const [isHidden, setHidden] = useState(false);
  const [isChanged, setChanged] = useState(false);
  const section = useRef<HTMLElement>(null);
  const isAsked = fetcher.state !== "idle";
  const answer = fetcher.data;
  useEffect(() => {
    // One that comes without a reload takes the focus, as the page would that came with it.
    if (answer?.preview !== undefined) section.current?.focus();
  }, [answer]);
  const onSubmit = (event: FormEvent) => {
    const button = (event.nativeEvent as SubmitEvent).submitter as HTMLButtonElement | null;
    if (button?.name !== "preview") return;
    event.preventDefault();
    setHidden(false);
    setChanged(false);
    void fetcher.submit(button);
  };
  return {
    section,
    html: isHidden ? undefined : (answer?.preview ?? drawn),
    problem: isAsked ? null : answer?.errors.form,
    isAsked,
    isChanged,
    onSubmit,
    onInput: () => setChanged(true),
    /** Only where it can be asked for again without a reload. */
    onHide: answer?.preview === undefined ? undefined : () => setHidden(true),
  };
}

type PreviewProps = {
  section: RefObject<HTMLElement | null>;
  html: string;
  isChanged: boolean;
  onHide?: () => void;
};

/** The text as it will look. */
function Preview({ section, html, isChanged, onHide }: PreviewProps) {
  const { t } = useWords();
  return (
    <section ref={section} className="preview" id="preview" aria-labelledby="preview-title" tabIndex={-1}>
      <header>
        <h2 id="preview-title">{t("form.preview")}</h2>
        {isChanged && <p className="quiet">{t("form.previewChanged")}</p>}
        {onHide && (
          <button className="button quiet" type="button" onClick={onHide}>
            {t("form.previewHide")}
          </button>
        )}
      </header>
      {html ? <Body html={html} /> : <p className="empty">{t("form.previewEmpty")}</p>}
    </section>
  );
}
