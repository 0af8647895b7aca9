import { data } from "react-router";
import { saveSettings } from "#app/db/members.server.ts";
import { listCategories } from "#app/db/threads.server.ts";
import { type FormState, parseForm } from "#app/domain/form.ts";
import { HANDLE_MAX, HANDLE_MIN } from "#app/domain/limits.ts";
import { writeRefusal } from "#app/domain/permissions.ts";
import { SettingsForm } from "#app/domain/settings.ts";
import { problemOf, seeOther } from "#app/http.ts";
import { LANGUAGES, languageFacts } from "#app/messages/languages.ts";
import { requireViewer } from "#app/middleware/viewer.server.ts";
import { ownPicturesPath, settingsPath } from "#app/paths.ts";
import {
  databaseContext,
  formContext,
  keepPictureContext,
  siteContext,
} from "#app/request/context.server.ts";
import { Field, FormErrors, useAnswer } from "#app/ui/form.tsx";
import { NoForm } from "#app/ui/no-form.tsx";
import { PageHead } from "#app/ui/page-head.tsx";
import { rich, useWords } from "#app/ui/words.ts";
import type { Route } from "./+types/settings";

type Answer = FormState<"handle" | "colorScheme" | "dateStyle" | "language" | "pictures">;

export async function loader({ context, url }: Route.LoaderArgs) {
  const viewer = requireViewer(context, url);
  const { handle, colorScheme, dateStyle, language, picturesAsLinks } = viewer;
  const pictures = picturesAsLinks ? "links" : "shown";
  const { language: siteLanguage, accountUrl } = context.get(siteContext);
  return {
    sidebar: { categories: await listCategories(context.get(databaseContext)) },
    values: { handle, colorScheme, dateStyle, language: language ?? "", pictures },
    refusal: writeRefusal(viewer, new Date()),
    siteLanguage,
    accountUrl,
    takesPictures: context.get(keepPictureContext) !== null,
    now: Date.now(),
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
    missing: "missing.account",
    conflict: "conflict.handle",
  });
  const field = saved.outcome === "conflict" ? "handle" : "form";
  return data<Answer>({ values, errors: { [field]: message } }, { status });
}

export default function Settings({ loaderData, actionData }: Route.ComponentProps) {
  const words = useWords();
  const { t, relative, exact } = words;
  const answer = useAnswer(actionData);
  const values: Answer["values"] = answer?.values ?? loaderData.values;
  const errors: Answer["errors"] = answer?.errors ?? {};
  if (loaderData.refusal)
    return (
      <article className="form-page">
        <PageHead title={t("settings.title")} />
        <h1>{t("settings.title")}</h1>
        <NoForm refusal={loaderData.refusal} typed={answer?.values} />
      </article>
    );
  return (
    <article className="form-page">
      <PageHead title={t("settings.title")} />
      <h1>{t("settings.title")}</h1>
      {loaderData.isSaved && !answer && (
        <p className="notice good" role="status">
          {t("settings.saved")}
        </p>
      )}
      <form className="form panel" method="post" action={settingsPath()}>
        <FormErrors errors={errors} />
        <Field
          name="handle"
          label={t("field.handle")}
          value={values.handle}
          error={errors.handle}
          hint={t("settings.handleHint", { min: HANDLE_MIN, max: HANDLE_MAX })}
        />
        <Choice
          name="colorScheme"
          legend={t("settings.colours")}
          value={values.colorScheme ?? "system"}
          choices={{ system: t("settings.system"), light: t("settings.light"), dark: t("settings.dark") }}
        />
        <Choice
          name="dateStyle"
          legend={t("settings.dates")}
          value={values.dateStyle ?? "relative"}
          choices={{
            relative: t("settings.relative", { example: relative.format(-3, "hour") }),
            absolute: t("settings.absolute", {
              example: t("time.utc", { moment: exact.format(loaderData.now) }),
            }),
          }}
        />
        <Choice
          name="pictures"
          legend={t("settings.pictures")}
          value={values.pictures ?? "shown"}
          choices={{ shown: t("settings.picturesShown"), links: t("settings.picturesAsLinks") }}
        />
        <Choice
          name="language"
          legend={t("settings.language")}
          value={values.language ?? ""}
          choices={{
            "": t("settings.siteLanguage", { language: languageFacts(loaderData.siteLanguage).name }),
            ...LANGUAGE_NAMES,
          }}
        />
        <div className="form-actions">
          <button className="button primary" type="submit">
            {t("form.save")}
          </button>
        </div>
      </form>
      {loaderData.takesPictures && (
        <p className="quiet">
          {rich(words, "settings.ownPictures", {
            pictures: (text) => <a href={ownPicturesPath()}>{text}</a>,
          })}
        </p>
      )}
      <p className="quiet">
        {rich(words, "settings.account", {
          account: (text) => <a href={loaderData.accountUrl}>{text}</a>,
        })}
      </p>
    </article>
  );
}

/** Each language by its own name, so that everybody finds theirs. */
const LANGUAGE_NAMES = Object.fromEntries(
  Object.entries(LANGUAGES).map(([language, { name }]) => [language, name]),
);

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
