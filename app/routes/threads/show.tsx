import { data, redirect, type ShouldRevalidateFunctionArgs } from "react-router";
import { getThreadPage } from "#app/db/threads.server.ts";
import { REPLIES_PER_PAGE } from "#app/domain/limits.ts";
import { excerpt } from "#app/domain/markdown.ts";
import { LOCKED_FOR_OTHERS, moderateRefusal, REFUSALS, replyRefusal } from "#app/domain/permissions.ts";
import { repliesForViewer, withVotes } from "#app/domain/reply-view.ts";
import { notFound } from "#app/http.ts";
import { categoryPath, lockAction, pinAction, slugOf, threadPath } from "#app/paths.ts";
import { hasPage, threadPage } from "#app/public-pages.ts";
import { databaseContext, siteContext, viewerContext, votesContext } from "#app/request/context.server.ts";
import { readPublic } from "#app/request/public.server.ts";
import { Count } from "#app/ui/count.tsx";
import { Reply } from "#app/ui/reply.tsx";
import { ReplyForm } from "#app/ui/reply-form.tsx";
import { ThreadMarks } from "#app/ui/thread-list.tsx";
import { ThreadPages } from "#app/ui/thread-pages.tsx";
import type { Route } from "./+types/show";

export async function loader({ context, params, url }: Route.LoaderArgs) {
  const query = threadPage.at(params, url.searchParams);
  const { number, page } = query.asked;
  const viewer = context.get(viewerContext);
  const shared = await readPublic(context, query);
  const found = shared
    ? withVotes(shared, context.get(votesContext))
    : // A deleted thread is there for its author alone.
      viewer && (await getThreadPage(context.get(databaseContext), { number, page, viewerId: viewer.id }));
  if (!found) throw notFound("There is no such thread.");
  if (!hasPage(found, page)) throw notFound("This thread has fewer pages.");
  const { authorId: _, ...thread } = found;
  if (params.slug !== slugOf(thread.title)) throw redirect(threadPath(thread, page), 301);
  const now = new Date();
  const refusal = replyRefusal(viewer, thread, now);
  return data({
    site: context.get(siteContext),
    thread: { ...thread, replies: repliesForViewer(found, viewer, now) },
    page,
    description: excerpt(thread.replies[0]?.bodyHtml ?? "", 200),
    mayModerate: moderateRefusal(viewer, now) === null,
    isSignedIn: viewer !== null,
    replyRefusal: refusal && refusal !== "signed-out" ? REFUSALS[refusal] : null,
    submission: viewer ? crypto.randomUUID() : null,
  });
}

/** A vote changes one number, which its button already shows. */
export function shouldRevalidate({ formAction, defaultShouldRevalidate }: ShouldRevalidateFunctionArgs) {
  return formAction?.endsWith("/vote") ? false : defaultShouldRevalidate;
}

export const meta: Route.MetaFunction = ({ loaderData }) => {
  if (!loaderData) return [];
  const { thread, page, site, description } = loaderData;
  const address = `${site.origin}${threadPath(thread, page)}`;
  const pageName = page > 1 ? ` (page ${page})` : "";
  return [
    { title: `${thread.title}${pageName} · ${site.name}` },
    { name: "description", content: description },
    { tagName: "link", rel: "canonical", href: address },
    { property: "og:title", content: thread.title },
    { property: "og:type", content: "article" },
    { property: "og:url", content: address },
  ];
};

export default function Thread({ loaderData }: Route.ComponentProps) {
  const { thread, page, isSignedIn, mayModerate, submission } = loaderData;
  return (
    <article className="thread">
      <header className="page-head">
        <p className="quiet">
          <ThreadMarks thread={thread} />
          <a className="category" href={categoryPath(thread.category.slug)}>
            {thread.category.name}
          </a>{" "}
          · <Count value={thread.replyCount} one="reply" many="replies" />
        </p>
        <h1 dir="auto">{thread.title}</h1>
        {thread.isDeleted && <p className="notice">You deleted this thread. Nobody else can see it.</p>}
        {mayModerate && !thread.isDeleted && <ModeratorTools thread={thread} />}
      </header>
      <ThreadPages thread={thread} page={page} label="Pages" />
      <ol className="replies" start={(page - 1) * REPLIES_PER_PAGE + 1}>
        {thread.replies.map((reply) => (
          <Reply key={reply.number} thread={thread} reply={reply} isSignedIn={isSignedIn} />
        ))}
      </ol>
      {thread.replies.length === 0 && <p className="empty">Nothing is left on this page.</p>}
      <ThreadPages thread={thread} page={page} label="Pages, after the replies" />
      <section className="answer" aria-labelledby="answer">
        <h2 id="answer" className="visually-hidden">
          Reply
        </h2>
        {loaderData.replyRefusal || (thread.status === "locked" && !mayModerate) ? (
          <p className="notice">{loaderData.replyRefusal ?? REFUSALS.locked}</p>
        ) : (
          <>
            {thread.status === "locked" && <p className="notice">{LOCKED_FOR_OTHERS}</p>}
            <ReplyForm thread={thread} submission={submission} rows={6} isSignedIn={isSignedIn} />
          </>
        )}
      </section>
      <p className="quiet back">
        <a href={categoryPath(thread.category.slug)}>← Back to {thread.category.name}</a>
      </p>
    </article>
  );
}

type Moderated = { number: number; status: "open" | "locked"; isPinned: boolean };

function ModeratorTools({ thread }: { thread: Moderated }) {
  const isLocked = thread.status === "locked";
  return (
    <div className="tools">
      <form method="post" action={lockAction(thread.number)}>
        <button className="button" type="submit" name="locked" value={isLocked ? "false" : "true"}>
          {isLocked ? "Unlock" : "Lock"}
        </button>
      </form>
      <form method="post" action={pinAction(thread.number)}>
        <button className="button" type="submit" name="pinned" value={thread.isPinned ? "false" : "true"}>
          {thread.isPinned ? "Unpin" : "Pin"}
        </button>
      </form>
    </div>
  );
}
