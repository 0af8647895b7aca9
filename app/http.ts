import { data, redirect } from "react-router";
import type { Failure, Outcome } from "#app/domain/outcome.ts";
import { REFUSALS } from "#app/domain/permissions.ts";

/** Throw it where what the URL names does not exist, or may not be known to exist. */
export function notFound(message?: string) {
  return data({ message }, { status: 404 });
}

/** Throw it where the viewer may not do what they ask. `message` is shown to them. */
export function forbidden(message: string) {
  return data({ message }, { status: 403 });
}

/** Throw it where the request makes no sense. `message` is shown to whoever sent it. */
export function badRequest(message: string) {
  return data({ message }, { status: 400 });
}

/** The loader of a route that only takes forms. */
export function onlyPosted(): never {
  throw data({ message: "This address takes forms; there is no page to read here." }, { status: 405 });
}

/** Throw it where the database cannot be reached. The Worker adds `Retry-After`. */
export function serviceUnavailable() {
  return data({ message: "The forum cannot reach its database just now." }, { status: 503 });
}

/**
 * Throw it where more is asked of the forum than it can answer in time, and the database is there. The Worker adds
 * `Retry-After`.
 */
export function tooBusy() {
  return data({ message: "The forum is very busy just now.", isBusy: true }, { status: 503 });
}

/** Throw it where the database refuses a value that got past every check. */
export function unacceptable() {
  return badRequest("Something in this request cannot be stored or looked up.");
}

/** After a write: go and look at it, with GET. */
export function seeOther(path: string) {
  return redirect(path, 303);
}

/** What to say where nothing is there, or where somebody else was quicker. */
type Sentences = { missing: string; conflict?: string };

/**
 * Why a write was not carried out, as a sentence and the status to send it with: for a form that comes back filled.
 * A refusal has its own sentence; `sentences` are for the rest.
 */
export function problemOf(
  failure: Failure,
  { missing, conflict = "It has been changed in the meantime." }: Sentences,
): { message: string; status: number } {
  switch (failure.outcome) {
    case "refused":
      // A category that is gone is a wrong value of the form; every other reason is about who asks, or for what.
      return { message: REFUSALS[failure.refusal], status: failure.refusal === "no-category" ? 400 : 403 };
    case "missing":
      return { message: missing, status: 404 };
    case "conflict":
      return { message: conflict, status: 409 };
  }
}

/** What a write that was carried out answers. Throws 403 or 404 with the sentence for every other outcome. */
export function requireDone<Done>(outcome: Outcome<Done>, sentences: Sentences): Done {
  if (outcome.outcome === "done") return outcome;
  const { message, status } = problemOf(outcome as Failure, sentences);
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
