// Not "react-dom/server", which is React's edge build on Workers: it calls TextEncoder for every piece of the page.
import { renderToReadableStream, renderToStaticMarkup } from "react-dom/server.node";
import type {
  EntryContext,
  HandleErrorFunction,
  RouterContextProvider,
  ServerInstrumentation,
} from "react-router";
import { isRouteErrorResponse, ServerRouter } from "react-router";
import { errorFacts, log } from "./log.ts";
import { wordsIn } from "./messages/words.server.ts";
import { recordContext, requestContext, siteContext } from "./request/context.server.ts";
import { languageOf } from "./request/language.server.ts";
import { ServerPageContext } from "./ui/server-page.ts";
import stylesheet from "./ui/styles.css?url";
import { WordsContext } from "./ui/words.ts";

/** Cloudflare repeats it in a `103 Early Hints`, so that the stylesheet is on its way before the page is. */
const PRELOAD = `<${stylesheet}>; rel=preload; as=style`;

/** Renders the page that React Router has gathered the data for. */
export default async function handleDocument(
  request: Request,
  status: number,
  headers: Headers,
  routerContext: EntryContext,
  context: RouterContextProvider,
): Promise<Response> {
  headers.set("Content-Type", "text/html; charset=utf-8");
  headers.set("Link", PRELOAD);
  if (request.method === "HEAD") return new Response(null, { status, headers });
  const { id, isReader, nonce } = context.get(requestContext);
  const { keptForm, outage } = context.get(recordContext);
  const serverPage = {
    siteName: context.get(siteContext).name,
    keptForm: status >= 500 ? keptForm : null,
    outage,
    requestId: status >= 500 ? id : "",
  };
  const page = (
    <WordsContext value={wordsIn(languageOf(context))}>
      <ServerPageContext value={serverPage}>
        <ServerRouter context={routerContext} url={request.url} nonce={nonce || undefined} />
      </ServerPageContext>
    </WordsContext>
  );
  // No script will ever look for its place in a reader's page: plain markup, made in one go. It waits for no promise.
  if (isReader) return new Response(`<!DOCTYPE html>${renderToStaticMarkup(page)}`, { status, headers });
  const onError = (error: unknown) => logError(error, context);
  const written = await renderToReadableStream(page, { nonce, signal: request.signal, onError });
  // Sent whole: a browser that paints the bar on top while its end is still on the way has to move what it painted.
  await written.allReady;
  const body = await new Response(written).arrayBuffer();
  return new Response(body, { status, headers });
}

/** Tells the Worker which route answered, by its pattern: an address itself may say who someone is. */
export const instrumentations: ServerInstrumentation[] = [
  {
    handler: (handler) =>
      handler.instrument({
        async request(handleRequest, { context }) {
          const { meta } = await handleRequest();
          if (context && meta) context.get(recordContext).route = `/${meta.pattern.replace(/^\//, "")}`;
        },
      }),
  },
];

/** Logs what a loader, an action or a component threw and nobody expected; an answer such as 404 is expected. */
export const handleError: HandleErrorFunction = (error, { request, context }) => {
  if (!request.signal.aborted && !isRouteErrorResponse(error)) logError(error, context);
};

function logError(error: unknown, context: Readonly<RouterContextProvider>): void {
  log({ level: "error", requestId: context.get(requestContext).id, ...errorFacts(error) });
}
