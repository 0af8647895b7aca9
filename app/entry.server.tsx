// Not "react-dom/server", which is React's edge build on Workers: it calls TextEncoder for every piece of the page.
import { renderToStaticMarkup, renderToString } from "react-dom/server.node";
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
import { STYLESHEET } from "./stylesheet.server.ts";
import { ServerPageContext } from "./ui/server-page.ts";
import stylesheet from "./ui/styles.css?url";
import { WordsContext } from "./ui/words.ts";

/** For members. Cloudflare repeats it in a `103 Early Hints`, so that the stylesheet is on its way before the page is. */
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
  const { id, isReader, nonce } = context.get(requestContext);
  if (!isReader) headers.set("Link", PRELOAD);
  if (request.method === "HEAD") return new Response(null, { status, headers });
  const { keptForm, outage } = context.get(recordContext);
  const serverPage = {
    site: context.get(siteContext).face,
    keptForm: routerContext.staticHandlerContext.errors ? keptForm : null,
    outage,
    requestId: status >= 500 ? id : "",
    stylesheet: isReader ? STYLESHEET : "",
  };
  const page = (
    <WordsContext value={wordsIn(languageOf(context))}>
      <ServerPageContext value={serverPage}>
        <ServerRouter context={routerContext} url={request.url} nonce={nonce || undefined} />
      </ServerPageContext>
    </WordsContext>
  );
  // No script will ever look for its place in a reader's page: plain markup. A member's page has marks for React's.
  if (!isReader) await readHandOff(routerContext);
  const markup = isReader ? renderToStaticMarkup(page) : renderToString(page);
  return new Response(`<!DOCTYPE html>${markup}`, { status, headers });
}

/**
 * Reads what React Router hands to the browser's scripts, and puts it where `ServerRouter` looks for it while it renders:
 * then nothing on a page has to be waited for, and it is made in one go. A loader answers no promises, so that is soon.
 */
async function readHandOff({ serverHandoffStream, renderMeta }: EntryContext): Promise<void> {
  if (!serverHandoffStream || !renderMeta) return;
  const decoder = new TextDecoder();
  const reader = serverHandoffStream.getReader();
  let value = "";
  for (let read = await reader.read(); !read.done; read = await reader.read())
    value += decoder.decode(read.value, { stream: true });
  reader.releaseLock();
  renderMeta.streamCache = [Object.assign(Promise.resolve(), { result: { done: true, value } })];
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
