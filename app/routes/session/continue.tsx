import { notFound } from "#app/http.ts";
import { continuePath, signInPath } from "#app/paths.ts";
import { viewerContext } from "#app/request/context.server.ts";
import { getHeldForm } from "#app/request/held-form.server.ts";
import { KeptForm, TypedTexts } from "#app/ui/kept-form.tsx";
import { PageHead } from "#app/ui/page-head.tsx";
import { useWords } from "#app/ui/words.ts";
import type { Route } from "./+types/continue";

/** What someone sent while they were signed out, or after their session had run out. */
export async function loader({ context, params, request }: Route.LoaderArgs) {
  const form = await getHeldForm(context, request, params.id);
  if (!form) throw notFound("missing.heldForm");
  return { form, isSignedIn: context.get(viewerContext) !== null };
}

export default function Continue({ loaderData }: Route.ComponentProps) {
  const { t } = useWords();
  const { form, isSignedIn } = loaderData;
  const here = signInPath(continuePath(form.id));
  return (
    <article className="form-page">
      <PageHead title={t("held.title")} />
      <h1>{t(isSignedIn ? "held.ready" : "held.signIn")}</h1>
      <p>{t(isSignedIn ? "held.notPosted" : "held.waits")}</p>
      {!isSignedIn && (
        <p>
          <a className="button primary" href={here} data-reload>
            {t("held.continue")}
          </a>
        </p>
      )}
      {isSignedIn ? <KeptForm form={form} /> : <TypedTexts fields={form.fields} />}
    </article>
  );
}
