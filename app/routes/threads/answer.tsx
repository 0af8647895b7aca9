import { use } from "react";
import { messageOf, type Refusal } from "#app/domain/permissions.ts";
import { newReplyPath, signInPath, threadPath } from "#app/paths.ts";
import { BodyField } from "#app/ui/form.tsx";
import { type ReplyAnswer, ReplyForm } from "#app/ui/reply-form.tsx";
import { ServerPageContext } from "#app/ui/server-page.ts";
import { useWords } from "#app/ui/words.ts";

type Props = {
  thread: { number: number; title: string; status: "open" | "locked" };
  page: number;
  /** Why the viewer may not reply; null where they may, or would if they signed in. */
  refusal: Refusal | null;
  /** Null on a page for readers, which is the same for everyone: the server then makes the id when the form arrives. */
  submission: string | null;
  /** What the server answered to the form. */
  answer: ReplyAnswer | undefined;
};

/** The end of a thread's page: the form of a reply, or why there is none. */
export function Answer({ thread, page, refusal, submission, answer }: Props) {
  const { t, say } = useWords();
  // The notice on top of the page says it, with the reason.
  if (refusal === "suspended") return null;
  return (
    <section className="answer" id="answer" aria-labelledby="answer-title">
      <h2 id="answer-title" className="visually-hidden">
        {t("thread.answer")}
      </h2>
      {refusal && <p className="notice">{say(messageOf(refusal))}</p>}
      {!refusal && thread.status === "locked" && <p className="notice">{t("thread.lockedForOthers")}</p>}
      {!refusal && submission && (
        <ReplyForm
          thread={thread}
          submission={submission}
          previewAction={threadPath(thread, page)}
          rows={6}
          answer={answer}
        />
      )}
      {!refusal && !submission && <ReadersForm thread={thread} page={page} />}
    </section>
  );
}

/** Readers are asked to sign in, and may write before they do: their text waits for them (docs/decisions/0003-held-forms.md). */
function ReadersForm({ thread, page }: Pick<Props, "thread" | "page">) {
  const { outage } = use(ServerPageContext);
  const { t } = useWords();
  const isAway = outage?.isMember === true;
  const form = (
    <form className="form" method="post" action={newReplyPath(thread.number)}>
      <BodyField label={t("newReply.body")} rows={6} />
      <div className="form-actions">
        <button className={isAway ? "button primary" : "button"} type="submit">
          {t("newReply.post")}
        </button>
        <p className="quiet">{t(isAway ? "newReply.later" : "newReply.signIn")}</p>
      </div>
    </form>
  );
  if (isAway) return <div className="panel composer">{form}</div>;
  return (
    <div className="panel composer to-sign-in">
      <p>
        <a className="button primary" href={signInPath(`${threadPath(thread, page)}#answer`)}>
          {t("newReply.toSignIn")}
        </a>
        <span className="quiet">{t("newReply.back")}</span>
      </p>
      <details>
        <summary>{t("newReply.writeFirst")}</summary>
        {form}
      </details>
    </div>
  );
}
