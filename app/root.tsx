import { type ReactNode, use, useEffect } from "react";
import {
  isRouteErrorResponse,
  Links,
  Outlet,
  Scripts,
  ScrollRestoration,
  useRouteLoaderData,
} from "react-router";
import type { Route } from "./+types/root";
import { DEFAULT_ACCENT } from "./domain/site.ts";
import { isSuspended } from "./domain/viewer.ts";
import { isMessage } from "./messages/message.ts";
import { authenticate } from "./middleware/clerk.server.ts";
import { keepForm } from "./middleware/kept-form.server.ts";
import { showRefusal } from "./middleware/refusal.server.ts";
import { identifyViewer } from "./middleware/viewer.server.ts";
import {
  authContext,
  keepPictureContext,
  requestContext,
  siteContext,
  viewerContext,
} from "./request/context.server.ts";
import { languageOf } from "./request/language.server.ts";
import { PicturesContext } from "./ui/body.tsx";
import { ErrorPage } from "./ui/error-page.tsx";
import { Frame } from "./ui/frame.tsx";
import { ServerPageContext } from "./ui/server-page.ts";
import { SessionKeeper } from "./ui/session-keeper.tsx";
import { OutageNotice, SiteFooter, SiteHeader, SuspensionNotice } from "./ui/site.tsx";
import stylesheet from "./ui/styles.css?url";
import { ClockContext } from "./ui/time.tsx";
import { useFocusOnNavigation } from "./ui/use-focus.ts";
import { useLinks } from "./ui/use-links.ts";
import { useWords } from "./ui/words.ts";

export const middleware: Route.MiddlewareFunction[] = [showRefusal, keepForm, authenticate, identifyViewer];

export function loader({ context }: Route.LoaderArgs) {
  const viewer = context.get(viewerContext);
  const clerk = context.get(requestContext).isReader ? null : context.get(authContext).clerk;
  const { origin, face: site, pictures } = context.get(siteContext);
  const hasPictures = pictures === "shown" && !viewer?.picturesAsLinks;
  const takesPictures = context.get(keepPictureContext) !== null;
  const language = languageOf(context);
  return { origin, site, language, viewer, now: Date.now(), clerk, hasPictures, takesPictures };
}

export { revalidates as shouldRevalidate } from "./ui/client-action.ts";

/** For members, who may install the forum; readers load nothing for it. */
const MANIFEST = "/manifest.webmanifest";

/** Browsers that draw no SVG ask for /favicon.ico and /apple-touch-icon.png by themselves. */
const ICON = { rel: "icon", href: "/favicon.svg", type: "image/svg+xml" };

export const links: Route.LinksFunction = () => [{ rel: "stylesheet", href: stylesheet }, ICON];

/** The document around every page, errors included; there the root's data may be missing. */
export function Layout({ children }: { children: ReactNode }) {
  useLinks();
  const root = useRouteLoaderData<typeof loader>("root");
  const viewer = root?.viewer ?? null;
  const onServer = use(ServerPageContext);
  const { t, language, direction } = useWords();
  const site = root?.site ?? onServer.site;
  return (
    <html
      lang={language}
      dir={direction}
      data-scheme={viewer?.colorScheme ?? "system"}
      data-accent={site.accent === DEFAULT_ACCENT ? undefined : site.accent}
    >
      <head>
        <meta charSet="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        {onServer.stylesheet ? (
          <>
            <style>{onServer.stylesheet}</style>
            <link {...ICON} />
          </>
        ) : (
          <>
            <Links />
            <link rel="manifest" href={MANIFEST} />
          </>
        )}
      </head>
      <body>
        <a className="skip-link" href="#main">
          {t("site.skip")}
        </a>
        <SiteHeader site={site} viewer={viewer} isMemberAway={onServer.outage?.isMember} />
        <ClockContext value={{ now: root?.now ?? 0, dateStyle: viewer?.dateStyle ?? "dated" }}>
          <Frame>
            {viewer && root && isSuspended(viewer, new Date(root.now)) && (
              <SuspensionNotice viewer={viewer} />
            )}
            {onServer.outage?.madeAt && <OutageNotice {...onServer.outage} madeAt={onServer.outage.madeAt} />}
            <PicturesContext value={root?.hasPictures ?? false}>{children}</PicturesContext>
          </Frame>
        </ClockContext>
        <SiteFooter site={site} />
        {/* A page that only the server can draw (ServerPageContext) must not be drawn again by the browser. */}
        {viewer && !onServer.requestId && !onServer.keptForm && (
          <>
            <ScrollRestoration />
            <Scripts />
          </>
        )}
      </body>
    </html>
  );
}

export default function App({ loaderData }: Route.ComponentProps) {
  useFocusOnNavigation();
  useLanguage(loaderData.language);
  return (
    <>
      <Outlet />
      {loaderData.viewer && loaderData.clerk && <SessionKeeper clerk={loaderData.clerk} />}
    </>
  );
}

/** Loads the page anew where its viewer chose another language in another tab: a browser has the words of one. */
function useLanguage(language: string): void {
  const { language: shown } = useWords();
  useEffect(() => {
    if (language !== shown) location.reload();
  }, [language, shown]);
}

/** The one error page, whatever went wrong and wherever. */
export function ErrorBoundary({ error }: Route.ErrorBoundaryProps) {
  const isKnown = isRouteErrorResponse(error);
  const message: unknown = isKnown ? error.data?.message : undefined;
  return <ErrorPage status={isKnown ? error.status : 500} message={isMessage(message) ? message : null} />;
}
