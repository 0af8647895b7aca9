import { toClerk } from "#app/request/clerk-redirect.server.ts";
import type { Route } from "./+types/sign-up";

/** To Clerk's hosted sign-up, and back. */
export function loader({ context, url }: Route.LoaderArgs) {
  return toClerk(context, url, "signUpUrl");
}
