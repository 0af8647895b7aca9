import { data, redirect, type ShouldRevalidateFunctionArgs } from "react-router";
import { getThreadPage } from "#app/db/threads.server.ts";
import { REPLIES_PER_PAGE } from "#app/domain/limits.ts";
import { excerpt } from "#app/domain/markdown.ts";
import { messageOf, moderateRefusal, replyRefusal } from "#app/domain/permissions.ts";
import { repliesForViewer, shownDecision, withVotes } from "#app/domain/reply-view.ts";
import { notFound } from "#app/http.ts";
import { categoryPath, slugOf, threadPath } from "#app/paths.ts";
import { hasPage, threadPage } from "#app/public-pages.ts";
import { databaseContext, siteContext, viewerContext, votesContext } from "#app/request/context.server.ts";
import { readPublic } from "#app/request/public.server.ts";
import { PageHead } from "#app/ui/page-head.tsx";
import { Reply } from "#app/ui/reply.tsx";
import { ReplyForm } from "#app/ui/reply-form.tsx";
import { ThreadPages } from "#app/ui/thread-pages.tsx";
import { useToolsClosing } from "#app/ui/tools.tsx";
import { useWords } from "#app/ui/words.ts";
import type { Route } from "./+types/show";
import { ThreadHead } from "./thread-head.tsx";

export async function loader({ context, params, url }: Route.LoaderArgs) {
  const query = threadPage.at(params, url.searchParams);
  const { number, page } = query.asked;
  const viewer = context.get(viewerContext);
  const shared = await readPublic(context, query);
  const found = shared
    ? withVotes(shared, context.get(votesContext))
    : // A deleted thread is there for its author alone.
      viewer && (await getThreadPage(context.get(databaseContext), { number, page, viewerId: viewer.id }));
  if (!found) throw notFound("missing.thread");
  if (!hasPage(found, page)) throw notFound("missing.page");
  const { authorId: _, lock, pin, categories, ...thread } = found;
  if (params.slug !== slugOf(thread.title)) throw redirect(threadPath(thread, page), 301);
  const now = new Date();
  const refusal = replyRefusal(viewer, thread, now);
  return data({
    origin: context.get(siteContext).origin,
    sidebar: { categories, category: thread.category.slug },
    thread: {
      ...thread,
      lock: shownDecision(lock),
      pin: shownDecision(pin),
      replies: repliesForViewer(found, viewer, now),
    },
    page,
    description: excerpt(thread.replies[0]?.bodyHtml ?? "", 200),
    mayModerate: moderateRefusal(viewer, now) === null,
    isSignedIn: viewer !== null,
    replyRefusal: refusal && refusal !== "signed-out" ? messageOf(refusal) : null,
    submission: viewer ? crypto.randomUUID() : null,
  });
}

/** A vote changes one number, which its button already shows. */
export function shouldRevalidate({ formAction, defaultShouldRevalidate }: ShouldRevalidateFunctionArgs) {
  return formAction?.endsWith("/vote") ? false : defaultShouldRevalidate;
}

export default function Thread({ loaderData }: Route.ComponentProps) {
  useToolsClosing();
  const { t, say } = useWords();
  const { thread, page, isSignedIn, mayModerate, submission } = loaderData;
  return (
    <article className="thread" data-color={thread.category.color}>
      <Meta {...loaderData} />
      <ThreadHead thread={thread} mayModerate={mayModerate} />
      <ThreadPages thread={thread} page={page} label={t("pages.label")} />
      <ol className="replies" start={(page - 1) * REPLIES_PER_PAGE + 1}>
        {thread.replies.map((reply) => (
          <Reply key={reply.number} thread={thread} reply={reply} isSignedIn={isSignedIn} />
        ))}
      </ol>
      {thread.replies.length === 0 && <p className="empty">{t("thread.nothingLeft")}</p>}
      <ThreadPages thread={thread} page={page} label={t("pages.afterReplies")} />
      <section className="answer" aria-labelledby="answer">
        <h2 id="answer" className="visually-hidden">
          {t("thread.answer")}
        </h2>
        {loaderData.replyRefusal || (thread.status === "locked" && !mayModerate) ? (
          <p className="notice">{say(loaderData.replyRefusal ?? messageOf("locked"))}</p>
        ) : (
          <>
            {thread.status === "locked" && <p className="notice">{t("thread.lockedForOthers")}</p>}
            <ReplyForm thread={thread} submission={submission} rows={6} isSignedIn={isSignedIn} />
          </>
        )}
      </section>
      <p className="quiet back">
        <a href={categoryPath(thread.category.slug)}>
          <span className="arrow" aria-hidden="true">
            ←
          </span>{" "}
          {t("thread.back", { category: thread.category.name })}
        </a>
      </p>
    </article>
  );
}

type MetaProps = Pick<Route.ComponentProps["loaderData"], "thread" | "page" | "origin" | "description">;

function Meta({ thread, page, origin, description }: MetaProps) {
  const { t } = useWords();
  const { title } = thread;
  const address = `${origin}${threadPath(thread, page)}`;
  return (
    <>
      <PageHead
        title={page > 1 ? t("thread.titleOfPage", { title, page }) : title}
        description={description}
      />
      <link rel="canonical" href={address} />
      <meta property="og:title" content={title} />
      <meta property="og:type" content="article" />
      <meta property="og:url" content={address} />
    </>
  );
}
