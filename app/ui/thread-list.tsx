import type { ReactNode } from "react";
import { SORTS, type Sort } from "#app/domain/paging.ts";
import type { CategoryName, ListedThread } from "#app/domain/views.ts";
import { listPath, memberPath, replyPath, threadPath } from "#app/paths.ts";
import { Avatar } from "./avatar.tsx";
import { CategoryLink } from "./category-link.tsx";
import { Count } from "./count.tsx";
import { Time } from "./time.tsx";
import { rich, useWords } from "./words.ts";

type ListProps = { threads: ListedThread[]; sort: Sort; isCategoryShown?: boolean; empty: ReactNode };

/** Threads, one a row: title and state, where and by whom; at its end how many replies, and when the last one came. */
export function ThreadList({ threads, sort, isCategoryShown = false, empty }: ListProps) {
  if (threads.length === 0) return empty;
  return (
    <ol className="thread-list">
      {threads.map((thread) => (
        <ThreadRow key={thread.number} thread={thread} category={isCategoryShown ? thread.category : null}>
          <a className="row-author" href={memberPath(thread.author.handle)}>
            {thread.author.handle}
          </a>
          {sort === "new" && (
            <span className="row-started">
              <Started at={thread.createdAt} />
            </span>
          )}
          {sort === "top" && <Score value={thread.score} />}
        </ThreadRow>
      ))}
    </ol>
  );
}

type RowProps = {
  thread: Pick<ListedThread, "number" | "title" | "replyCount" | "createdAt"> & Partial<ListedThread>;
  category: CategoryName | null;
  /** What else is said of the thread: who began it, and what the list is ordered by. */
  children?: ReactNode;
};

/** A thread in a list. */
export function ThreadRow({ thread, category, children }: RowProps) {
  return (
    <li className="thread-row">
      {thread.author && <Avatar {...thread.author} />}
      <h3>
        <a href={threadPath(thread)} dir="auto">
          {thread.title}
        </a>
        <ThreadMarks thread={thread} />
      </h3>
      <p className="row-about">
        {category && <CategoryLink category={category} />}
        {children}
      </p>
      <p className="row-replies">
        <LatestReply thread={thread} />
        <ReplyCount value={thread.replyCount} />
      </p>
    </li>
  );
}

/** When the last reply came, as a link to it; before there is any, when the thread was started. */
function LatestReply({ thread }: Pick<RowProps, "thread">) {
  const words = useWords();
  const { replyCount, lastAuthor, lastNumber, lastActivityAt } = thread;
  if (replyCount === 0 || !lastAuthor || !lastNumber || !lastActivityAt)
    return <Started at={thread.createdAt} isOnlyDate />;
  return (
    <a href={replyPath(thread, lastNumber)}>
      {rich(words, "thread.lastReply", {
        hidden,
        author: lastAuthor,
        when: <Time value={lastActivityAt} isShort />,
      })}
    </a>
  );
}

function Started({ at, isOnlyDate = false }: { at: string; isOnlyDate?: boolean }) {
  const parts = { hidden: isOnlyDate ? hidden : asItIs, when: <Time value={at} isShort /> };
  return <span>{rich(useWords(), "thread.started", parts)}</span>;
}

function asItIs(text: ReactNode) {
  return text;
}

function hidden(text: ReactNode) {
  return <span className="visually-hidden">{text}</span>;
}

/** The number alone to look at, with its noun to hear. */
function ReplyCount({ value }: { value: number }) {
  return (
    <span className="reply-count">
      <span aria-hidden="true">{useWords().written(value)}</span>
      {hidden(<Count value={value} of="replies" />)}
    </span>
  );
}

/** A score where a list says one. */
export function Score({ value }: { value: number }) {
  return <span data-score={value}>{useWords().t("list.score", { score: value })}</span>;
}

/** What a moderator set on a thread, in words. */
export function ThreadMarks({ thread }: { thread: { isPinned?: boolean; status?: "open" | "locked" } }) {
  const { t } = useWords();
  return (
    <>
      {thread.isPinned && <span className="mark-label pinned">{t("thread.pinned")}</span>}
      {thread.status === "locked" && <span className="mark-label locked">{t("thread.locked")}</span>}
    </>
  );
}

/** The orders of a list as links; the present one is marked. */
export function SortLinks({ path, sort }: { path: string; sort: Sort }) {
  const { t } = useWords();
  return (
    <nav className="tabs" aria-label={t("list.order")}>
      {SORTS.map((name) => (
        <a key={name} href={listPath(path, name)} aria-current={name === sort ? "page" : undefined}>
          {t(`sort.${name}`)}
        </a>
      ))}
    </nav>
  );
}

/** On to the next page of a list, and back to its beginning: where they lead, or null. */
export function ListPages({ first, next }: { first: string | null; next: string | null }) {
  const { t } = useWords();
  if (!first && !next) return null;
  return (
    <nav className="list-pages" aria-label={t("pages.label")}>
      {first && (
        <a className="button" href={first}>
          {t("pages.first")}
        </a>
      )}
      {next && (
        <a className="button" href={next} rel="next">
          {t("pages.nextPage")}
        </a>
      )}
    </nav>
  );
}

type EmptyProps = { says: ReactNode; action?: string; href?: string };

/** A list with nothing in it: says so, and what to do. */
export function Empty({ says, action, href }: EmptyProps) {
  return (
    <div className="empty">
      <p>{says}</p>
      {href && (
        <a className="button" href={href}>
          {action}
        </a>
      )}
    </div>
  );
}
