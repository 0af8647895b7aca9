import { useEffect, useRef } from "react";
import { useRouteLoaderData } from "react-router";
import type { FormState } from "#app/domain/form.ts";
import { PICTURE_BYTES_MAX } from "#app/domain/picture.ts";
import { Field, FieldError } from "./form.tsx";
import { useWords } from "./words.ts";

type Props = { values: FormState["values"]; errors: FormState["errors"]; isAdded?: boolean };

/** What browsers offer to choose from. */
const KINDS = "image/png,image/jpeg,image/gif,image/webp,image/avif";

/**
 * Adds pictures to the text of the form that it stands in, after the buttons that post: the first button of a form is the one
 * that Enter presses. Without JavaScript its own button sends the form, which comes back with the picture in its text; with it,
 * a picture is sent as soon as it is chosen, pasted or dropped. Nothing where the forum takes no pictures.
 */
export function PictureField({ values, errors, isAdded = false }: Props) {
  const { t } = useWords();
  const root = useRouteLoaderData<{ takesPictures: boolean }>("root");
  const field = useRef<HTMLDetailsElement>(null);
  const takesPictures = root?.takesPictures ?? false;
  usePictureUploads(field, takesPictures);
  if (!takesPictures) return null;
  return (
    <details
      className="picture-field"
      ref={field}
      open={Boolean(errors.picture || errors.pictureAlt) || isAdded}
    >
      <summary>{t("picture.legend")}</summary>
      <div className="field">
        <label htmlFor="picture">{t("picture.file")}</label>
        <input
          id="picture"
          name="picture"
          type="file"
          accept={KINDS}
          aria-invalid={errors.picture ? true : undefined}
          aria-describedby={errors.picture ? "picture-hint picture-error" : "picture-hint"}
        />
        <p className="field-hint" id="picture-hint">
          {t("picture.hint", { max: PICTURE_BYTES_MAX / 1024 / 1024 })}
        </p>
        <FieldError name="picture" error={errors.picture} />
      </div>
      <Field name="pictureAlt" label={t("picture.alt")} value={values.pictureAlt} error={errors.pictureAlt} />
      <button
        className="button"
        type="submit"
        name="addPicture"
        value="true"
        formEncType="multipart/form-data"
      >
        {t("picture.add")}
      </button>
      <progress className="picture-progress" max={1} hidden aria-label={t("picture.legend")} />
      <p className="picture-status" role="status">
        {isAdded && t("picture.added")}
      </p>
    </details>
  );
}

/** Loads what sends pictures by themselves, where there is a form to send them from. */
function usePictureUploads(field: React.RefObject<HTMLDetailsElement | null>, takesPictures: boolean): void {
  const { t } = useWords();
  useEffect(() => {
    const element = field.current;
    if (!element || !takesPictures) return;
    const stopped = new AbortController();
    void import("./picture-uploads.ts").then(({ uploadPictures }) => {
      if (!stopped.signal.aborted) uploadPictures(element, t, stopped.signal);
    });
    return () => stopped.abort();
  }, [field, takesPictures, t]);
}
