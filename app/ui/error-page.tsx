import { use } from "react";
import { homePath } from "#app/paths.ts";
import { KeptForm } from "./kept-form.tsx";
import { ServerPageContext } from "./server-page.ts";

const HEADINGS: Record<number, string> = {
  400: "That request makes no sense here",
  403: "You may not do that",
  404: "There is nothing here",
  405: "That cannot be done here",
  413: "That is too much at once",
  500: "Something went wrong on our side",
  503: "The forum cannot answer just now",
};

const ADVICE: Record<number, string> = {
  400: "Go back, check what you sent, and try again.",
  403: "If you think that you should be able to, ask a moderator.",
  404: "It may have been deleted, or the address may have a typing mistake in it.",
  405: "The address exists, but does not take this kind of request.",
  413: "Make it shorter, and send it again.",
  500: "It has been noted. Try again in a moment.",
  503: "Try again in a few seconds.",
};

/** What went wrong, what the reader can do about it, what they had typed, and a way on. */
export function ErrorPage({ status, message }: { status: number; message: string | null }) {
  const { keptForm: kept, requestId } = use(ServerPageContext);
  return (
    <article className="error-page">
      <title>{`${HEADINGS[status] ?? "Something went wrong"} (${status})`}</title>
      <p className="error-status">{status}</p>
      <h1>{HEADINGS[status] ?? "Something went wrong"}</h1>
      {message && <p>{message}</p>}
      <p>{ADVICE[status] ?? ADVICE[500]}</p>
      {kept && kept.fields.length > 0 && (
        <section aria-labelledby="kept">
          <h2 id="kept">What you sent is still here</h2>
          <p>Nothing was lost. Send it again when you like: it will be taken only once.</p>
          <KeptForm form={kept} button="Try again" />
        </section>
      )}
      {requestId && (
        <p className="error-request">
          If you tell us about it, name this request: <code>{requestId}</code>
        </p>
      )}
      <p>
        <a className="button" href={homePath()} data-reload>
          Go to the front page
        </a>
      </p>
    </article>
  );
}
