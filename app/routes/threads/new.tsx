import { useRef } from "react";
import { data } from "react-router";
import { createThread, listCategories } from "#app/db/threads.server.ts";
import { type FormState, parseForm } from "#app/domain/form.ts";
import { renderMarkdown } from "#app/domain/markdown.ts";
import { messageOf, writeRefusal } from "#app/domain/permissions.ts";
import { NewThreadForm } from "#app/domain/thread.ts";
import { problemOf, seeOther } from "#app/http.ts";
import { requireViewer } from "#app/middleware/viewer.server.ts";
import { newThreadPath, threadPath } from "#app/paths.ts";
import { databaseContext, formContext } from "#app/request/context.server.ts";
import { BodyField, Field, FormErrors, Preview, PreviewButton, useAnswer } from "#app/ui/form.tsx";
import { PageHead } from "#app/ui/page-head.tsx";
import { useUnsentText } from "#app/ui/use-unsent-text.ts";
import { useWords } from "#app/ui/words.ts";
import type { Route } from "./+types/new";

type Answer = FormState<"title" | "category" | "body" | "submission"> & { preview?: string };

export async function loader({ context, url }: Route.LoaderArgs) {
  const viewer = requireViewer(context, url);
  const refusal = writeRefusal(viewer, new Date());
  const chosen = url.searchParams.get("category") ?? "";
  return {
    sidebar: { categories: await listCategories(context.get(databaseContext)), category: chosen },
    chosen,
    refusal: refusal && messageOf(refusal),
    submission: crypto.randomUUID(),
  };
}

export async function action({ context, url }: Route.ActionArgs) {
  const viewer = requireViewer(context, url);
  const form = context.get(formContext);
  const parsed = parseForm(NewThreadForm, form);
  const { values } = parsed;
  if (form.has("preview"))
    return data<Answer>({ values, errors: {}, preview: renderMarkdown(values.body ?? "") });
  if (!parsed.ok) return data<Answer>({ values, errors: parsed.errors }, { status: 400 });
  const thread = { ...parsed.data, authorId: viewer.id };
  const created = await createThread(context.get(databaseContext), thread);
  if (created.outcome === "done") throw seeOther(threadPath(created));
  const { message, status } = problemOf(created, {
    missing: "refusal.no-category",
    conflict: "conflict.sentBefore",
  });
  const field = created.outcome === "refused" && created.refusal === "no-category" ? "category" : "form";
  const again = { ...values, submission: crypto.randomUUID() };
  return data<Answer>({ values: again, errors: { [field]: message } }, { status });
}

export default function NewThread({ loaderData, actionData }: Route.ComponentProps) {
  const { t, say } = useWords();
  const { sidebar, chosen, refusal, submission } = loaderData;
  const answer = useAnswer(actionData);
  const values: Answer["values"] = answer?.values ?? {};
  const form = useRef<HTMLFormElement>(null);
  useUnsentText(form, "thread", values.submission !== undefined);
  const errors: Answer["errors"] = answer?.errors ?? (refusal ? { form: refusal } : {});
  return (
    <article className="form-page">
      <PageHead title={t("newThread.title")} />
      <h1>{t("newThread.title")}</h1>
      {answer?.preview !== undefined && <Preview html={answer.preview} />}
      <form ref={form} className="form" method="post" action={newThreadPath()}>
        <FormErrors errors={errors} />
        <input type="hidden" name="submission" value={values.submission || submission} />
        <Field name="title" label={t("field.title")} value={values.title} error={errors.title} />
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
          {errors.category && (
            <p className="field-error" id="category-error">
              {say(errors.category)}
            </p>
          )}
        </div>
        <BodyField label={t("newThread.body")} value={values.body} error={errors.body} />
        <div className="form-actions">
          <button className="button primary" type="submit">
            {t("newThread.post")}
          </button>
          <PreviewButton />
        </div>
      </form>
    </article>
  );
}
