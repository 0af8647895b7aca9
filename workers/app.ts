import { WorkerEntrypoint } from "cloudflare:workers";
import * as build from "virtual:react-router/server-build";
import { createWorkersKVSessionStorage } from "@react-router/cloudflare";
import { createCookie, createRequestHandler, RouterContextProvider } from "react-router";
import { type DatabaseConnection, openDatabase } from "#app/db/client.server.ts";
import type { HeldForm } from "#app/domain/held-form.ts";
import { FORM_BYTES_MAX, HELD_FORM_SECONDS } from "#app/domain/limits.ts";
import { serviceUnavailable, unacceptable } from "#app/http.ts";
import {
  clerkContext,
  cspNonceContext,
  databaseContext,
  heldFormsContext,
  keptFormContext,
  type PageRefusal,
  readerContext,
  refusalContext,
  requestIdContext,
  siteContext,
} from "#app/middleware/context.server.ts";
import { clerkAddresses, clerkOptions, mayBeSignedIn } from "./clerk.ts";
import { type Env, parseEnv } from "./env.ts";
import { type PageKind, withSecurityHeaders } from "./headers.ts";
import { answerHealth } from "./health.ts";
import { isSameOrigin, withBody, withoutForeignHeaders } from "./requests.ts";
import { handleClerkWebhook } from "./webhooks/clerk.ts";

const handleRequest = createRequestHandler(build, import.meta.env.MODE);

/** What is no page has nothing to load and nowhere to send. */
const PLAIN: PageKind = { isReader: true, nonce: "", clerkOrigins: [], origin: "" };

const FORGED: PageRefusal = {
  status: 403,
  message: "This form did not come from a page of this forum, so it was not accepted.",
};
const NOT_POSTED: PageRefusal = {
  status: 405,
  message: "Pages of this forum are read, and forms are posted.",
};
const TOO_LARGE: PageRefusal = { status: 413, message: "That is more than a form of this forum can hold." };

/** Pages that lead to Clerk and back, and so are never one document for everyone. */
const MEMBER_ONLY = /^\/(sign-in|sign-up|continue\/[^/]*)(\.data)?$/;

/** The gateway: every request comes here first, and none of its answers is cached. */
export default {
  async fetch(request, rawEnv, ctx): Promise<Response> {
    const env = readEnv(rawEnv);
    const response = env ? await answer(request, env, ctx) : notConfigured();
    if (response.headers.has("Content-Security-Policy")) return response;
    return withSecurityHeaders(response, { ...PLAIN, origin: env?.ORIGIN ?? "" });
  },
} satisfies ExportedHandler;

async function answer(request: Request, env: Env, ctx: ExecutionContext): Promise<Response> {
  const url = new URL(request.url);
  if (url.pathname === "/webhooks/clerk") return answerWebhook(request, env, ctx);
  const isRead = request.method === "GET" || request.method === "HEAD";
  if (isRead && url.pathname === "/healthz") return answerHealth(openDatabase(env.DATABASE_URL), ctx);
  if (isRead && url.origin !== env.ORIGIN) return toOwnOrigin(url, env);
  if (isRead && !mayBeSignedIn(request) && !MEMBER_ONLY.test(url.pathname))
    return ctx.exports.Reader.fetch(withoutForeignHeaders(request, { cookies: false }));
  // Read before anything is refused: a browser that is still sending when the answer comes shows a lost connection.
  const whole = isRead ? request : await withBody(request, FORM_BYTES_MAX);
  if (!isRead && !isSameOrigin(request, env.ORIGIN)) return answerRefusal(request, env, ctx, FORGED);
  if (!isRead && request.method !== "POST") return answerRefusal(request, env, ctx, NOT_POSTED);
  if (!whole) return answerRefusal(request, env, ctx, TOO_LARGE);
  return answerPage(withoutForeignHeaders(whole, { cookies: true }), env, ctx, { isReader: false });
}

function notConfigured(): Response {
  return new Response("The forum is not configured. Its log says what is missing.", { status: 500 });
}

/** Pages for the signed-out: the same document for everyone, with no cookie in or out, no Clerk and no script. */
export class Reader extends WorkerEntrypoint {
  override async fetch(request: Request): Promise<Response> {
    return answerPage(request, parseEnv(this.env), this.ctx, { isReader: true });
  }
}

function readEnv(rawEnv: unknown): Env | null {
  try {
    return parseEnv(rawEnv);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return null;
  }
}

/** Sessions and same-origin checks hold for one origin, so every page is read there. */
function toOwnOrigin(url: URL, env: Env): Response {
  return Response.redirect(`${env.ORIGIN}${url.pathname}${url.search}`, 308);
}

async function answerWebhook(request: Request, env: Env, ctx: ExecutionContext): Promise<Response> {
  const connection = openDatabase(env.DATABASE_URL);
  try {
    return await handleClerkWebhook(request, { secret: env.CLERK_WEBHOOK_SECRET, database: connection });
  } finally {
    ctx.waitUntil(connection.close());
  }
}

/** A refused request is answered as if its address had been read, so that the refusal looks like this site. */
function answerRefusal(
  request: Request,
  env: Env,
  ctx: ExecutionContext,
  refusal: PageRefusal,
): Promise<Response> {
  const asked = new Request(request.url, { headers: { Accept: request.headers.get("Accept") ?? "*/*" } });
  return answerPage(asked, env, ctx, { isReader: true, refusal });
}

async function answerPage(
  request: Request,
  env: Env,
  ctx: ExecutionContext,
  { isReader, refusal }: { isReader: boolean; refusal?: PageRefusal },
): Promise<Response> {
  const connection = openDatabase(env.DATABASE_URL, { unavailable: serviceUnavailable, unacceptable });
  const nonce = isReader ? "" : crypto.randomUUID();
  const { frontendApi, signInUrl } = clerkAddresses(env);
  try {
    const context = pageContext(env, { connection, isReader, nonce, refusal: refusal ?? null });
    const response = await handleRequest(request, context);
    response.headers.set(
      "Cache-Control",
      isReader && !refusal ? "public, max-age=0, must-revalidate" : "private, no-store",
    );
    response.headers.append("Vary", "Cookie");
    return withSecurityHeaders(response, {
      isReader,
      nonce,
      origin: env.ORIGIN,
      clerkOrigins: [...new Set([frontendApi, new URL(signInUrl).origin])],
    });
  } finally {
    ctx.waitUntil(connection.close());
  }
}

type PageParts = {
  connection: DatabaseConnection;
  isReader: boolean;
  nonce: string;
  refusal: PageRefusal | null;
};

function pageContext(env: Env, { connection, isReader, nonce, refusal }: PageParts): RouterContextProvider {
  const context = new RouterContextProvider();
  const { signInUrl, signUpUrl } = clerkAddresses(env);
  context.set(siteContext, { origin: env.ORIGIN, name: env.FORUM_NAME, signInUrl, signUpUrl });
  context.set(databaseContext, connection);
  context.set(readerContext, isReader);
  context.set(clerkContext, clerkOptions(env));
  context.set(cspNonceContext, nonce);
  context.set(requestIdContext, crypto.randomUUID());
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
