import * as build from "virtual:react-router/server-build";
import { createWorkersKVSessionStorage } from "@react-router/cloudflare";
import { createCookie, createRequestHandler, RouterContextProvider } from "react-router";
import type { DatabaseConnection } from "#app/db/client.server.ts";
import type { HeldForm } from "#app/domain/held-form.ts";
import { HELD_FORM_SECONDS } from "#app/domain/limits.ts";
import { isStaff } from "#app/domain/viewer.ts";
import {
  clerkContext,
  cspNonceContext,
  databaseContext,
  heldFormsContext,
  keptFormContext,
  type PageRecord,
  type PageRefusal,
  pageRecordContext,
  partsContext,
  readerContext,
  refusalContext,
  requestIdContext,
  routeContext,
  siteContext,
  viewerContext,
} from "#app/request/context.server.ts";
import { partAt } from "#app/request/page-part.server.ts";
import { clerkAddresses, clerkOptions } from "./clerk.ts";
import { pageDatabase } from "./database.ts";
import type { Env } from "./env.ts";
import { withSecurityHeaders } from "./headers.ts";
import { lastGood } from "./last-good.ts";
import { notePage } from "./observe.ts";
import type { PageCache } from "./page-cache.ts";
import { cachedParts, freshParts } from "./parts.ts";
import { wroteAt } from "./wrote.ts";

const handleRequest = createRequestHandler(build, import.meta.env.MODE);

type Options = {
  isReader: boolean;
  /** Names the request in the log. */
  requestId: string;
  refusal?: PageRefusal;
  /** Where a member's page finds what it shares with everybody's. Without one, everything is read anew. */
  pages?: PageCache;
};

export type Page = { response: Response; record: PageRecord };

/** Answers a page or a form by React Router: the response with its security headers, and what became known on the way. */
export async function answerPage(
  request: Request,
  env: Env,
  ctx: ExecutionContext,
  { isReader, requestId, refusal, pages }: Options,
): Promise<Page> {
  const database = pageDatabase(env);
  const sources = {
    database,
    lastGood: lastGood(env.LAST_GOOD, env.ORIGIN),
    waitUntil: (promise: Promise<unknown>) => ctx.waitUntil(promise),
  };
  const parts = pages
    ? cachedParts({
        ...sources,
        pages,
        origin: env.ORIGIN,
        wroteAt: wroteAt(request),
        expected: request.method === "GET" ? partAt(new URL(request.url)) : null,
      })
    : freshParts(sources);
  const nonce = isReader ? "" : crypto.randomUUID();
  const record: PageRecord = {
    shown: new Set(),
    changed: new Set(),
    withdrawn: new Set(),
    outage: null,
  };
  try {
    const context = pageContext(env, { database, isReader, nonce, refusal: refusal ?? null, requestId });
    context.set(partsContext, parts);
    context.set(pageRecordContext, record);
    const response = await handleRequest(request, context);
    notePage(response.headers, {
      route: context.get(routeContext).current,
      usage: database.usage,
      isStaff: isStaff(context.get(viewerContext)),
    });
    const { frontendApi, signInUrl } = clerkAddresses(env);
    const clerkOrigins = [...new Set([frontendApi, new URL(signInUrl).origin])];
    response.headers.set("Cache-Control", "private, no-store");
    response.headers.append("Vary", "Cookie");
    return {
      response: withSecurityHeaders(response, { isReader, nonce, origin: env.ORIGIN, clerkOrigins }),
      record,
    };
  } finally {
    ctx.waitUntil(database.close());
  }
}

type PageParts = {
  database: DatabaseConnection;
  isReader: boolean;
  nonce: string;
  refusal: PageRefusal | null;
  requestId: string;
};

function pageContext(env: Env, parts: PageParts): RouterContextProvider {
  const { database, isReader, nonce, refusal, requestId } = parts;
  const context = new RouterContextProvider();
  const { signInUrl, signUpUrl } = clerkAddresses(env);
  context.set(siteContext, { origin: env.ORIGIN, name: env.FORUM_NAME, signInUrl, signUpUrl });
  context.set(databaseContext, database);
  context.set(readerContext, isReader);
  context.set(clerkContext, clerkOptions(env));
  context.set(cspNonceContext, nonce);
  context.set(requestIdContext, requestId);
  context.set(routeContext, { current: "/*" });
  context.set(refusalContext, refusal);
  context.set(heldFormsContext, heldForms(env));
  context.set(keptFormContext, { current: null });
  return context;
}

function heldForms(env: Env) {
  const cookie = createCookie("held", {
    secrets: [env.COOKIE_SECRET],
    maxAge: HELD_FORM_SECONDS,
    httpOnly: true,
    sameSite: "lax",
    secure: env.ORIGIN.startsWith("https:"),
    path: "/",
  });
  return createWorkersKVSessionStorage<{ forms: HeldForm[] }>({ kv: env.HELD_FORMS, cookie });
}
