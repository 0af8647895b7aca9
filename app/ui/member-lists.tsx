import type { MemberReply, MemberThread } from "#app/domain/views.ts";
import { categoryPath, replyPath, threadPath } from "#app/paths.ts";
import { Body } from "./body.tsx";
import { Count } from "./count.tsx";
import { Time } from "./time.tsx";
import { useWords } from "./words.ts";

/** The threads that a member started, newest first. */
export function MemberThreads({ threads }: { threads: MemberThread[] }) {
  const { t } = useWords();
  if (threads.length === 0) return <p className="empty">{t("member.noThreads")}</p>;
  return (
    <section aria-labelledby="threads">
      <h2 id="threads" className="visually-hidden">
        {t("list.threads")}
      </h2>
      <ol className="thread-list">
        {threads.map((thread) => (
          <li className="thread-row" key={thread.number}>
            <h3>
              <a href={threadPath(thread)} dir="auto">
                {thread.title}
              </a>
            </h3>
            <p className="quiet">
              <a className="category" href={categoryPath(thread.category.slug)}>
                {thread.category.name}
              </a>{" "}
              <Time value={thread.createdAt} />
            </p>
            <p className="thread-counts quiet">
              <span>
                <Count value={thread.replyCount} of="replies" />
              </span>
            </p>
          </li>
        ))}
      </ol>
    </section>
  );
}

/** What a member replied, newest first, each with the thread it stands in. */
export function MemberReplies({ replies }: { replies: MemberReply[] }) {
  const { t } = useWords();
  if (replies.length === 0) return <p className="empty">{t("member.noReplies")}</p>;
  return (
    <section aria-labelledby="replies">
      <h2 id="replies" className="visually-hidden">
        {t("list.replies")}
      </h2>
      <ol className="replies member-replies">
        {replies.map((reply) => (
          <li key={reply.id}>
            <article className="reply">
              <h3>
                <a href={replyPath(reply.thread, reply.number)} dir="auto">
                  {reply.thread.title} #{reply.number}
                </a>
              </h3>
              <p className="quiet">
                <Time value={reply.createdAt} /> ·
                <span data-score={reply.score}>{t("member.score", { score: reply.score })}</span>
              </p>
              <Body html={reply.bodyHtml} />
            </article>
          </li>
        ))}
      </ol>
    </section>
  );
}
