import type { ReactNode } from "react";
import type { ReplyForViewer } from "#app/domain/reply-view.ts";
import { deleteAction, editPath, memberPath, newReplyPath, replyPath } from "#app/paths.ts";
import { Avatar } from "./avatar.tsx";
import { Body } from "./body.tsx";
import { Time } from "./time.tsx";
import { VoteButtons } from "./vote-buttons.tsx";
import { rich, useWords } from "./words.ts";

type ThreadName = { number: number; title: string; acceptedNumber: number | null };
type ReplyProps = { thread: ThreadName; reply: ReplyForViewer; isSignedIn: boolean };

/**
 * One reply: who, when, in answer to what; the text; the votes; and what the viewer may do with it. Links to replies
 * are left to the browser: it alone marks the target, which a scripted navigation does not.
 */
export function Reply({ thread, reply, isSignedIn }: ReplyProps) {
  const words = useWords();
  const { t } = words;
  const number = String(reply.number);
  const author = <a href={memberPath(reply.author.handle)}>{reply.author.handle}</a>;
  return (
    <li>
      <article className="reply" id={`reply-${reply.number}`} aria-labelledby={`by-${reply.number}`}>
        <header>
          <Avatar handle={reply.author.handle} imageUrl={reply.author.imageUrl} />
          <h2 id={`by-${reply.number}`}>
            {reply.number === 1
              ? rich(words, "reply.openingPost", { hidden, author })
              : rich(words, "reply.numbered", { hidden, number, author })}
          </h2>
          {reply.author.role !== "member" && (
            <span className="mark-label">{t(`role.${reply.author.role}`)}</span>
          )}
          {thread.acceptedNumber === reply.number && (
            <span className="mark-label good">{t("reply.accepted")}</span>
          )}
          <span className="reply-where quiet">
            {reply.replyTo && (
              <a className="reply-to" href={replyPath(thread, reply.replyTo.number)}>
                {t("reply.inReplyTo", {
                  handle: reply.replyTo.handle,
                  number: String(reply.replyTo.number),
                })}
              </a>
            )}{" "}
            <Time value={reply.createdAt} />
            {reply.editedAt && !reply.isDeleted && (
              <> · {rich(words, "reply.edited", { when: <Time value={reply.editedAt} /> })}</>
            )}{" "}
            ·{" "}
            <a href={replyPath(thread, reply.number)} aria-label={t("reply.permalink", { number })}>
              #{reply.number}
            </a>
          </span>
        </header>
        {reply.bodyHtml === null ? (
          <p className="gone">{t("reply.deleted")}</p>
        ) : (
          <Body html={reply.bodyHtml} />
        )}
        <ReplyTools thread={thread} reply={reply} isSignedIn={isSignedIn} />
      </article>
    </li>
  );
}

/** What only those hear who do not see where it stands. */
function hidden(text: ReactNode): ReactNode {
  return <span className="visually-hidden">{text}</span>;
}

function ReplyTools({ thread, reply, isSignedIn }: ReplyProps) {
  const words = useWords();
  const { t } = words;
  const { handle } = reply.author;
  return (
    <footer className="reply-tools">
      {!reply.isDeleted && <VoteButtons thread={thread.number} reply={reply} />}
      {reply.mayReply && isSignedIn && (
        <>
          <a className="button quiet" href={newReplyPath(thread.number, { to: reply.number })}>
            {rich(words, "reply.reply", { hidden, handle })}
          </a>
          <a
            className="button quiet"
            href={newReplyPath(thread.number, { to: reply.number, isQuoted: true })}
          >
            {rich(words, "reply.quote", { hidden, handle })}
          </a>
        </>
      )}
      {reply.mayEdit && (
        <a className="button quiet" href={editPath(thread.number, reply.number)}>
          {t("reply.edit")}
        </a>
      )}
      {reply.mayDelete && (
        <form method="post" action={deleteAction(thread.number, reply.number)}>
          <button
            className="button quiet"
            type="submit"
            name="deleted"
            value={reply.isDeleted ? "false" : "true"}
          >
            {t(reply.isDeleted ? "reply.restore" : "reply.delete")}
          </button>
        </form>
      )}
    </footer>
  );
}
