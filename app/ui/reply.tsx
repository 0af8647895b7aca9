import type { ReactNode } from "react";
import type { ReplyForViewer } from "#app/domain/reply-view.ts";
import { deleteAction, editPath, memberPath, newReplyPath, replyPath } from "#app/paths.ts";
import { Avatar } from "./avatar.tsx";
import { Body } from "./body.tsx";
import { Time } from "./time.tsx";
import { Tools } from "./tools.tsx";
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
  const editedAt = reply.isDeleted ? null : reply.editedAt;
  const author = <a href={memberPath(reply.author.handle)}>{reply.author.handle}</a>;
  return (
    <li className={reply.number === 1 ? "opening" : undefined}>
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
          {(reply.replyTo || editedAt) && (
            <span className="reply-more quiet">
              {reply.replyTo && <Answered thread={thread} reply={reply.replyTo} />}
              {editedAt && <span>{rich(words, "reply.edited", { when: <Time value={editedAt} /> })}</span>}
            </span>
          )}
          <a className="permalink quiet" href={replyPath(thread, reply.number)}>
            <Time value={reply.createdAt} /> · {rich(words, "reply.permalink", { hidden, number })}
          </a>
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

type AnsweredProps = { thread: ThreadName; reply: NonNullable<ReplyForViewer["replyTo"]> };

/** What a reply answers: a link to it, unless it is deleted. */
function Answered({ thread, reply }: AnsweredProps) {
  const { t } = useWords();
  const number = String(reply.number);
  if (reply.handle === null) return <span>{t("reply.inReplyToDeleted", { number })}</span>;
  return (
    <a href={replyPath(thread, reply.number)}>{t("reply.inReplyTo", { handle: reply.handle, number })}</a>
  );
}

/** What only those hear who do not see where it stands. */
function hidden(text: ReactNode): ReactNode {
  return <span className="visually-hidden">{text}</span>;
}

function ReplyTools({ thread, reply, isSignedIn }: ReplyProps) {
  const words = useWords();
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
      {reply.isDeleted ? (
        reply.mayDelete && <DeleteForm thread={thread} reply={reply} />
      ) : (
        <OwnTools thread={thread} reply={reply} />
      )}
    </footer>
  );
}

type OwnProps = Pick<ReplyProps, "thread" | "reply">;

/** What an author may do with what they wrote. */
function OwnTools({ thread, reply }: OwnProps) {
  const words = useWords();
  if (!reply.mayEdit && !reply.mayDelete) return null;
  const more = rich(words, "reply.more", { hidden, number: String(reply.number) });
  return (
    <Tools
      label={
        <>
          <span aria-hidden="true">⋯</span>
          <span className="word">{more}</span>
        </>
      }
    >
      {reply.mayEdit && (
        <a className="button quiet" href={editPath(thread.number, reply.number)}>
          {words.t("reply.edit")}
        </a>
      )}
      {reply.mayDelete && <DeleteForm thread={thread} reply={reply} />}
    </Tools>
  );
}

function DeleteForm({ thread, reply }: OwnProps) {
  const { t } = useWords();
  return (
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
  );
}
