import { WorkerEntrypoint } from "cloudflare:workers";
import type { Part } from "#app/db/parts.server.ts";
import { FORM_BYTES_MAX } from "#app/domain/limits.ts";
import { readerPageAddress } from "#app/domain/paths.ts";
import { memberTag } from "#app/domain/tags.ts";
import type { PageRecord, PageRefusal } from "#app/request/context.server.ts";
import { mayBeSignedIn } from "./clerk.ts";
import { pageDatabase, webhookDatabase } from "./database.ts";
import { type Env, parseEnv } from "./env.ts";
import { type PageKind, withSecurityHeaders } from "./headers.ts";
import { answerHealth } from "./health.ts";
import { lastGood } from "./last-good.ts";
import { observe, type Watched } from "./observe.ts";
import { answerPage } from "./page.ts";
import { type PageCache, pageCache } from "./page-cache.ts";
import { answerPart, requestedPart } from "./parts.ts";
import { ageOf, forBrowser, isCopy, keepable } from "./reader-page.ts";
import { isSameOrigin, REQUEST_ID, withBody, withoutForeignHeaders } from "./requests.ts";
import { handleClerkWebhook } from "./webhooks/clerk.ts";
import { wroteCookie } from "./wrote.ts";

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
    const env = readEnv(rawEnv as object);
    return observe(request, env, async (watched) => {
      const response = env
        ? await answer(request, env, { ctx, pages: pagesOf(env, ctx), watched })
        : notConfigured();
      if (response.headers.has("Content-Security-Policy")) return response;
      return withSecurityHeaders(response, { ...PLAIN, origin: env?.ORIGIN ?? "" });
    });
  },
} satisfies ExportedHandler;

/** What an answer needs beside the request: the platform's, the page cache, and what is found out on the way. */
type Surroundings = { ctx: ExecutionContext; pages: PageCache; watched: Watched };

async function answer(request: Request, env: Env, surroundings: Surroundings): Promise<Response> {
  const { ctx, watched } = surroundings;
  const url = new URL(request.url);
  if (url.pathname === "/webhooks/clerk") return answerWebhook(request, env, surroundings);
  const isRead = request.method === "GET" || request.method === "HEAD";
  if (isRead && url.pathname === "/healthz") return answerHealth(env, { ctx, watched });
  if (isRead && url.origin !== env.ORIGIN) return toOwnOrigin(url, env);
  if (isRead && !mayBeSignedIn(request) && !MEMBER_ONLY.test(url.pathname))
    return answerReader(request, env, surroundings);
  watched.side = "member";
  // Read before anything is refused: a browser that is still sending when the answer comes shows a lost connection.
  const whole = isRead ? request : await withBody(request, FORM_BYTES_MAX);
  if (!isRead && !isSameOrigin(request, env.ORIGIN)) return answerRefusal(request, env, surroundings, FORGED);
  if (!isRead && request.method !== "POST") return answerRefusal(request, env, surroundings, NOT_POSTED);
  if (!whole) return answerRefusal(request, env, surroundings, TOO_LARGE);
  return answerMember(withoutForeignHeaders(whole, { cookies: true }), env, surroundings);
}

function pagesOf(env: Env, ctx: ExecutionContext): PageCache {
  const reader = ctx.exports.Reader;
  return pageCache(ctx, { reader, origin: env.ORIGIN, freshSeconds: env.PAGE_FRESH_SECONDS });
}

/** What everyone who is signed out gets: out of the page cache, where there is such a page. */
async function answerReader(
  request: Request,
  env: Env,
  { ctx, pages, watched }: Surroundings,
): Promise<Response> {
  watched.side = "reader";
  const { requestId } = watched;
  const address = readerPageAddress(new URL(request.url));
  if (!address) {
    const asked = withoutForeignHeaders(request, { cookies: false });
    return (await answerPage(asked, env, ctx, { isReader: true, requestId })).response;
  }
  const { response, outcome } = await pages.fetch(`${env.ORIGIN}${address}`, requestId);
  watched.cache = isCopy(response) ? "last-good" : outcome;
  return forBrowser(request, response, outcome);
}

/** Pages of members and what they send. Whoever wrote is answered when no reader can find the old page any more. */
async function answerMember(
  request: Request,
  env: Env,
  { ctx, pages, watched }: Surroundings,
): Promise<Response> {
  const { requestId } = watched;
  const { response, record } = await answerPage(request, env, ctx, { isReader: false, pages, requestId });
  const copyMadeAt = record.outage?.madeAt;
  if (copyMadeAt) {
    watched.cache = "last-good";
    response.headers.set("Age", ageOf(copyMadeAt));
  }
  if (record.changed.size === 0) return response;
  await publish(record, env, pages);
  response.headers.append("Set-Cookie", wroteCookie(Date.now()));
  return response;
}

/** Drops the pages that show what was changed. A write stands whether or not that works: pages renew themselves. */
async function publish({ changed, withdrawn }: Changes, env: Env, pages: PageCache): Promise<void> {
  const done = await Promise.allSettled([
    pages.purge([...changed]),
    withdrawn.size > 0 && lastGood(env.LAST_GOOD, env.ORIGIN).withdraw([...withdrawn]),
  ]);
  for (const { reason } of done.filter(({ status }) => status === "rejected") as PromiseRejectedResult[])
    console.error(
      JSON.stringify({ level: "error", message: "Pages were not dropped", reason: String(reason) }),
    );
}

type Changes = Pick<PageRecord, "changed" | "withdrawn">;

function notConfigured(): Response {
  return new Response("The forum is not configured. Its log says what is missing.", { status: 500 });
}

/** Pages for the signed-out: the same document for everyone, with no cookie in or out, no Clerk and no script. */
export class Reader extends WorkerEntrypoint {
  override async fetch(request: Request): Promise<Response> {
    const env = parseEnv(this.env);
    const url = new URL(request.url);
    const part = requestedPart(url);
    if (part) return this.#answerPart(part, env);
    const requestId = request.headers.get(REQUEST_ID) ?? "";
    const page = await answerPage(request, env, this.ctx, { isReader: true, requestId });
    return keepable(page, url, env.PAGE_FRESH_SECONDS);
  }

  async #answerPart(part: Part<unknown>, env: Env): Promise<Response> {
    const database = pageDatabase(env);
    const waitUntil = (promise: Promise<unknown>) => this.ctx.waitUntil(promise);
    try {
      const sources = { database, lastGood: lastGood(env.LAST_GOOD, env.ORIGIN), waitUntil };
      return await answerPart(part, sources, env.PAGE_FRESH_SECONDS);
    } finally {
      waitUntil(database.close());
    }
  }

  /** Drops what is kept of this entrypoint: Cloudflare lets each drop its own alone. */
  async purge(tags: string[]): Promise<boolean> {
    return (await this.ctx.cache?.purge({ tags }))?.success ?? false;
  }
}

function readEnv(rawEnv: object): Env | null {
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

async function answerWebhook(
  request: Request,
  env: Env,
  { ctx, pages, watched }: Surroundings,
): Promise<Response> {
  const connection = webhookDatabase(env);
  Object.assign(watched, { side: "webhook", route: "/webhooks/clerk", usage: connection.usage });
  try {
    return await handleClerkWebhook(request, {
      secret: env.CLERK_WEBHOOK_SECRET,
      database: connection,
      recorded: ({ id, kind }) => {
        const changed = new Set([memberTag(id)]);
        return publish({ changed, withdrawn: kind === "deleted" ? changed : new Set() }, env, pages);
      },
    });
  } finally {
    ctx.waitUntil(connection.close());
  }
}

/** A refused request is answered as if its address had been read, so that the refusal looks like this site. */
async function answerRefusal(
  request: Request,
  env: Env,
  { ctx, watched: { requestId } }: Surroundings,
  refusal: PageRefusal,
): Promise<Response> {
  const asked = new Request(request.url, { headers: { Accept: request.headers.get("Accept") ?? "*/*" } });
  return (await answerPage(asked, env, ctx, { isReader: true, refusal, requestId })).response;
}
