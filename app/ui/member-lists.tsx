import type { MemberReply, MemberThread } from "#app/domain/views.ts";
import { replyPath } from "#app/paths.ts";
import { Body } from "./body.tsx";
import { Empty, Score, ThreadRow } from "./thread-list.tsx";
import { Time } from "./time.tsx";
import { useWords } from "./words.ts";

/** The threads that a member started, newest first. */
export function MemberThreads({ threads }: { threads: MemberThread[] }) {
  const { t } = useWords();
  if (threads.length === 0) return <Empty says={t("member.noThreads")} />;
  return (
    <section aria-labelledby="threads">
      <h2 id="threads" className="visually-hidden">
        {t("list.threads")}
      </h2>
      <ol className="thread-list">
        {threads.map((thread) => (
          <ThreadRow key={thread.number} thread={thread} category={thread.category} />
        ))}
      </ol>
    </section>
  );
}

/** What a member replied, newest first, each with the thread it stands in. */
export function MemberReplies({ replies }: { replies: MemberReply[] }) {
  const { t } = useWords();
  if (replies.length === 0) return <Empty says={t("member.noReplies")} />;
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
                <Time value={reply.createdAt} /> · <Score value={reply.score} />
              </p>
              <Body html={reply.bodyHtml} />
            </article>
          </li>
        ))}
      </ol>
    </section>
  );
}
