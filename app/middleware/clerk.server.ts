import { clerkMiddleware, getAuth, rootAuthLoader } from "@clerk/react-router/server";
import type { MiddlewareFunction } from "react-router";
import { type Auth, authContext, clerkContext, requestContext } from "#app/request/context.server.ts";
import { proofOf, recallSession, rememberSession } from "#app/request/verified-sessions.server.ts";

/**
 * Clerk's own middleware, where there is a session to look for: a reader's page is the same for everyone. What it has
 * verified is remembered for as long as the token lives, and only asked again about a request that proves anything else.
 */
export const authenticate: MiddlewareFunction<Response> = async (args, next) => {
  const { context, request } = args;
  const { isReader, refusal } = context.get(requestContext);
  if (isReader || refusal) return next();
  const options = context.get(clerkContext);
  const proof = await proofOf(request);
  const known = proof && recallSession(options, proof);
  if (known) {
    context.set(authContext, known);
    return next();
  }
  return clerkMiddleware(options)(args, async () => {
    const found = await getAuth(args);
    const auth: Auth = {
      userId: found.userId,
      sessionId: found.sessionId,
      // As the browser gets it, without functions: one of them holds the request.
      clerk: JSON.parse(JSON.stringify(await rootAuthLoader(args))),
    };
    context.set(authContext, auth);
    const text = await found.getToken();
    if (proof && text && found.sessionClaims)
      rememberSession({ request, options, proof }, auth, { text, expires: found.sessionClaims.exp * 1000 });
    return next();
  });
};
