import type { ReactNode } from "react";

import { SORTS, type Sort } from "#app/domain/paging.ts";
import type { ListedThread } from "#app/domain/views.ts";
import { categoryPath, listPath, memberPath, threadPath } from "#app/paths.ts";
import { Avatar } from "./avatar.tsx";
import { Count } from "./count.tsx";
import { Time } from "./time.tsx";

const SORT_NAMES: Record<Sort, string> = { latest: "Latest", new: "New", top: "Top" };

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
          by <a href={memberPath(thread.author.handle)}>{thread.author.handle}</a> ·
        </span>{" "}
        {thread.replyCount > 0 ? (
          <span>
            {thread.lastAuthor} replied <Time value={thread.lastActivityAt} />
          </span>
        ) : (
          <Time value={thread.createdAt} />
        )}
      </p>
      <p className="thread-counts quiet">
        <span>
          <Count value={thread.replyCount} one="reply" many="replies" />
        </span>
        {thread.score !== 0 && (
          <span data-score={thread.score}>
            <Count value={thread.score} one="vote" many="votes" />
          </span>
        )}
      </p>
    </li>
  );
}

/** What a moderator set on a thread, in words. */
export function ThreadMarks({ thread }: { thread: { isPinned: boolean; status: "open" | "locked" } }) {
  return (
    <>
      {thread.isPinned && <span className="mark-label">Pinned</span>}{" "}
      {thread.status === "locked" && <span className="mark-label">Locked</span>}{" "}
    </>
  );
}

/** The orders of a list as links; the present one is marked. */
export function SortLinks({ path, sort }: { path: string; sort: Sort }) {
  return (
    <nav className="tabs" aria-label="Order">
      {SORTS.map((name) => (
        <a key={name} href={listPath(path, name)} aria-current={name === sort ? "page" : undefined}>
          {SORT_NAMES[name]}
        </a>
      ))}
    </nav>
  );
}

type PagesProps = { path: string; sort: Sort; isFirst: boolean; next: string | null };

/** On to the next page of a list, and back to its beginning. */
export function Pages({ path, sort, isFirst, next }: PagesProps) {
  if (isFirst && !next) return null;
  return (
    <nav className="pages" aria-label="Pages">
      {!isFirst && (
        <a className="button" href={listPath(path, sort)}>
          First page
        </a>
      )}
      {next && (
        <a className="button" href={listPath(path, sort, next)} rel="next">
          Next page
        </a>
      )}
    </nav>
  );
}
