import { type MiddlewareFunction, type RouterContextProvider, redirectDocument } from "react-router";
import { ensureMember } from "#app/db/identity.server.ts";
import { getViewerWithVotes, type ViewerWithVotes } from "#app/db/members.server.ts";
import { isSessionId, isUserId } from "#app/domain/clerk-event.ts";
import { parseNumber, parsePage } from "#app/domain/paging.ts";
import { messageOf, type Refusal } from "#app/domain/permissions.ts";
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
  authContext,
  databaseContext,
  recordContext,
  requestContext,
  viewerContext,
  votesContext,
} from "#app/request/context.server.ts";
import { holdForm } from "#app/request/held-form.server.ts";
import { noteOutage } from "#app/request/public.server.ts";

/** Routes that answer people whom the database does not know or cannot be asked about, whatever they send. */
const OPEN_TO_ALL = new Set(["sign-out", "media", "*"]);

/**
 * Finds out who asks. The session says only which person it is; role, suspension and deletion come from
 * the database. An unsafe request that arrives signed out is held, and goes on after signing in.
 */
export const identifyViewer: MiddlewareFunction<Response> = async (args, next) => {
  const { request, context, pattern } = args;
  const { isReader } = context.get(requestContext);
  // A reader's page has no script that could draw data: whoever asks for it has signed out in another tab.
  if (isReader && isRead(request) && wantsData(request)) throw redirectDocument(pathOf(args.url));
  const found = isReader ? null : await findViewer(args);
  const viewer = found?.viewer ?? null;
  context.set(viewerContext, viewer);
  context.set(votesContext, found?.votes ?? []);
  if (isRead(request) || viewer || OPEN_TO_ALL.has(pattern)) {
    const response = await next();
    // What says that a page is a copy stands in the document alone.
    const isCopy = context.get(recordContext).outage?.madeAt;
    if (isCopy && isRead(request) && wantsData(request)) throw redirectDocument(pathOf(args.url));
    return response;
  }
  const { keptForm } = context.get(recordContext);
  if (!keptForm) throw notFound();
  const { path, cookies } = await holdForm(context, request, keptForm);
  const headers = cookies.map((cookie): [string, string] => ["Set-Cookie", cookie]);
  throw redirectDocument(path, { status: 303, headers });
};

function isRead({ method }: Request): boolean {
  return method === "GET" || method === "HEAD";
}

type Arguments = Parameters<MiddlewareFunction<Response>>[0];

async function findViewer(args: Arguments): Promise<ViewerWithVotes | null> {
  const { request, context, pattern, url } = args;
  const session = provenSession(context);
  let viewer: ViewerWithVotes | null = null;
  try {
    if (session) viewer = await loadViewer(args, session);
  } catch (error) {
    if (!isServiceUnavailable(error)) throw error;
    noteOutage(context, { isMember: true });
    if (!isRead(request) && !OPEN_TO_ALL.has(pattern)) throw error;
  }
  // A page without a viewer carries no script, so the browser must load it whole.
  if (!viewer && isRead(request) && wantsData(request)) throw redirectDocument(pathOf(url));
  return viewer;
}

type Session = { userId: string; sessionId: string };

/** The session that the request's token proves; null where there is none, or where its ids are none of Clerk's. */
function provenSession(context: Arguments["context"]): Session | null {
  const { userId, sessionId } = context.get(authContext);
  if (!userId || !sessionId) return null;
  return isUserId(userId) && isSessionId(sessionId) ? { userId, sessionId } : null;
}

/** The viewer whom a session belongs to; null where somebody has signed out of it. */
async function loadViewer(args: Arguments, { userId, sessionId }: Session): Promise<ViewerWithVotes | null> {
  const { context, pattern, params, url, request } = args;
  const database = context.get(databaseContext);
  const thread = request.method !== "HEAD" && pattern === THREAD_PAGE ? threadPageOf(params, url) : null;
  const load = () => getViewerWithVotes(database, userId, thread, sessionId);
  let found = await load();
  if (!found) {
    await ensureMember(database, userId);
    found = await load();
  }
  return found?.isSessionEnded ? null : found;
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
  if (!viewer && context.get(recordContext).outage) throw serviceUnavailable();
  if (!viewer) throw seeOther(signInPath(pathOf(url)));
  return viewer;
}

/** Throws 403 with what is said of `refusal`, if there is one. */
export function refuse(refusal: Refusal | null): void {
  if (refusal) throw forbidden(messageOf(refusal));
}
