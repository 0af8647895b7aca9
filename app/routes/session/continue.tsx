import { notFound } from "#app/http.ts";
import { continuePath, signInPath } from "#app/paths.ts";
import { siteContext, viewerContext } from "#app/request/context.server.ts";
import { getHeldForm } from "#app/request/held-form.server.ts";
import { KeptForm } from "#app/ui/kept-form.tsx";
import type { Route } from "./+types/continue";

/** What someone sent while they were signed out, or after their session had run out. */
export async function loader({ context, params, request }: Route.LoaderArgs) {
  const form = await getHeldForm(context, request, params.id);
  if (!form)
    throw notFound("This text was kept for an hour, in the browser that sent it. It is no longer here.");
  return {
    siteName: context.get(siteContext).name,
    form,
    isSignedIn: context.get(viewerContext) !== null,
  };
}

export const meta: Route.MetaFunction = ({ loaderData }) => [{ title: `Go on · ${loaderData?.siteName}` }];

export default function Continue({ loaderData }: Route.ComponentProps) {
  const { form, isSignedIn } = loaderData;
  const here = signInPath(continuePath(form.id));
  return (
    <article className="form-page">
      <h1>{isSignedIn ? "Ready to send" : "Sign in to send this"}</h1>
      <p>
        {isSignedIn
          ? "You were signed out when you sent this, so it has not been posted yet. Nothing was lost."
          : "Nothing was lost: what you wrote is kept for an hour, and waits for you here."}
      </p>
      {!isSignedIn && (
        <p>
          <a className="button primary" href={here} data-reload>
            Continue
          </a>
        </p>
      )}
      {isSignedIn ? <KeptForm form={form} /> : <Kept form={form} />}
    </article>
  );
}

function Kept({ form }: { form: { fields: [name: string, value: string][] } }) {
  const typed = form.fields.filter(([name, value]) => (name === "title" || name === "body") && value);
  return typed.map(([name, value]) => (
    <pre key={name} className="kept" dir="auto">
      {value}
    </pre>
  ));
}
