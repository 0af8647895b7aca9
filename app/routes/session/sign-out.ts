import { clerkClient, verifyToken } from "@clerk/react-router/server";
import { redirectDocument } from "react-router";
import { endSession } from "#app/db/sessions.server.ts";
import { isSessionId } from "#app/domain/clerk-event.ts";
import { isServiceUnavailable } from "#app/http.ts";
import { log, reasonOf } from "#app/log.ts";
import { homePath } from "#app/paths.ts";
import {
  authContext,
  clerkContext,
  databaseContext,
  requestContext,
  siteContext,
} from "#app/request/context.server.ts";
import { clearClerkCookies, sessionToken } from "#app/request/cookies.server.ts";
import { clearHeldForms, destroyHeldForms } from "#app/request/held-form.server.ts";
import type { Route } from "./+types/sign-out";

export { onlyPosted as loader } from "#app/http.ts";
export { NoPage as default } from "#app/ui/no-page.ts";

/**
 * Ends the session at Clerk and here, so that no copy of its token opens anything any more, and takes its cookies and the
 * forms that were held out of this browser.
 */
export async function action(args: Route.ActionArgs) {
  const { request, context } = args;
  const sessionId = context.get(authContext).sessionId ?? (await sessionOfOldToken(args));
  const attempt = attemptIn(context.get(requestContext).id);
  const attempts = [attempt("Held forms were not deleted", () => destroyHeldForms(context, request))];
  if (sessionId && isSessionId(sessionId)) {
    const { sessions } = clerkClient(args, context.get(clerkContext));
    const database = context.get(databaseContext);
    attempts.push(
      attempt("Clerk did not revoke a session", () => sessions.revokeSession(sessionId)),
      attempt("A session was not noted as ended", () => endSession(database, sessionId)),
    );
  }
  await Promise.all(attempts);
  const cookies = [
    ...clearClerkCookies(request, context.get(siteContext).origin),
    ...clearHeldForms(context, request),
  ];
  const headers = cookies.map((cookie): [string, string] => ["Set-Cookie", cookie]);
  return redirectDocument(homePath(), { status: 303, headers });
}

/** Longer than any session of Clerk's lasts: as a clock's skew, it lets a token that has run out name its session. */
const EVER_MS = 10 * 365 * 24 * 3600 * 1000;

/** The session of a token that has run out: without JavaScript every token has, a minute after its page was drawn. */
async function sessionOfOldToken({ request, context }: Route.ActionArgs): Promise<string | null> {
  const { jwtKey, secretKey, authorizedParties } = context.get(clerkContext);
  const token = sessionToken(request);
  if (!token) return null;
  const options = { jwtKey, secretKey, authorizedParties, clockSkewInMs: EVER_MS };
  return verifyToken(token, options).then(
    ({ sid }) => sid,
    () => null,
  );
}

/** A sign-out must not fail because something else is away: the cookies go in any case, and the token lives a minute. */
function attemptIn(requestId: string) {
  return async (failure: string, call: () => Promise<unknown>): Promise<void> => {
    try {
      await call();
    } catch (error) {
      const isAway = isServiceUnavailable(error);
      log({
        level: "warning",
        message: failure,
        requestId,
        reason: isAway ? "The database is away" : reasonOf(error),
      });
    }
  };
}
