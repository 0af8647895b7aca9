import type { RouterContextProvider } from "react-router";
import { isLanguage, type PageLanguage } from "#app/messages/languages.ts";
import { siteContext, viewerContext } from "./context.server.ts";

/** The language that the answer to this request is in: what the viewer chose, else the forum's. */
export function languageOf(context: Readonly<RouterContextProvider>): PageLanguage {
  // Newer code, which was put back since, may have known a language that this code does not.
  const chosen = context.get(viewerContext)?.language;
  return isLanguage(chosen) ? chosen : context.get(siteContext).language;
}
