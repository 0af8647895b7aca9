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
import { databaseContext, formContext, siteContext } from "#app/request/context.server.ts";
import { BodyField, Field, FormErrors, Preview, PreviewButton, useAnswer } from "#app/ui/form.tsx";
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
  if (!found?.reply) throw notFound("There is no such reply.");
  refuse(editRefusal(viewer, found.thread, found.reply, new Date()));
  const { body, revision } = found.reply;
  return { site: context.get(siteContext), thread: found.thread, reply: { number, body, revision } };
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
    missing: "There is no such reply.",
    conflict: EDITED_ELSEWHERE,
  });
  const errors = { form: message };
  if (edited.outcome !== "conflict") return data<Answer>({ values, errors }, { status });
  const newer = { body: edited.body, title: edited.title };
  return data<Answer>(
    { values: { ...values, revision: String(edited.revision) }, errors, newer },
    { status },
  );
}

const EDITED_ELSEWHERE =
  "This was edited elsewhere since you opened it. Both texts are below: keep what you want, and save.";

function readNumbers(params: { number: string; reply: string }): { thread: number; number: number } {
  const thread = parseNumber(params.number);
  const number = parseNumber(params.reply);
  if (!thread || !number) throw notFound();
  return { thread, number };
}

export const meta: Route.MetaFunction = ({ loaderData }) => [{ title: `Edit · ${loaderData?.site.name}` }];

export default function EditReply({ loaderData, actionData }: Route.ComponentProps) {
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
      <h1>{isOpeningPost ? "Edit your thread" : `Edit your reply #${reply.number}`}</h1>
      {answer?.newer && <Newer newer={answer.newer} isOpeningPost={isOpeningPost} />}
      {answer?.preview !== undefined && <Preview html={answer.preview} />}
      <form className="form" method="post" action={editPath(thread.number, reply.number)}>
        <FormErrors errors={errors} />
        <input type="hidden" name="revision" value={values.revision} />
        {isOpeningPost && <Field name="title" label="Title" value={values.title} error={errors.title} />}
        <BodyField
          label={isOpeningPost ? "Your post" : "Your reply"}
          value={values.body}
          error={errors.body}
        />
        <div className="form-actions">
          <button className="button primary" type="submit">
            Save
          </button>
          <PreviewButton />
          <a className="button quiet" href={replyPath(thread, reply.number)}>
            Cancel
          </a>
        </div>
      </form>
    </article>
  );
}

function Newer({ newer, isOpeningPost }: { newer: { body: string; title: string }; isOpeningPost: boolean }) {
  return (
    <section className="answered" aria-labelledby="newer">
      <h2 id="newer">As it stands now</h2>
      {isOpeningPost && <p dir="auto">{newer.title}</p>}
      <pre dir="auto">{newer.body}</pre>
    </section>
  );
}
