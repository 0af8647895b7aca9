import { redirect } from "react-router";
import { ELSEWHERE_PREFIX } from "#app/domain/elsewhere.ts";
import { log, reasonOf } from "#app/log.ts";
import { DEFAULT_LANGUAGE } from "#app/messages/languages.ts";
import { wordsIn } from "#app/messages/words.server.ts";
import { canonicalPath } from "#app/public-pages.ts";
import { mayBeSignedIn } from "./clerk.ts";
import { type Call, type Env, parseEnv } from "./env.ts";
import { answerElsewhere } from "./gateway/elsewhere.ts";
import { answerHealth } from "./gateway/health.ts";
import { answerManifest, MANIFEST_PATH } from "./gateway/manifest.ts";
import { answerMember } from "./gateway/member.ts";
import { answerPicture, bytesMax, PICTURES_AT } from "./gateway/picture.ts";
import { answerReader } from "./gateway/reader.ts";
import { answerRefusal, FORGED, NOT_POSTED, TOO_LARGE } from "./gateway/refusal.ts";
import { answerWebhook } from "./gateway/webhook.ts";
import { addSecurityHeaders, type PageKind } from "./headers.ts";
import { sweep } from "./jobs/sweep.ts";
import { observe } from "./observe.ts";
import { isSameOrigin, withBody } from "./requests.ts";

export { Elsewhere } from "./elsewhere/elsewhere.ts";
export { Purger } from "./snapshots/purger.ts";
export { Reader } from "./snapshots/reader.ts";

/** What is no page has nothing to load and nowhere to send. */
const PLAIN: PageKind = { isReader: true, nonce: "", clerkOrigins: [], origin: "" };

/** Addresses that lead to Clerk and back: what they answer depends on who asks, also where nobody is signed in yet. */
const TO_CLERK = /^\/(sign-in|sign-up|continue\/[^/]*)(\.data)?$/i;

/** The doors of the Worker. Every request comes through `fetch` first, and nothing that it answers is cached. */
export default {
  async fetch(request, rawEnv, ctx): Promise<Response> {
    const env = readEnv(rawEnv as object);
    return observe(request, env, async (watched) => {
      const response = env ? await answer(request, { env, ctx, watched }) : notConfigured();
      if (!response.headers.has("Content-Security-Policy"))
        addSecurityHeaders(response, { ...PLAIN, origin: env?.ORIGIN ?? "" });
      return response;
    });
  },

  async scheduled(_, rawEnv, ctx): Promise<void> {
    await sweep(parseEnv(rawEnv as object), ctx);
  },
} satisfies ExportedHandler;

async function answer(request: Request, call: Call): Promise<Response> {
  const url = new URL(request.url);
  if (url.pathname === "/webhooks/clerk") return answerWebhook(request, call);
  const isRead = request.method === "GET" || request.method === "HEAD";
  return isRead ? answerRead(request, url, call) : answerSent(request, call);
}

/** What is read: a page, at the one address that it has. */
async function answerRead(request: Request, url: URL, call: Call): Promise<Response> {
  const { env } = call;
  if (url.pathname === "/healthz") return answerHealth(request, call);
  if (url.origin === env.ORIGIN && url.pathname.startsWith(ELSEWHERE_PREFIX))
    return answerElsewhere(request, url.pathname, call);
  const path = canonicalPath(url.pathname);
  // Sessions and same-origin checks hold for one origin, so every page is read there.
  if (url.origin !== env.ORIGIN || path !== url.pathname)
    return redirect(`${env.ORIGIN}${path}${url.search}`, 308);
  if (path === MANIFEST_PATH) return answerManifest(call);
  if (PICTURES_AT.test(path)) return answerPicture(request, url, call);
  if (mayBeSignedIn(request, url) || TO_CLERK.test(path)) return answerMember(request, call);
  return answerReader(request, url, call);
}

/** What is sent: a form of one of our own pages. */
async function answerSent(request: Request, call: Call): Promise<Response> {
  // Read before anything is refused: a browser that is still sending when the answer comes shows a lost connection.
  const whole = await withBody(request, bytesMax(request, call.env));
  if (!isSameOrigin(request, call.env.ORIGIN)) return answerRefusal(request, call, FORGED);
  if (request.method !== "POST") return answerRefusal(request, call, NOT_POSTED);
  if (!whole) return answerRefusal(request, call, TOO_LARGE);
  return answerMember(whole, call);
}

function notConfigured(): Response {
  // Nor does it know its language.
  return new Response(wordsIn(DEFAULT_LANGUAGE).t("outage.notConfigured"), { status: 500 });
}

function readEnv(rawEnv: object): Env | null {
  try {
    return parseEnv(rawEnv);
  } catch (error) {
    log({ level: "error", message: reasonOf(error) });
    return null;
  }
}
