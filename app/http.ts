import { data, redirect } from "react-router";
import type { Failure, Outcome } from "#app/domain/outcome.ts";
import { messageOf } from "#app/domain/permissions.ts";
import type { Message } from "#app/messages/catalogue.ts";

/*
 * What goes wrong is thrown with a message, not with words: the page that shows it has a language, and puts it into words.
 */

/** Throw it where what the URL names does not exist, or may not be known to exist. */
export function notFound(message?: Message) {
  return data({ message }, { status: 404 });
}

/** Throw it where the viewer may not do what they ask. `message` is shown to them. */
export function forbidden(message: Message) {
  return data({ message }, { status: 403 });
}

/** Throw it where the request makes no sense. `message` is shown to whoever sent it. */
export function badRequest(message: Message) {
  return data({ message }, { status: 400 });
}

/** Throw it where something was sent to a page that is there to be read. */
export function onlyRead() {
  return data({ message: "request.notPosted" satisfies Message }, { status: 405 });
}

/** The loader of a route that only takes forms. */
export function onlyPosted(): never {
  throw data({ message: "request.onlyPosted" satisfies Message }, { status: 405 });
}

/** Throw it where the database cannot be reached. The Worker adds `Retry-After`. */
export function serviceUnavailable() {
  return data({ message: "outage.away" satisfies Message }, { status: 503 });
}

/**
 * Throw it where more is asked of the forum than it can answer in time, and the database is there. The Worker adds
 * `Retry-After`.
 */
export function tooBusy() {
  return data({ message: "outage.busy" satisfies Message, isBusy: true }, { status: 503 });
}

/** Throw it where the database refuses a value that got past every check. */
export function unacceptable() {
  return badRequest("request.unacceptable");
}

/** After a write: go and look at it, with GET. */
export function seeOther(path: string) {
  return redirect(path, 303);
}

/** What to say where nothing is there, or where somebody else was quicker. */
type Messages = { missing: Message; conflict?: Message };

/**
 * Why a write was not carried out, as a message and the status to send it with: for a form that comes back filled.
 * A refusal has its own message; `messages` are for the rest.
 */
export function problemOf(
  failure: Failure,
  { missing, conflict = "conflict.changed" }: Messages,
): { message: Message; status: number } {
  switch (failure.outcome) {
    case "refused":
      // A category that is gone is a wrong value of the form; every other reason is about who asks, or for what.
      return { message: messageOf(failure.refusal), status: failure.refusal === "no-category" ? 400 : 403 };
    case "missing":
      return { message: missing, status: 404 };
    case "conflict":
      return { message: conflict, status: 409 };
  }
}

/** What a write that was carried out answers. Throws 403 or 404 with its message for every other outcome. */
export function requireDone<Done>(outcome: Outcome<Done>, messages: Messages): Done {
  if (outcome.outcome === "done") return outcome;
  const { message, status } = problemOf(outcome as Failure, messages);
  throw data({ message }, { status });
}

/** Whether React Router's client sent this, and wants data rather than a page. */
export function wantsData(request: Request): boolean {
  return new URL(request.url).pathname.endsWith(".data");
}

/** Whether what was thrown is `serviceUnavailable()`. */
export function isServiceUnavailable(error: unknown): boolean {
  if (typeof error !== "object" || error === null || !("init" in error)) return false;
  return (error.init as ResponseInit | null)?.status === 503 && !isTooBusy(error);
}

/** Whether what was thrown is `tooBusy()`. */
export function isTooBusy(error: unknown): boolean {
  if (typeof error !== "object" || error === null || !("data" in error)) return false;
  return (error.data as { isBusy?: boolean } | null)?.isBusy === true;
}
