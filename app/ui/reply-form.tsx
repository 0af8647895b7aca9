import { use, useRef } from "react";
import type { FormState } from "#app/domain/form.ts";
import { newReplyPath } from "#app/paths.ts";
import { BodyField, FormErrors, PreviewButton } from "./form.tsx";
import { ServerPageContext } from "./server-page.ts";
import { useUnsentText } from "./use-unsent-text.ts";
import { useWords } from "./words.ts";

type Props = {
  thread: { number: number };
  /** Null on a page for readers, which is the same for everyone: the server then makes the id when the form arrives. */
  submission: string | null;
  isSignedIn: boolean;
  replyTo?: number | null;
  rows?: number;
  values?: FormState["values"];
  errors?: FormState["errors"];
};

/** The form of a reply, under a thread and on the page of its own. */
export function ReplyForm({
  thread,
  submission,
  isSignedIn,
  replyTo,
  rows,
  values = {},
  errors = {},
}: Props) {
  const { outage } = use(ServerPageContext);
  const { t } = useWords();
  const form = useRef<HTMLFormElement>(null);
  useUnsentText(form, `reply:${thread.number}`, values.submission !== undefined);
  return (
    <form ref={form} className="form" method="post" action={newReplyPath(thread.number)}>
      <FormErrors errors={errors} />
      {submission && <input type="hidden" name="submission" value={values.submission || submission} />}
      {replyTo && <input type="hidden" name="replyTo" value={replyTo} />}
      <BodyField label={t("newReply.body")} value={values.body} error={errors.body} rows={rows} />
      <div className="form-actions">
        <button className="button primary" type="submit">
          {t("newReply.post")}
        </button>
        {isSignedIn ? (
          <PreviewButton />
        ) : (
          <p className="quiet">{t(outage?.isMember ? "newReply.later" : "newReply.signIn")}</p>
        )}
      </div>
    </form>
  );
}
