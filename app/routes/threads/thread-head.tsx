import type { ReactNode } from "react";
import { REASON_MAX } from "#app/domain/limits.ts";
import type { ShownDecision } from "#app/domain/reply-view.ts";
import type { CategoryName } from "#app/domain/views.ts";
import { lockAction, memberPath, pinAction, replyPath } from "#app/paths.ts";
import { CategoryLink } from "#app/ui/category-link.tsx";
import { Count } from "#app/ui/count.tsx";
import { Time } from "#app/ui/time.tsx";
import { Tools } from "#app/ui/tools.tsx";
import { rich, useWords } from "#app/ui/words.ts";

type Thread = {
  number: number;
  title: string;
  category: CategoryName;
  author: string;
  createdAt: string;
  replyCount: number;
  lastNumber: number;
  isDeleted: boolean;
  lock: ShownDecision | null;
  pin: ShownDecision | null;
};

/** The head of a thread: where it stands, what it is called, who began it, and what a moderator set on it. */
export function ThreadHead({ thread, mayModerate }: { thread: Thread; mayModerate: boolean }) {
  const { t } = useWords();
  return (
    <>
      {/* It stays on top of the window once the head has gone, behind which it stands until then. */}
      <div className="thread-bar" aria-hidden="true">
        <span dir="auto">{thread.title}</span>
      </div>
      <header className="page-head thread-head">
        <p className="breadcrumb">
          <CategoryLink category={thread.category} />
        </p>
        <h1 dir="auto">{thread.title}</h1>
        <p className="thread-facts quiet">
          <span>
            <a href={memberPath(thread.author)}>{thread.author}</a> · <Time value={thread.createdAt} /> ·{" "}
            <Count value={thread.replyCount} of="replies" />
          </span>
          {thread.lastNumber > 1 && <a href={replyPath(thread, thread.lastNumber)}>{t("thread.toLatest")}</a>}
        </p>
        {thread.lock && <Decided action="locked" decision={thread.lock} />}
        {thread.pin && <Decided action="pinned" decision={thread.pin} />}
        {thread.isDeleted && <p className="notice">{t("thread.deletedByYou")}</p>}
        {mayModerate && !thread.isDeleted && <ModeratorTools thread={thread} />}
      </header>
    </>
  );
}

const SIGNS = {
  locked: "M5 7V5a3 3 0 0 1 6 0v2h1v7H4V7zm1.5 0h3V5a1.5 1.5 0 0 0-3 0z",
  pinned: "M6 1h4l-.5 5L12 9v1.5H8.7L8 15l-.7-4.5H4V9l2.5-3z",
};

/** By whom a thread was locked or pinned, when, and why, as far as anybody wrote it down. */
function Decided({ action, decision }: { action: "locked" | "pinned"; decision: ShownDecision }) {
  const words = useWords();
  const { by, at, reason } = decision;
  const mark = (text: ReactNode) => <strong>{text}</strong>;
  const who = by?.handle ? <a href={memberPath(by.handle)}>{by.handle}</a> : words.t("thread.deletedAccount");
  return (
    <p className="thread-state">
      <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
        <path d={SIGNS[action]} fill="currentColor" fillRule="evenodd" />
      </svg>
      <span>
        {by ? rich(words, `thread.${action}By`, { mark, who }) : mark(words.t(`thread.${action}`))}
        {at && (
          <>
            {" "}
            · <Time value={at} />
          </>
        )}
        {reason && (
          <>
            {" "}
            · <q dir="auto">{reason}</q>
          </>
        )}
      </span>
    </p>
  );
}

function ModeratorTools({ thread }: { thread: Thread }) {
  const { t } = useWords();
  return (
    <Tools label={t("thread.moderate")}>
      <form method="post" action={lockAction(thread.number)}>
        {!thread.lock && <ReasonField id="lock-reason" label={t("thread.lockReason")} />}
        <button className="button" type="submit" name="locked" value={thread.lock ? "false" : "true"}>
          {t(thread.lock ? "thread.unlock" : "thread.lock")}
        </button>
      </form>
      <form method="post" action={pinAction(thread.number)}>
        {!thread.pin && <ReasonField id="pin-reason" label={t("thread.pinReason")} />}
        <button className="button" type="submit" name="pinned" value={thread.pin ? "false" : "true"}>
          {t(thread.pin ? "thread.unpin" : "thread.pin")}
        </button>
      </form>
    </Tools>
  );
}

function ReasonField({ id, label }: { id: string; label: string }) {
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input id={id} name="reason" maxLength={REASON_MAX} dir="auto" autoComplete="off" />
    </div>
  );
}
