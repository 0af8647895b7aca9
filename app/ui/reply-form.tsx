import type { PictureFields } from "#app/domain/picture.ts";
import { newReplyPath } from "#app/paths.ts";
import { Composer, type ComposerAnswer } from "./composer.tsx";
import { useWords } from "./words.ts";

/** What the server answers to the form of a reply. */
export type ReplyAnswer = ComposerAnswer<"body" | "replyTo" | "submission" | PictureFields>;

type Props = {
  thread: { number: number };
  /** What tells a repeat of this form from a new one. */
  submission: string;
  /** The page that shows its preview, if not the form's own. */
  previewAction?: string;
  replyTo?: number | null;
  /** A quote, to be answered below. */
  quote?: string;
  rows?: number;
  answer: ReplyAnswer | undefined;
};

/** The form of a member's reply, under a thread and on the page of its own. */
export function ReplyForm({ thread, submission, previewAction, replyTo, quote = "", rows, answer }: Props) {
  const { t } = useWords();
  // What was begun without a quote is kept apart: it is no answer to this one.
  const name = quote ? `reply:${thread.number}:quote:${replyTo}` : `reply:${thread.number}`;
  return (
    <Composer
      action={newReplyPath(thread.number)}
      previewAction={previewAction}
      name={name}
      answer={answer}
      label={t("newReply.body")}
      body={answer?.values.body ?? quote}
      rows={rows}
      send={t("newReply.post")}
    >
      <input type="hidden" name="submission" value={answer?.values.submission || submission} />
      {replyTo && <input type="hidden" name="replyTo" value={replyTo} />}
    </Composer>
  );
}
