import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import path from "node:path";
import { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { clerkError, clientJson, environmentJson, ownSessionJson, sessionJson } from "./clerk-json.ts";
import {
  clientCookie,
  clientUatCookies,
  handshakeCookie,
  handshakeTransport,
  readClientToken,
  sessionCookies,
} from "./cookies.ts";
import type { Instance } from "./instance.ts";
import type { Client, Session } from "./state.ts";
import { mintHandshakeToken, mintSessionToken } from "./tokens.ts";

type Params = Record<string, string | undefined>;

/** What the app's pages and Clerk's script in the browser ask of Clerk. */
export const frontendApi = {
  handshake,
  environment: async (instance: Instance) => {
    const environment = environmentJson(instance.origin);
    return Response.json({ ...environment, response: environment });
  },
  client: async (instance: Instance, request: Request) => answer(instance, findClient(instance, request)),
  token,
  touch,
  endSession,
  endAllSessions,
  script,
};

/**
 * The app sends the browser here when it cannot tell from its cookies who is signed in. The answer is a signed list of
 * cookies that the app then sets; with no session left it takes them away.
 */
async function handshake(instance: Instance, request: Request): Promise<Response> {
  const target = instance.appUrl(new URL(request.url).searchParams.get("redirect_url"));
  if (target === undefined) {
    return clerkError(400, "invalid_url_scheme", `redirect_url must lead to ${instance.appOrigin}`);
  }
  const client = findClient(instance, request);
  const session = instance.store.activeSession(client);
  const sessionToken = session === undefined ? "" : await mintSessionToken(instance, session);
  const cookies = [
    ...sessionCookies(instance.keys, sessionToken),
    ...clientUatCookies(instance.keys, session === undefined ? 0 : (client?.uat ?? 0)),
  ];
  const transport = handshakeTransport(instance.origin, instance.appOrigin, "");
  if (transport === "cookie") cookies.push(handshakeCookie(""));
  const handshakeToken = await mintHandshakeToken(instance.keys, cookies);
  const headers = new Headers({ "Cache-Control": "no-store" });
  if (handshakeTransport(instance.origin, instance.appOrigin, handshakeToken) === "cookie") {
    headers.append("Set-Cookie", handshakeCookie(handshakeToken));
  } else {
    target.searchParams.set("__clerk_handshake", handshakeToken);
  }
  headers.set("Location", target.href);
  return new Response(null, { status: 307, headers });
}

/** Clerk's script asks for a new token shortly before the old one ends, and after it comes back into view. */
async function token(instance: Instance, request: Request, params: Params): Promise<Response> {
  const session = ownSession(instance, request, params.id);
  if (session === undefined) return noSession();
  return Response.json({ object: "token", jwt: await mintSessionToken(instance, session) });
}

async function touch(instance: Instance, request: Request, params: Params): Promise<Response> {
  const session = ownSession(instance, request, params.id);
  if (session === undefined) return noSession();
  return answer(instance, findClient(instance, request), await describe(instance, session));
}

async function endSession(instance: Instance, request: Request, params: Params): Promise<Response> {
  const session = ownSession(instance, request, params.id);
  if (session === undefined) return noSession();
  const ended = instance.store.endSession(session, params.action === "end" ? "ended" : "removed");
  return answer(instance, findClient(instance, request), sessionJson(ended));
}

async function endAllSessions(instance: Instance, request: Request): Promise<Response> {
  const client = findClient(instance, request);
  for (const session of client ? instance.store.activeSessions(client) : []) {
    instance.store.endSession(session, "removed");
  }
  return answer(instance, client);
}

// clerk-js splits itself into files beside the one it starts from, and asks for them by their own names.
const SCRIPTS = path.dirname(fileURLToPath(import.meta.resolve("@clerk/clerk-js")));
const SCRIPT_NAME = /^[\w.-]+\.js$/;

async function script(_instance: Instance, _request: Request, { file = "" }: Params): Promise<Response> {
  const found = SCRIPT_NAME.test(file) ? path.join(SCRIPTS, file) : undefined;
  const size = found && (await stat(found).catch(() => undefined))?.size;
  if (found === undefined || size === undefined) return new Response("No such script\n", { status: 404 });
  return new Response(Readable.toWeb(createReadStream(found)) as ReadableStream, {
    headers: {
      "Content-Type": "text/javascript; charset=utf-8",
      "Content-Length": String(size),
      "Cache-Control": "public, max-age=600",
    },
  });
}

function findClient(instance: Instance, request: Request): Client | undefined {
  return instance.store.clientByToken(readClientToken(request));
}

/** The session with this id, if it is active and belongs to the browser that asks. */
function ownSession(instance: Instance, request: Request, id = ""): Session | undefined {
  const client = findClient(instance, request);
  return client && instance.store.activeSessions(client).find((session) => session.id === id);
}

async function describe(instance: Instance, session: Session) {
  const person = instance.store.person(session.personId);
  if (person === undefined) throw new Error(`Session ${session.id} outlived its person`);
  return ownSessionJson(session, person, await mintSessionToken(instance, session));
}

/** Clerk sends the whole client along with every answer; `response` is the client itself when nothing else was asked for. */
async function answer(instance: Instance, client: Client | undefined, response?: unknown): Promise<Response> {
  const sessions = client ? instance.store.activeSessions(client) : [];
  const whole = clientJson(client, await Promise.all(sessions.map((session) => describe(instance, session))));
  const headers = new Headers({ "Cache-Control": "no-store" });
  if (client !== undefined) {
    headers.append("Set-Cookie", clientCookie(client));
    for (const cookie of clientUatCookies(instance.keys, sessions.length === 0 ? 0 : client.uat)) {
      headers.append("Set-Cookie", cookie);
    }
  }
  const body = response === undefined ? { response: whole, client: null } : { response, client: whole };
  return Response.json(body, { headers });
}

function noSession(): Response {
  return clerkError(404, "resource_not_found", "No active session with this id in this browser");
}
