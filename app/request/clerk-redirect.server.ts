import { type RouterContextProvider, redirectDocument } from "react-router";
import { safeReturnPath } from "#app/domain/paths.ts";
import { siteContext, viewerContext } from "./context.server.ts";

/**
 * Sends the signed-out to Clerk's hosted page, and from there back to `?return_to=`; whoever is signed in
 * already goes straight there.
 */
export function toClerk(context: Readonly<RouterContextProvider>, url: URL, page: "signInUrl" | "signUpUrl") {
  const returnTo = safeReturnPath(url.searchParams.get("return_to"));
  if (context.get(viewerContext)) return redirectDocument(returnTo);
  const site = context.get(siteContext);
  const hosted = new URL(site[page]);
  hosted.searchParams.set("redirect_url", `${site.origin}${returnTo}`);
  return redirectDocument(hosted.href);
}
