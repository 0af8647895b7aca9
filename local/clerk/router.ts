import { backendApi } from "./backend-api.ts";
import { clerkError } from "./clerk-json.ts";
import { frontendApi } from "./frontend-api.ts";
import { hostedPages } from "./hosted-pages.ts";
import type { Instance } from "./instance.ts";

type Handler = (
  instance: Instance,
  request: Request,
  params: Record<string, string | undefined>,
) => Promise<Response>;

function route(method: string, pathname: string, handler: Handler) {
  return { method, pattern: new URLPattern({ pathname }), handler };
}

const PAGES = [
  route("GET", "/pages.css", hostedPages.stylesheet),
  route("GET", "/sign-in", hostedPages.signIn),
  route("POST", "/sign-in", hostedPages.doSignIn),
  route("GET", "/sign-up", hostedPages.signUp),
  route("POST", "/sign-up", hostedPages.doSignUp),
  route("GET", "/{user}?", hostedPages.profile),
  route("POST", "/user", hostedPages.saveProfile),
  route("POST", "/user/delete", hostedPages.deleteProfile),
  route("POST", "/user/sign-out", hostedPages.signOut),
  route("GET", "/v1/client/handshake", frontendApi.handshake),
];

/** What the app's pages ask with the browser's cookies. */
const FRONTEND = [
  route("GET", "/v1/environment", frontendApi.environment),
  route("PATCH", "/v1/environment", frontendApi.environment),
  route("GET", "/v1/client", frontendApi.client),
  route("DELETE", "/v1/client", frontendApi.endAllSessions),
  route("DELETE", "/v1/client/sessions", frontendApi.endAllSessions),
  route("POST", "/v1/client/sessions/:id/tokens", frontendApi.token),
  route("POST", "/v1/client/sessions/:id/touch", frontendApi.touch),
  route("POST", "/v1/client/sessions/:id/:action(end|remove)", frontendApi.endSession),
  route("GET", "/npm/@clerk/clerk-js@6/dist/:file", frontendApi.script),
];

const BACKEND = [
  route("GET", "/v1/users", backendApi.listPeople),
  route("GET", "/v1/users/count", backendApi.countPeople),
  route("GET", "/v1/users/:id", backendApi.getPerson),
  route("DELETE", "/v1/users/:id", backendApi.deletePerson),
  route("GET", "/v1/sessions/:id", backendApi.getSession),
  route("POST", "/v1/sessions/:id/revoke", backendApi.revokeSession),
  route("GET", "/v1/jwks", backendApi.keySet),
];

/** Answers one request to the stand-in. */
export async function handle(instance: Instance, request: Request): Promise<Response> {
  const outside = find([...PAGES, ...BACKEND], request.method, request.url);
  if (outside !== undefined) return outside.handler(instance, request, outside.params);
  // clerk-js sends every method as GET or POST, so that the browser asks no leave first, and names the real one here.
  const method = new URL(request.url).searchParams.get("_method") ?? request.method;
  if (request.method === "OPTIONS") return shared(instance, new Response(null, { status: 204 }));
  const found = find(FRONTEND, method, request.url);
  if (found === undefined)
    return clerkError(404, "resource_not_found", "The stand-in does not know this path");
  const origin = request.headers.get("Origin");
  if (origin !== null && origin !== instance.appOrigin) {
    return clerkError(400, "origin_invalid", `Only pages of ${instance.appOrigin} may ask this`);
  }
  return shared(instance, await found.handler(instance, request, found.params));
}

function find(routes: ReturnType<typeof route>[], method: string, url: string) {
  for (const { method: wanted, pattern, handler } of routes) {
    const match = wanted === method ? pattern.exec(url) : null;
    if (match !== null) return { handler, params: match.pathname.groups };
  }
  return undefined;
}

/** Lets the app's pages, and no others, read the answer and send their cookies. */
function shared(instance: Instance, response: Response): Response {
  response.headers.set("Access-Control-Allow-Origin", instance.appOrigin);
  response.headers.set("Access-Control-Allow-Credentials", "true");
  response.headers.set("Access-Control-Allow-Methods", "GET, POST");
  response.headers.set("Access-Control-Allow-Headers", "Content-Type, Authorization");
  response.headers.set("Vary", "Origin");
  return response;
}
