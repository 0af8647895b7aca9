import { clerkClient, getAuth, verifyToken } from "@clerk/react-router/server";
import { redirectDocument } from "react-router";
import { homePath } from "#app/paths.ts";
import { clerkContext } from "#app/request/context.server.ts";
import { endSession, sessionToken } from "#app/request/session-cookies.server.ts";
import type { Route } from "./+types/sign-out";

export { onlyPosted as loader } from "#app/http.ts";
export { NoPage as default } from "#app/ui/no-page.ts";

/** Ends the session at Clerk and clears the cookies. A copy of the token is good until its minute is over. */
export async function action(args: Route.ActionArgs) {
  const sessionId = (await getAuth(args)).sessionId ?? (await endedSession(args));
  const options = args.context.get(clerkContext);
  if (sessionId) await revoke(() => clerkClient(args, options).sessions.revokeSession(sessionId));
  const headers = new Headers();
  for (const cookie of endSession(args.request, sessionId)) headers.append("Set-Cookie", cookie);
  return redirectDocument(homePath(), { status: 303, headers });
}

/** Longer than any session of Clerk's lasts: as a clock's skew, it lets a token that has run out name its session. */
const EVER_MS = 10 * 365 * 24 * 3600 * 1000;

/** The session of a token that has run out: without JavaScript every token has, a minute after its page was drawn. */
async function endedSession({ request, context }: Route.ActionArgs): Promise<string | null> {
  const { jwtKey, secretKey, authorizedParties } = context.get(clerkContext);
  const token = sessionToken(request);
  if (!token) return null;
  const options = { jwtKey, secretKey, authorizedParties, clockSkewInMs: EVER_MS };
  return verifyToken(token, options).then(
    ({ sid }) => sid,
    () => null,
  );
}

/** A sign-out must not fail because Clerk is away: the cookies go in any case, and the token lives a minute. */
async function revoke(call: () => Promise<unknown>): Promise<void> {
  try {
    await call();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    console.error(JSON.stringify({ level: "warning", message: "Clerk did not revoke a session", reason }));
  }
}
