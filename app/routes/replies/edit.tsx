import { data } from "react-router";
import { editReply, getReply } from "#app/db/replies.server.ts";
import { parseForm } from "#app/domain/form.ts";
import { TITLE_MAX } from "#app/domain/limits.ts";
import { renderMarkdown } from "#app/domain/markdown.ts";
import { parseNumber } from "#app/domain/paging.ts";
import { editRefusal } from "#app/domain/permissions.ts";
import type { PictureFields } from "#app/domain/picture.ts";
import { EditOpeningPostForm, EditReplyForm } from "#app/domain/reply.ts";
import { partsThatDiffer } from "#app/domain/text-difference.ts";
import { notFound, problemOf, seeOther } from "#app/http.ts";
import { refuse, requireViewer } from "#app/middleware/viewer.server.ts";
import { editPath, replyPath } from "#app/paths.ts";
import { databaseContext, formContext, showElsewhereContext } from "#app/request/context.server.ts";
import { answerPicture } from "#app/request/picture.server.ts";
import { previewAnswer } from "#app/ui/client-action.ts";
import { Composer, type ComposerAnswer } from "#app/ui/composer.tsx";
import { Field, useAnswer } from "#app/ui/form.tsx";
import { PageHead } from "#app/ui/page-head.tsx";
import { useWords } from "#app/ui/words.ts";
import type { Route } from "./+types/edit";

export { revalidates as shouldRevalidate } from "#app/ui/client-action.ts";

type Answer = ComposerAnswer<"title" | "body" | "revision" | "against" | PictureFields>;

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
  const show = context.get(showElsewhereContext);
  if (form.has("preview"))
    return data<Answer>({ values, errors: {}, preview: renderMarkdown(values.body ?? "", show) });
  const picture = await answerPicture(context, viewer, form, values);
  if (picture) return data<Answer>(picture.answer, { status: picture.status });
  if (!parsed.ok) return data<Answer>({ values, errors: parsed.errors }, { status: 400 });
  const title = "title" in parsed.data ? String(parsed.data.title) : null;
  const { body, revision } = parsed.data;
  const edit = { thread, number, authorId: viewer.id, body, title, revision };
  const edited = await editReply(context.get(databaseContext), edit, show);
  if (edited.outcome === "done") throw seeOther(replyPath({ number: thread, title: edited.title }, number));
  const { message, status } = problemOf(edited, {
    missing: "missing.reply",
    conflict: "conflict.edited",
  });
  const errors = { form: message };
  if (edited.outcome !== "conflict") return data<Answer>({ values, errors }, { status });
  const again = { ...values, revision: String(edited.revision), against: "true" };
  return data<Answer>({ values: again, errors }, { status });
}

function readNumbers(params: { number: string; reply: string }): { thread: number; number: number } {
  const thread = parseNumber(params.number);
  const number = parseNumber(params.reply);
  if (!thread || !number) throw notFound();
  return { thread, number };
}

export function clientAction({ serverAction }: Route.ClientActionArgs) {
  return previewAnswer(serverAction);
}

export default function EditReply({ loaderData, actionData }: Route.ComponentProps) {
  const { t } = useWords();
  const { thread, reply } = loaderData;
  const isOpeningPost = reply.number === 1;
  const answer = useAnswer(actionData);
  const revision = String(reply.revision);
  const values: Answer["values"] = answer?.values ?? { title: thread.title, body: reply.body, revision };
  const errors: Answer["errors"] = answer?.errors ?? {};
  const isConflict = values.against !== undefined;
  return (
    <article className="form-page">
      <PageHead title={t("edit.title")} />
      <h1>{isOpeningPost ? t("edit.thread") : t("edit.reply", { number: String(reply.number) })}</h1>
      <Composer
        action={editPath(thread.number, reply.number)}
        name={`edit:${thread.number}:${reply.number}:${values.revision}`}
        answer={answer}
        label={t(isOpeningPost ? "newThread.body" : "newReply.body")}
        hint={isConflict ? t("edit.replaces") : undefined}
        body={values.body}
        send={t(isConflict ? "edit.saveMine" : "form.save")}
        beside={isConflict && <Present {...loaderData} yours={values.body ?? ""} />}
        more={
          <a className="button quiet" href={replyPath(thread, reply.number)}>
            {t(isConflict ? "edit.leave" : "form.cancel")}
          </a>
        }
      >
        <input type="hidden" name="revision" value={values.revision} />
        {isConflict && <input type="hidden" name="against" value="true" />}
        {isOpeningPost && (
          <Field
            name="title"
            label={t("field.title")}
            value={values.title}
            error={errors.title}
            max={TITLE_MAX}
          />
        )}
      </Composer>
    </article>
  );
}

type PresentProps = Pick<Route.ComponentProps["loaderData"], "thread" | "reply"> & { yours: string };

/** What somebody saved since the form was drawn, as it stands now, with what is not in the viewer's own text marked. */
function Present({ thread, reply, yours }: PresentProps) {
  const { t } = useWords();
  const { before, differs, after } = partsThatDiffer(reply.body, yours);
  return (
    <section className="present" aria-labelledby="present">
      <h2 id="present">{t("edit.newer")}</h2>
      <p className="field-hint">{t("edit.differs")}</p>
      {reply.number === 1 && (
        <p className="present-title" dir="auto">
          {thread.title}
        </p>
      )}
      <pre className="kept" dir="auto">
        {before}
        {differs && <mark>{differs}</mark>}
        {after}
      </pre>
    </section>
  );
}
