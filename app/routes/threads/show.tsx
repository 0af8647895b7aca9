import { data, redirect } from "react-router";
import { getThreadPage } from "#app/db/threads.server.ts";
import { REPLIES_PER_PAGE } from "#app/domain/limits.ts";
import { excerpt, renderMarkdown } from "#app/domain/markdown.ts";
import { moderateRefusal, type Refusal, replyRefusal } from "#app/domain/permissions.ts";
import { repliesForViewer, shownDecision, withVotes } from "#app/domain/reply-view.ts";
import type { Viewer } from "#app/domain/viewer.ts";
import type { ThreadPage, ThreadState } from "#app/domain/views.ts";
import { notFound, onlyRead } from "#app/http.ts";
import { requireViewer } from "#app/middleware/viewer.server.ts";
import { categoryPath, slugOf, threadPath } from "#app/paths.ts";
import { hasPage, threadPage } from "#app/public-pages.ts";
import {
  databaseContext,
  formContext,
  recordContext,
  showElsewhereContext,
  viewerContext,
  votesContext,
} from "#app/request/context.server.ts";
import { readPublic } from "#app/request/public.server.ts";
import { previewAnswer } from "#app/ui/client-action.ts";
import { useAnswer } from "#app/ui/form.tsx";
import { PageHead } from "#app/ui/page-head.tsx";
import { Reply } from "#app/ui/reply.tsx";
import type { ReplyAnswer } from "#app/ui/reply-form.tsx";
import { ThreadPages } from "#app/ui/thread-pages.tsx";
import { useToolsClosing } from "#app/ui/tools.tsx";
import { useWords } from "#app/ui/words.ts";
import type { Route } from "./+types/show";
import { Answer } from "./answer.tsx";
import { ThreadHead } from "./thread-head.tsx";

export { revalidates as shouldRevalidate } from "#app/ui/client-action.ts";

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
  // Where a form came along, a redirect would lose what was typed.
  const isPosted = context.get(recordContext).keptForm !== null;
  if (params.slug !== slugOf(thread.title) && !isPosted) throw redirect(threadPath(thread, page), 301);
  const now = new Date();
  return data({
    sidebar: { categories, category: thread.category.slug },
    thread: {
      ...thread,
      lock: shownDecision(lock),
      pin: shownDecision(pin),
      replies: repliesForViewer(found, viewer, now),
    },
    page,
    description: describe(thread),
    mayModerate: moderateRefusal(viewer, now) === null,
    isSignedIn: viewer !== null,
    replyRefusal: replyRefusalFor(viewer, thread, now),
    submission: viewer ? crypto.randomUUID() : null,
  });
}

/** What search engines and chats show of a description. */
const DESCRIPTION_MAX = 160;

/** The first words of the page: on the first one those of the opening post. Empty where nothing of them is left. */
function describe({ replies }: Pick<ThreadPage, "replies">): string {
  for (const { bodyHtml } of replies) {
    const words = excerpt(bodyHtml ?? "", DESCRIPTION_MAX);
    if (words) return words;
  }
  return "";
}

/** Why the viewer may not reply. Readers are asked to sign in where they then could. */
function replyRefusalFor(viewer: Viewer | null, thread: ThreadState, now: Date): Refusal | null {
  if (viewer) return replyRefusal(viewer, thread, now);
  return thread.status === "locked" ? "locked" : null;
}

/** Shows a reply as it will look, on the page under which it is written. A reply itself is sent to its own address. */
export async function action({ context, url }: Route.ActionArgs) {
  const form = context.get(formContext);
  if (!form.has("preview")) throw onlyRead();
  requireViewer(context, url);
  const typed = (name: string) => String(form.get(name) ?? "");
  const values = { body: typed("body"), submission: typed("submission") };
  const show = context.get(showElsewhereContext);
  return data<ReplyAnswer>({ values, errors: {}, preview: renderMarkdown(values.body, show) });
}

export function clientAction({ serverAction }: Route.ClientActionArgs) {
  return previewAnswer(serverAction);
}

export default function Thread({ loaderData, actionData }: Route.ComponentProps) {
  useToolsClosing();
  const { t } = useWords();
  const { thread, page, isSignedIn, mayModerate, submission } = loaderData;
  const answer = useAnswer(actionData);
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
      <Answer
        thread={thread}
        page={page}
        refusal={loaderData.replyRefusal}
        submission={submission}
        answer={answer}
      />
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

type MetaProps = Pick<Route.ComponentProps["loaderData"], "thread" | "page" | "description">;

function Meta({ thread, page, description }: MetaProps) {
  const { t } = useWords();
  const { title, category } = thread;
  return (
    <PageHead
      title={page > 1 ? t("thread.titleOfPage", { title, page }) : title}
      description={description || t("thread.about", { category: category.name })}
      shared={{ path: threadPath(thread, page), type: "article" }}
    />
  );
}
