import { clerkMiddleware } from "@clerk/react-router/server";
import type { MiddlewareFunction } from "react-router";
import { clerkContext, requestContext } from "#app/request/context.server.ts";

/** Clerk's own middleware, where there is a session to look for: a reader's page is the same for everyone. */
export const authenticate: MiddlewareFunction<Response> = (args, next) => {
  const { isReader, refusal } = args.context.get(requestContext);
  if (isReader || refusal) return next();
  return clerkMiddleware(args.context.get(clerkContext))(args, next);
};
