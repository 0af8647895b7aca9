import type { ReactNode } from "react";

import { SORTS, type Sort } from "#app/domain/paging.ts";
import type { ListedThread } from "#app/domain/views.ts";
import { categoryPath, listPath, memberPath, threadPath } from "#app/paths.ts";
import { Avatar } from "./avatar.tsx";
import { Count } from "./count.tsx";
import { Time } from "./time.tsx";
import { rich, useWords } from "./words.ts";

type ListProps = { threads: ListedThread[]; isCategoryShown?: boolean; empty: ReactNode };

/** Threads, one a row: title and state, where and by whom, how many replies, and the latest word. */
export function ThreadList({ threads, isCategoryShown = false, empty }: ListProps) {
  if (threads.length === 0) return <p className="empty">{empty}</p>;
  return (
    <ol className="thread-list">
      {threads.map((thread) => (
        <ThreadRow key={thread.number} thread={thread} isCategoryShown={isCategoryShown} />
      ))}
    </ol>
  );
}

function ThreadRow({ thread, isCategoryShown }: { thread: ListedThread; isCategoryShown: boolean }) {
  const words = useWords();
  return (
    <li className="thread-row">
      <Avatar {...thread.author} />
      <h3>
        <ThreadMarks thread={thread} />
        <a href={threadPath(thread)} dir="auto">
          {thread.title}
        </a>
      </h3>
      <p className="quiet">
        {isCategoryShown && (
          <>
            <a className="category" href={categoryPath(thread.category.slug)}>
              {thread.category.name}
            </a>{" "}
          </>
        )}
        <span className="by-author">
          {rich(words, "thread.byAuthor", {
            author: <a href={memberPath(thread.author.handle)}>{thread.author.handle}</a>,
          })}{" "}
          ·
        </span>{" "}
        {thread.replyCount > 0 ? (
          <span>
            {rich(words, "thread.lastReply", {
              author: thread.lastAuthor,
              when: <Time value={thread.lastActivityAt} />,
            })}
          </span>
        ) : (
          <Time value={thread.createdAt} />
        )}
      </p>
      <p className="thread-counts quiet">
        <span>
          <Count value={thread.replyCount} of="replies" />
        </span>
        {thread.score !== 0 && (
          <span data-score={thread.score}>
            <Count value={thread.score} of="votes" />
          </span>
        )}
      </p>
    </li>
  );
}

/** What a moderator set on a thread, in words. */
export function ThreadMarks({ thread }: { thread: { isPinned: boolean; status: "open" | "locked" } }) {
  const { t } = useWords();
  return (
    <>
      {thread.isPinned && <span className="mark-label">{t("thread.pinned")}</span>}{" "}
      {thread.status === "locked" && <span className="mark-label">{t("thread.locked")}</span>}{" "}
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

type PagesProps = { path: string; sort: Sort; isFirst: boolean; next: string | null };

/** On to the next page of a list, and back to its beginning. */
export function Pages({ path, sort, isFirst, next }: PagesProps) {
  const { t } = useWords();
  if (isFirst && !next) return null;
  return (
    <nav className="pages" aria-label={t("pages.label")}>
      {!isFirst && (
        <a className="button" href={listPath(path, sort)}>
          {t("pages.first")}
        </a>
      )}
      {next && (
        <a className="button" href={listPath(path, sort, next)} rel="next">
          {t("pages.nextPage")}
        </a>
      )}
    </nav>
  );
}
