import { getAuth } from "@clerk/react-router/server";
import { type MiddlewareFunction, type RouterContextProvider, redirectDocument } from "react-router";
import { ensureMember } from "#app/db/identity.server.ts";
import { getViewer } from "#app/db/members.server.ts";
import { signInPath } from "#app/domain/paths.ts";
import { REFUSALS, type Refusal } from "#app/domain/permissions.ts";
import type { Viewer } from "#app/domain/viewer.ts";
import { forbidden, notFound, seeOther, wantsData } from "#app/http.ts";
import {
  databaseContext,
  heldFormsContext,
  keptFormContext,
  readerContext,
  viewerContext,
} from "./context.server.ts";
import { holdForm } from "./held-form.server.ts";
import { hasEnded } from "./session-cookies.server.ts";

/** Pages that must work for whoever comes, whatever the database knows of them. */
const OPEN_TO_ALL = new Set(["sign-out", "*"]);

/**
 * Finds out who asks. The session says only which person it is; role, suspension and deletion come from
 * the database. An unsafe request that arrives signed out is held, and goes on after signing in.
 */
export const identifyViewer: MiddlewareFunction<Response> = async (args) => {
  const { request, context, pattern } = args;
  const viewer = context.get(readerContext) ? null : await findViewer(args);
  context.set(viewerContext, viewer);
  const isWrite = request.method !== "GET" && request.method !== "HEAD";
  if (!isWrite || viewer || OPEN_TO_ALL.has(pattern)) return;
  const form = context.get(keptFormContext).current;
  if (!form) throw notFound();
  const { path, cookie } = await holdForm(context.get(heldFormsContext), request, form);
  throw redirectDocument(path, { status: 303, headers: { "Set-Cookie": cookie } });
};

async function findViewer(args: Parameters<MiddlewareFunction<Response>>[0]): Promise<Viewer | null> {
  const { userId, sessionId } = await getAuth(args);
  if (!userId || hasEnded(args.request, sessionId)) {
    if (wantsData(args.request) && args.request.method === "GET") throw redirectDocument(pathOf(args.url));
    return null;
  }
  const database = args.context.get(databaseContext);
  const known = await getViewer(database, userId);
  if (known) return known;
  await ensureMember(database, userId);
  return getViewer(database, userId);
}

function pathOf(url: URL): string {
  return `${url.pathname}${url.search}`;
}

/** The viewer of a page that needs one; everyone else is sent to sign in, and back here. */
export function requireViewer(context: Readonly<RouterContextProvider>, url: URL): Viewer {
  const viewer = context.get(viewerContext);
  if (!viewer) throw seeOther(signInPath(pathOf(url)));
  return viewer;
}

/** Throws 403 with the sentence for `refusal`, if there is one. */
export function refuse(refusal: Refusal | null): void {
  if (refusal) throw forbidden(REFUSALS[refusal]);
}
