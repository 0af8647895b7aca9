import { data } from "react-router";
import { editReply, getReply } from "#app/db/replies.server.ts";
import { type FormState, parseForm } from "#app/domain/form.ts";
import { renderMarkdown } from "#app/domain/markdown.ts";
import { parseNumber } from "#app/domain/paging.ts";
import { editRefusal } from "#app/domain/permissions.ts";
import { EditOpeningPostForm, EditReplyForm } from "#app/domain/reply.ts";
import { notFound, problemOf, seeOther } from "#app/http.ts";
import { refuse, requireViewer } from "#app/middleware/viewer.server.ts";
import { editPath, replyPath } from "#app/paths.ts";
import { databaseContext, formContext } from "#app/request/context.server.ts";
import { BodyField, Field, FormErrors, Preview, PreviewButton, useAnswer } from "#app/ui/form.tsx";
import { PageHead } from "#app/ui/page-head.tsx";
import { useWords } from "#app/ui/words.ts";
import type { Route } from "./+types/edit";

type Answer = FormState<"title" | "body" | "revision"> & {
  preview?: string;
  /** What someone else saved in the meantime. */
  newer?: { body: string; title: string };
};

export async function loader({ context, params, url }: Route.LoaderArgs) {
  const viewer = requireViewer(context, url);
  const { thread, number } = readNumbers(params);
  const found = await getReply(context.get(databaseContext), { thread, number, viewerId: viewer.id });
  if (!found?.reply) throw notFound("missing.reply");
  refuse(editRefusal(viewer, found.thread, found.reply, new Date()));
  const { body, revision } = found.reply;
  return {
    sidebar: { categories: found.categories },
    thread: found.thread,
    reply: { number, body, revision },
  };
}

export async function action({ context, params, url }: Route.ActionArgs) {
  const viewer = requireViewer(context, url);
  const { thread, number } = readNumbers(params);
  const form = context.get(formContext);
  const parsed = parseForm(number === 1 ? EditOpeningPostForm : EditReplyForm, form);
  const { values } = parsed;
  if (form.has("preview"))
    return data<Answer>({ values, errors: {}, preview: renderMarkdown(values.body ?? "") });
  if (!parsed.ok) return data<Answer>({ values, errors: parsed.errors }, { status: 400 });
  const title = "title" in parsed.data ? String(parsed.data.title) : null;
  const { body, revision } = parsed.data;
  const edit = { thread, number, authorId: viewer.id, body, title, revision };
  const edited = await editReply(context.get(databaseContext), edit);
  if (edited.outcome === "done") throw seeOther(replyPath({ number: thread, title: edited.title }, number));
  const { message, status } = problemOf(edited, {
    missing: "missing.reply",
    conflict: "conflict.edited",
  });
  const errors = { form: message };
  if (edited.outcome !== "conflict") return data<Answer>({ values, errors }, { status });
  const newer = { body: edited.body, title: edited.title };
  return data<Answer>(
    { values: { ...values, revision: String(edited.revision) }, errors, newer },
    { status },
  );
}

function readNumbers(params: { number: string; reply: string }): { thread: number; number: number } {
  const thread = parseNumber(params.number);
  const number = parseNumber(params.reply);
  if (!thread || !number) throw notFound();
  return { thread, number };
}

export default function EditReply({ loaderData, actionData }: Route.ComponentProps) {
  const { t } = useWords();
  const { thread, reply } = loaderData;
  const isOpeningPost = reply.number === 1;
  const answer = useAnswer(actionData);
  const values: Answer["values"] = answer?.values ?? {
    title: thread.title,
    body: reply.body,
    revision: String(reply.revision),
  };
  const errors: Answer["errors"] = answer?.errors ?? {};
  return (
    <article className="form-page">
      <PageHead title={t("edit.title")} />
      <h1>{isOpeningPost ? t("edit.thread") : t("edit.reply", { number: String(reply.number) })}</h1>
      {answer?.newer && <Newer newer={answer.newer} isOpeningPost={isOpeningPost} />}
      {answer?.preview !== undefined && <Preview html={answer.preview} />}
      <form className="form" method="post" action={editPath(thread.number, reply.number)}>
        <FormErrors errors={errors} />
        <input type="hidden" name="revision" value={values.revision} />
        {isOpeningPost && (
          <Field name="title" label={t("field.title")} value={values.title} error={errors.title} />
        )}
        <BodyField
          label={t(isOpeningPost ? "newThread.body" : "newReply.body")}
          value={values.body}
          error={errors.body}
        />
        <div className="form-actions">
          <button className="button primary" type="submit">
            {t("form.save")}
          </button>
          <PreviewButton />
          <a className="button quiet" href={replyPath(thread, reply.number)}>
            {t("form.cancel")}
          </a>
        </div>
      </form>
    </article>
  );
}

function Newer({ newer, isOpeningPost }: { newer: { body: string; title: string }; isOpeningPost: boolean }) {
  const { t } = useWords();
  return (
    <section className="answered" aria-labelledby="newer">
      <h2 id="newer">{t("edit.newer")}</h2>
      {isOpeningPost && <p dir="auto">{newer.title}</p>}
      <pre dir="auto">{newer.body}</pre>
    </section>
  );
}
