import { data } from "react-router";
import { createThread, listCategories } from "#app/db/threads.server.ts";
import { parseForm } from "#app/domain/form.ts";
import { TITLE_MAX } from "#app/domain/limits.ts";
import { renderMarkdown } from "#app/domain/markdown.ts";
import { writeRefusal } from "#app/domain/permissions.ts";
import type { PictureFields } from "#app/domain/picture.ts";
import { NewThreadForm } from "#app/domain/thread.ts";
import { problemOf, seeOther } from "#app/http.ts";
import { requireViewer } from "#app/middleware/viewer.server.ts";
import { newThreadPath, threadPath } from "#app/paths.ts";
import { databaseContext, formContext, showElsewhereContext } from "#app/request/context.server.ts";
import { answerPicture } from "#app/request/picture.server.ts";
import { previewAnswer } from "#app/ui/client-action.ts";
import { Composer, type ComposerAnswer } from "#app/ui/composer.tsx";
import { Field, FieldError, useAnswer } from "#app/ui/form.tsx";
import { NoForm } from "#app/ui/no-form.tsx";
import { PageHead } from "#app/ui/page-head.tsx";
import { useWords } from "#app/ui/words.ts";
import type { Route } from "./+types/new";

export { revalidates as shouldRevalidate } from "#app/ui/client-action.ts";

type Answer = ComposerAnswer<"title" | "category" | "body" | "submission" | PictureFields>;

export async function loader({ context, url }: Route.LoaderArgs) {
  const viewer = requireViewer(context, url);
  const chosen = url.searchParams.get("category") ?? "";
  return {
    sidebar: { categories: await listCategories(context.get(databaseContext)), category: chosen },
    chosen,
    refusal: writeRefusal(viewer, new Date()),
    submission: crypto.randomUUID(),
  };
}

export async function action({ context, url }: Route.ActionArgs) {
  const viewer = requireViewer(context, url);
  const form = context.get(formContext);
  const parsed = parseForm(NewThreadForm, form);
  const { values } = parsed;
  const show = context.get(showElsewhereContext);
  if (form.has("preview"))
    return data<Answer>({ values, errors: {}, preview: renderMarkdown(values.body ?? "", show) });
  const picture = await answerPicture(context, viewer, form, values);
  if (picture) return data<Answer>(picture.answer, { status: picture.status });
  if (!parsed.ok) return data<Answer>({ values, errors: parsed.errors }, { status: 400 });
  const thread = { ...parsed.data, authorId: viewer.id };
  const created = await createThread(context.get(databaseContext), thread, show);
  if (created.outcome === "done") throw seeOther(threadPath(created));
  const { message, status } = problemOf(created, {
    missing: "refusal.no-category",
    conflict: "conflict.sentBefore",
  });
  const field = created.outcome === "refused" && created.refusal === "no-category" ? "category" : "form";
  const again = { ...values, submission: crypto.randomUUID() };
  return data<Answer>({ values: again, errors: { [field]: message } }, { status });
}

export function clientAction({ serverAction }: Route.ClientActionArgs) {
  return previewAnswer(serverAction);
}

export default function NewThread({ loaderData, actionData }: Route.ComponentProps) {
  const { t } = useWords();
  const { refusal } = loaderData;
  const answer = useAnswer(actionData);
  return (
    <article className="form-page">
      <PageHead title={t("newThread.title")} />
      <h1>{t("newThread.title")}</h1>
      {refusal ? (
        <NoForm refusal={refusal} typed={answer?.values} />
      ) : (
        <ThreadForm {...loaderData} answer={answer} />
      )}
    </article>
  );
}

type FormProps = Pick<Route.ComponentProps["loaderData"], "sidebar" | "chosen" | "submission"> & {
  answer: Answer | undefined;
};

function ThreadForm({ sidebar, chosen, submission, answer }: FormProps) {
  const { t } = useWords();
  const values: Answer["values"] = answer?.values ?? {};
  const errors: Answer["errors"] = answer?.errors ?? {};
  return (
    <Composer
      action={newThreadPath()}
      name="thread"
      answer={answer}
      label={t("newThread.body")}
      body={values.body}
      send={t("newThread.post")}
    >
      <input type="hidden" name="submission" value={values.submission || submission} />
      <Field
        name="title"
        label={t("field.title")}
        value={values.title}
        error={errors.title}
        max={TITLE_MAX}
      />
      <div className="field">
        <label htmlFor="category">{t("field.category")}</label>
        <select
          id="category"
          name="category"
          defaultValue={values.category ?? chosen}
          aria-invalid={errors.category ? true : undefined}
          aria-describedby={errors.category ? "category-error" : undefined}
        >
          <option value="">{t("newThread.choose")}</option>
          {sidebar.categories.map(({ slug, name }) => (
            <option key={slug} value={slug}>
              {name}
            </option>
          ))}
        </select>
        <FieldError name="category" error={errors.category} />
      </div>
    </Composer>
  );
}
