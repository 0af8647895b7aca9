import { isbot } from "isbot";
import { renderToReadableStream } from "react-dom/server";
import type { EntryContext, HandleErrorFunction, RouterContextProvider } from "react-router";
import { ServerRouter } from "react-router";
import { cspNonceContext, keptFormContext, requestIdContext } from "./middleware/context.server.ts";
import { KeptFormContext } from "./ui/kept-form.tsx";

/** Renders the page that React Router has gathered the data for. */
export default async function handleDocument(
  request: Request,
  status: number,
  headers: Headers,
  routerContext: EntryContext,
  context: RouterContextProvider,
): Promise<Response> {
  headers.set("Content-Type", "text/html; charset=utf-8");
  if (request.method === "HEAD") return new Response(null, { status, headers });
  const nonce = context.get(cspNonceContext) || undefined;
  const body = await renderToReadableStream(
    <KeptFormContext value={status >= 500 ? context.get(keptFormContext).current : null}>
      <ServerRouter context={routerContext} url={request.url} nonce={nonce} />
    </KeptFormContext>,
    { nonce, signal: request.signal, onError: (error) => logError(error, context) },
  );
  // No page waits for anything once its loaders are done, so the whole of it is there within a moment.
  if (isbot(request.headers.get("User-Agent"))) await body.allReady;
  return new Response(body, { status, headers });
}

/** Logs what a loader, an action or a component threw and nobody expected. */
export const handleError: HandleErrorFunction = (error, { request, context }) => {
  if (!request.signal.aborted) logError(error, context);
};

/** Logs the innermost cause alone: drizzle's errors repeat the statement, and with it what people wrote. */
function logError(error: unknown, context: Readonly<RouterContextProvider>): void {
  let cause = error;
  while (cause instanceof Error && cause.cause instanceof Error) cause = cause.cause;
  const { name, message, stack } = cause instanceof Error ? cause : new Error(String(cause));
  console.error(
    JSON.stringify({ level: "error", requestId: context.get(requestIdContext), name, message, stack }),
  );
}
