import { data } from "react-router";
import { createReply, getReply } from "#app/db/replies.server.ts";
import { parseForm } from "#app/domain/form.ts";
import { quoteMarkdown, renderMarkdown } from "#app/domain/markdown.ts";
import { parseNumber } from "#app/domain/paging.ts";
import { replyRefusal } from "#app/domain/permissions.ts";
import { NewReplyForm } from "#app/domain/reply.ts";
import { notFound, problemOf, seeOther } from "#app/http.ts";
import { wordsIn } from "#app/messages/words.server.ts";
import { requireViewer } from "#app/middleware/viewer.server.ts";
import { replyPath, threadPath } from "#app/paths.ts";
import {
  databaseContext,
  formContext,
  showElsewhereContext,
  siteContext,
} from "#app/request/context.server.ts";
import { answerPicture } from "#app/request/picture.server.ts";
import { Body } from "#app/ui/body.tsx";
import { previewAnswer } from "#app/ui/client-action.ts";
import { useAnswer } from "#app/ui/form.tsx";
import { NoForm } from "#app/ui/no-form.tsx";
import { PageHead } from "#app/ui/page-head.tsx";
import { type ReplyAnswer, ReplyForm } from "#app/ui/reply-form.tsx";
import { rich, useWords } from "#app/ui/words.ts";
import type { Route } from "./+types/new";

export { revalidates as shouldRevalidate } from "#app/ui/client-action.ts";

export async function loader({ context, params, url }: Route.LoaderArgs) {
  const viewer = requireViewer(context, url);
  const thread = parseNumber(params.number);
  if (!thread) throw notFound();
  const number = parseNumber(url.searchParams.get("to") ?? undefined);
  const found = await getReply(context.get(databaseContext), { thread, number, viewerId: viewer.id });
  if (!found) throw notFound("missing.thread");
  const answered = found.reply && !found.reply.isDeleted ? found.reply : null;
  const place = answered ? `[#${answered.number}](${replyPath(found.thread, answered.number)})` : "";
  // What is quoted is posted for everyone, so the forum's own language introduces it.
  const { t } = wordsIn(context.get(siteContext).language);
  const introduce = (author: string) => t("reply.wrote", { author, place });
  const isQuoted = url.searchParams.has("quote") && answered !== null;
  return {
    sidebar: { categories: found.categories },
    thread: found.thread,
    answered: answered && { number: answered.number, handle: answered.handle, bodyHtml: answered.bodyHtml },
    quote: isQuoted ? quoteMarkdown(answered.handle, answered.body, introduce) : "",
    refusal: replyRefusal(viewer, found.thread, new Date()),
    submission: crypto.randomUUID(),
  };
}

export async function action({ context, params, url }: Route.ActionArgs) {
  const viewer = requireViewer(context, url);
  const thread = parseNumber(params.number);
  if (!thread) throw notFound();
  const form = context.get(formContext);
  const parsed = parseForm(NewReplyForm, form);
  const { values } = parsed;
  const show = context.get(showElsewhereContext);
  if (form.has("preview"))
    return data<ReplyAnswer>({ values, errors: {}, preview: renderMarkdown(values.body ?? "", show) });
  const picture = await answerPicture(context, viewer, form, values);
  if (picture) return data<ReplyAnswer>(picture.answer, { status: picture.status });
  if (!parsed.ok) return data<ReplyAnswer>({ values, errors: parsed.errors }, { status: 400 });
  const reply = { ...parsed.data, thread, authorId: viewer.id };
  const created = await createReply(context.get(databaseContext), reply, show);
  if (created.outcome === "done") throw seeOther(replyPath(created.thread, created.number));
  const { message, status } = problemOf(created, {
    missing: "missing.thread",
    conflict: "conflict.sentBefore",
  });
  const again = { ...values, submission: crypto.randomUUID() };
  return data<ReplyAnswer>({ values: again, errors: { form: message } }, { status });
}

export function clientAction({ serverAction }: Route.ClientActionArgs) {
  return previewAnswer(serverAction);
}

export default function NewReply({ loaderData, actionData }: Route.ComponentProps) {
  const words = useWords();
  const { thread, answered, quote, refusal, submission } = loaderData;
  const answer = useAnswer(actionData);
  const replyTo = parseNumber(answer?.values.replyTo) ?? answered?.number ?? null;
  return (
    <article className="form-page">
      <PageHead title={words.t("newReply.title", { thread: thread.title })} />
      <h1>
        {rich(words, "newReply.title", {
          thread: (
            <a href={threadPath(thread)} dir="auto">
              {thread.title}
            </a>
          ),
        })}
      </h1>
      {answered && (
        <section className="answered" aria-labelledby="answered">
          <h2 id="answered">
            {rich(words, "newReply.answered", {
              handle: answered.handle,
              place: <a href={replyPath(thread, answered.number)}>#{answered.number}</a>,
            })}
          </h2>
          <Body html={answered.bodyHtml} />
        </section>
      )}
      {refusal ? (
        <NoForm refusal={refusal} typed={answer?.values} />
      ) : (
        <ReplyForm thread={thread} submission={submission} replyTo={replyTo} quote={quote} answer={answer} />
      )}
    </article>
  );
}
