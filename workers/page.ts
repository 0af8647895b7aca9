import * as build from "virtual:react-router/server-build";
import { createRequestHandler, RouterContextProvider } from "react-router";
import type { DatabaseConnection } from "#app/db/client.server.ts";
import type { StoredEvent } from "#app/domain/events.ts";
import type { SiteFace } from "#app/domain/site.ts";
import { isStaff, type Viewer } from "#app/domain/viewer.ts";
import { serviceUnavailable } from "#app/http.ts";
import {
  clerkContext,
  databaseContext,
  heldFormsContext,
  keepPictureContext,
  newRecord,
  type PageRefusal,
  type RequestRecord,
  recordContext,
  requestContext,
  type Snapshots,
  showElsewhereContext,
  siteContext,
  snapshotsContext,
  viewerContext,
} from "#app/request/context.server.ts";
import { heldFormsIn } from "#app/request/held-form.server.ts";
import { clerkOf } from "./clerk.ts";
import { pageDatabase } from "./database.ts";
import { elsewhereOf } from "./elsewhere/signed.ts";
import type { Env } from "./env.ts";
import { addSecurityHeaders } from "./headers.ts";
import { notePage } from "./observe.ts";
import { keepPictureIn } from "./pictures/keep.ts";

const handleMember = createRequestHandler(build, import.meta.env.MODE);
/** A reader's page has no script, so nothing is encoded for one (patches.config.ts). */
const handleReader = createRequestHandler({ ...build, ...{ isScriptless: true } }, import.meta.env.MODE);

type Options = {
  isReader: boolean;
  /** Names the request in the log. */
  requestId: string;
  refusal?: PageRefusal | null;
  /** How the page finds the rows that are the same for everyone; a refusal shows none. */
  snapshots?: (database: DatabaseConnection) => Snapshots;
};

export type Page = {
  response: Response;
  /** What became known on the way. */
  record: RequestRecord;
  /** Who asked, as the database knows them; null for the signed-out. */
  viewer: Viewer | null;
  /** What its writes have made happen. */
  happened: readonly StoredEvent[];
};

/** How the forum is configured to look. */
function faceOf(env: Env): SiteFace {
  return {
    name: env.FORUM_NAME,
    description: env.FORUM_DESCRIPTION,
    accent: env.FORUM_ACCENT,
    mark: env.FORUM_MARK,
    footerLinks: env.FORUM_FOOTER_LINKS,
  };
}

const noSnapshots = () => () => Promise.reject(serviceUnavailable());

/** Answers a page or a form by React Router, with its security headers. */
export async function answerPage(
  request: Request,
  env: Env,
  ctx: Pick<ExecutionContext, "waitUntil">,
  { isReader, requestId, refusal = null, snapshots = noSnapshots }: Options,
): Promise<Page> {
  const work = request.method === "POST" ? "write" : isReader ? "reader" : "member";
  const database = pageDatabase(env, ctx, work);
  const nonce = isReader ? "" : crypto.randomUUID();
  const { origins: clerkOrigins, options, hosted } = clerkOf(env);
  const record = newRecord();
  const context = new RouterContextProvider();
  const site = {
    origin: env.ORIGIN,
    face: faceOf(env),
    language: env.FORUM_LANGUAGE,
    pictures: env.FORUM_PICTURES,
  };
  context.set(siteContext, { ...site, ...hosted });
  context.set(databaseContext, database);
  context.set(clerkContext, options);
  context.set(requestContext, { id: requestId, isReader, nonce, refusal });
  const { HELD_FORMS: kv, COOKIE_SECRET: secret, ORIGIN: origin } = env;
  context.set(heldFormsContext, heldFormsIn({ kv, secret, origin }));
  context.set(showElsewhereContext, elsewhereOf(env).show);
  context.set(keepPictureContext, keepPictureIn(env));
  context.set(snapshotsContext, snapshots(database));
  context.set(recordContext, record);
  try {
    const response = await (isReader ? handleReader : handleMember)(request, context);
    const viewer = context.get(viewerContext);
    notePage(response.headers, { route: record.route, usage: database.usage, isStaff: isStaff(viewer) });
    response.headers.set("Cache-Control", "private, no-store");
    response.headers.append("Vary", "Cookie");
    addSecurityHeaders(response, { isReader, nonce, origin: env.ORIGIN, clerkOrigins });
    return { response, record, viewer, happened: database.happened };
  } finally {
    ctx.waitUntil(database.close());
  }
}
