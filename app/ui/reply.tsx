import type { ReplyForViewer } from "#app/domain/reply-view.ts";
import { deleteAction, editPath, memberPath, newReplyPath, replyPath } from "#app/paths.ts";
import { Avatar } from "./avatar.tsx";
import { Body } from "./body.tsx";
import { Time } from "./time.tsx";
import { VoteButtons } from "./vote-buttons.tsx";

type ThreadName = { number: number; title: string; acceptedNumber: number | null };
type ReplyProps = { thread: ThreadName; reply: ReplyForViewer; isSignedIn: boolean };

/**
 * One reply: who, when, in answer to what; the text; the votes; and what the viewer may do with it. Links to replies
 * are left to the browser: it alone marks the target, which a scripted navigation does not.
 */
export function Reply({ thread, reply, isSignedIn }: ReplyProps) {
  const heading = reply.number === 1 ? "Opening post" : `Reply ${reply.number}`;
  return (
    <li>
      <article className="reply" id={`reply-${reply.number}`} aria-labelledby={`by-${reply.number}`}>
        <header>
          <Avatar handle={reply.author.handle} imageUrl={reply.author.imageUrl} />
          <h2 id={`by-${reply.number}`}>
            <span className="visually-hidden">{heading} by </span>
            <a href={memberPath(reply.author.handle)}>{reply.author.handle}</a>
          </h2>
          {reply.author.role !== "member" && <span className="mark-label">{reply.author.role}</span>}
          {thread.acceptedNumber === reply.number && <span className="mark-label good">Accepted answer</span>}
          <span className="reply-where quiet">
            {reply.replyTo && (
              <a className="reply-to" href={replyPath(thread, reply.replyTo.number)}>
                in reply to {reply.replyTo.handle} #{reply.replyTo.number}
              </a>
            )}{" "}
            <Time value={reply.createdAt} />
            {reply.editedAt && !reply.isDeleted && (
              <>
                {" "}
                · edited <Time value={reply.editedAt} />
              </>
            )}{" "}
            ·{" "}
            <a href={replyPath(thread, reply.number)} aria-label={`#${reply.number}, permalink`}>
              #{reply.number}
            </a>
          </span>
        </header>
        {reply.bodyHtml === null ? (
          <p className="gone">Deleted by its author.</p>
        ) : (
          <Body html={reply.bodyHtml} />
        )}
        <ReplyTools thread={thread} reply={reply} isSignedIn={isSignedIn} />
      </article>
    </li>
  );
}

function ReplyTools({ thread, reply, isSignedIn }: ReplyProps) {
  return (
    <footer className="reply-tools">
      {!reply.isDeleted && <VoteButtons thread={thread.number} reply={reply} />}
      {reply.mayReply && isSignedIn && (
        <>
          <a className="button quiet" href={newReplyPath(thread.number, { to: reply.number })}>
            Reply<span className="visually-hidden"> to {reply.author.handle}</span>
          </a>
          <a
            className="button quiet"
            href={newReplyPath(thread.number, { to: reply.number, isQuoted: true })}
          >
            Quote<span className="visually-hidden"> {reply.author.handle}</span>
          </a>
        </>
      )}
      {reply.mayEdit && (
        <a className="button quiet" href={editPath(thread.number, reply.number)}>
          Edit
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
            {reply.isDeleted ? "Restore" : "Delete"}
          </button>
        </form>
      )}
    </footer>
  );
}
