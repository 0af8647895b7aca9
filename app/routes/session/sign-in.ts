import { toClerk } from "#app/request/clerk-redirect.server.ts";
import type { Route } from "./+types/sign-in";

/** To Clerk's hosted sign-in, and back. */
export function loader({ context, url }: Route.LoaderArgs) {
  return toClerk(context, url, "signInUrl");
}
