import { use } from "react";
import type { Message } from "#app/messages/catalogue.ts";
import { homePath } from "#app/paths.ts";
import { KeptForm, TypedTexts } from "./kept-form.tsx";
import { ServerPageContext } from "./server-page.ts";
import { rich, useWords } from "./words.ts";

/** The statuses that the catalogue has words for. */
const KNOWN = [400, 403, 404, 405, 413, 500, 503] as const;

/** What went wrong, what the reader can do about it, what they had typed, and a way on. */
export function ErrorPage({ status, message }: { status: number; message: Message | null }) {
  const words = useWords();
  const { t } = words;
  const known = KNOWN.find((each) => each === status);
  const heading = t(known ? `error.${known}` : "error.other");
  const { keptForm: kept, requestId } = use(ServerPageContext);
  // The notice on top of the page says it, with the reason: once is enough where nothing was sent.
  const isSaid = message === "refusal.suspended" && !kept;
  return (
    <article className="error-page">
      <title>{t("error.title", { heading, status })}</title>
      <p className="error-status">{status}</p>
      <h1>{heading}</h1>
      {message && !isSaid && <p>{words.say(message)}</p>}
      <p>{t(`advice.${known ?? 500}`)}</p>
      {kept && status < 500 && <TypedTexts fields={kept.fields} />}
      {kept && status >= 500 && kept.fields.length > 0 && (
        <section aria-labelledby="kept">
          <h2 id="kept">{t("error.kept")}</h2>
          <p>{t("error.notLost")}</p>
          <KeptForm form={kept} button={t("error.tryAgain")} />
        </section>
      )}
      {requestId && (
        <p className="error-request">{rich(words, "error.request", { id: <code>{requestId}</code> })}</p>
      )}
      <p>
        <a className="button" href={homePath()} data-reload>
          {t("error.home")}
        </a>
      </p>
    </article>
  );
}
