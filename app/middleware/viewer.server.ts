import { getAuth } from "@clerk/react-router/server";
import { type MiddlewareFunction, type RouterContextProvider, redirectDocument } from "react-router";
import { ensureMember } from "#app/db/identity.server.ts";
import { getViewerWithVotes, type ViewerWithVotes } from "#app/db/members.server.ts";
import { parseNumber, parsePage } from "#app/domain/paging.ts";
import { REFUSALS, type Refusal } from "#app/domain/permissions.ts";
import type { Viewer } from "#app/domain/viewer.ts";
import {
  forbidden,
  isServiceUnavailable,
  notFound,
  seeOther,
  serviceUnavailable,
  wantsData,
} from "#app/http.ts";
import { signInPath } from "#app/paths.ts";
import {
  databaseContext,
  heldFormsContext,
  keptFormContext,
  pageRecordContext,
  readerContext,
  viewerContext,
  votesContext,
} from "#app/request/context.server.ts";
import { holdForm } from "#app/request/held-form.server.ts";
import { noteOutage } from "#app/request/parts.server.ts";
import { hasEnded } from "#app/request/session-cookies.server.ts";

/** Routes that answer people whom the database does not know or cannot be asked about, whatever they send. */
const OPEN_TO_ALL = new Set(["sign-out", "*"]);

/**
 * Finds out who asks. The session says only which person it is; role, suspension and deletion come from
 * the database. An unsafe request that arrives signed out is held, and goes on after signing in.
 */
export const identifyViewer: MiddlewareFunction<Response> = async (args, next) => {
  const { request, context, pattern } = args;
  const found = context.get(readerContext) ? null : await findViewer(args);
  const viewer = found?.viewer ?? null;
  context.set(viewerContext, viewer);
  context.set(votesContext, found?.votes ?? []);
  if (isRead(request) || viewer || OPEN_TO_ALL.has(pattern)) {
    const response = await next();
    // What says that a page is a copy stands in the document alone.
    const isCopy = context.get(pageRecordContext).outage?.madeAt;
    if (isCopy && isRead(request) && wantsData(request)) throw redirectDocument(pathOf(args.url));
    return response;
  }
  const form = context.get(keptFormContext).current;
  if (!form) throw notFound();
  const { path, cookie } = await holdForm(context.get(heldFormsContext), request, form);
  throw redirectDocument(path, { status: 303, headers: { "Set-Cookie": cookie } });
};

function isRead({ method }: Request): boolean {
  return method === "GET" || method === "HEAD";
}

type Arguments = Parameters<MiddlewareFunction<Response>>[0];

async function findViewer(args: Arguments): Promise<ViewerWithVotes | null> {
  const { userId, sessionId } = await getAuth(args);
  if (!userId || hasEnded(args.request, sessionId)) {
    if (wantsData(args.request) && args.request.method === "GET") throw redirectDocument(pathOf(args.url));
    return null;
  }
  try {
    return await loadViewer(args, userId);
  } catch (error) {
    if (!isServiceUnavailable(error)) throw error;
    noteOutage(args.context, { isMember: true });
    if (!isRead(args.request) && !OPEN_TO_ALL.has(args.pattern)) throw error;
    // The page as everyone gets it is better than none. It carries no script, so the browser must load it whole.
    if (isRead(args.request) && wantsData(args.request)) throw redirectDocument(pathOf(args.url));
    return null;
  }
}

async function loadViewer({ context, pattern, params, url, request }: Arguments, userId: string) {
  const database = context.get(databaseContext);
  const thread = request.method === "GET" && pattern === THREAD_PAGE ? threadPageOf(params, url) : null;
  const known = await getViewerWithVotes(database, userId, thread);
  if (known) return known;
  await ensureMember(database, userId);
  return getViewerWithVotes(database, userId, thread);
}

/** On this page, the statement that finds the viewer brings their votes along: a second one would cost a round trip. */
const THREAD_PAGE = "t/:number/:slug?";

function threadPageOf(params: Arguments["params"], url: URL): { number: number; page: number } | null {
  const number = parseNumber(params.number);
  const page = parsePage(url.searchParams.get("page"));
  return number && page ? { number, page } : null;
}

function pathOf(url: URL): string {
  return `${url.pathname}${url.search}`;
}

/** The viewer of a page that needs one; everyone else is sent to sign in, and back here. Throws 503 in an outage. */
export function requireViewer(context: Readonly<RouterContextProvider>, url: URL): Viewer {
  const viewer = context.get(viewerContext);
  if (!viewer && context.get(pageRecordContext).outage) throw serviceUnavailable();
  if (!viewer) throw seeOther(signInPath(pathOf(url)));
  return viewer;
}

/** Throws 403 with the sentence for `refusal`, if there is one. */
export function refuse(refusal: Refusal | null): void {
  if (refusal) throw forbidden(REFUSALS[refusal]);
}
