import { data } from "react-router";
import { saveSettings } from "#app/db/members.server.ts";
import { type FormState, parseForm } from "#app/domain/form.ts";
import { HANDLE_MAX, HANDLE_MIN } from "#app/domain/limits.ts";
import { SettingsForm } from "#app/domain/settings.ts";
import { problemOf, seeOther } from "#app/http.ts";
import { requireViewer } from "#app/middleware/viewer.server.ts";
import { settingsPath } from "#app/paths.ts";
import { databaseContext, formContext, siteContext } from "#app/request/context.server.ts";
import { Field, FormErrors, useAnswer } from "#app/ui/form.tsx";
import type { Route } from "./+types/settings";

type Answer = FormState<"handle" | "colorScheme" | "dateStyle">;

export function loader({ context, url }: Route.LoaderArgs) {
  const { handle, colorScheme, dateStyle } = requireViewer(context, url);
  const { name, accountUrl } = context.get(siteContext);
  return {
    siteName: name,
    accountUrl,
    values: { handle, colorScheme, dateStyle },
    isSaved: url.searchParams.has("saved"),
  };
}

export async function action({ context, url }: Route.ActionArgs) {
  const viewer = requireViewer(context, url);
  const parsed = parseForm(SettingsForm, context.get(formContext));
  const { values } = parsed;
  if (!parsed.ok) return data<Answer>({ values, errors: parsed.errors }, { status: 400 });
  const saved = await saveSettings(context.get(databaseContext), viewer.id, parsed.data);
  if (saved.outcome === "done") {
    throw seeOther(settingsPath({ isSaved: true }));
  }
  const { message, status } = problemOf(saved, {
    missing: "There is no such account.",
    conflict: "Somebody else has this handle already.",
  });
  const field = saved.outcome === "conflict" ? "handle" : "form";
  return data<Answer>({ values, errors: { [field]: message } }, { status });
}

export const meta: Route.MetaFunction = ({ loaderData }) => [{ title: `Settings · ${loaderData?.siteName}` }];

export default function Settings({ loaderData, actionData }: Route.ComponentProps) {
  const answer = useAnswer(actionData);
  const values: Answer["values"] = answer?.values ?? loaderData.values;
  const errors: Answer["errors"] = answer?.errors ?? {};
  return (
    <article className="form-page">
      <h1>Settings</h1>
      {loaderData.isSaved && !answer && (
        <p className="notice good" role="status">
          Saved.
        </p>
      )}
      <form className="form" method="post" action={settingsPath()}>
        <FormErrors errors={errors} />
        <Field
          name="handle"
          label="Handle"
          value={values.handle}
          error={errors.handle}
          hint={`The name that others see: ${HANDLE_MIN} to ${HANDLE_MAX} letters, digits and hyphens.`}
        />
        <Choice
          name="colorScheme"
          legend="Colours"
          value={values.colorScheme ?? "system"}
          choices={{ system: "As my device has it", light: "Light", dark: "Dark" }}
        />
        <Choice
          name="dateStyle"
          legend="Dates"
          value={values.dateStyle ?? "relative"}
          choices={{
            relative: "How long ago (3 hours ago)",
            absolute: "Date and time (22 Nov 2026, 14:05 UTC)",
          }}
        />
        <div className="form-actions">
          <button className="button primary" type="submit">
            Save
          </button>
        </div>
      </form>
      <p className="quiet">
        <a href={loaderData.accountUrl}>Your account at Clerk</a> holds your name, picture, e-mail address and
        password.
      </p>
    </article>
  );
}

type ChoiceProps = { name: string; legend: string; value: string; choices: Record<string, string> };

function Choice({ name, legend, value, choices }: ChoiceProps) {
  return (
    <fieldset className="field">
      <legend>{legend}</legend>
      {Object.entries(choices).map(([choice, label]) => (
        <label className="choice" key={choice}>
          <input type="radio" name={name} value={choice} defaultChecked={choice === value} />
          {label}
        </label>
      ))}
    </fieldset>
  );
}
