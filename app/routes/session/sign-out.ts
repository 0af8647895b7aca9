import { clerkClient, getAuth } from "@clerk/react-router/server";
import { redirectDocument } from "react-router";
import { clerkContext } from "#app/middleware/context.server.ts";
import type { Route } from "./+types/sign-out";

/** Ends the session at Clerk, so that no copy of the cookie is good for anything, and clears the cookies. */
export async function action(args: Route.ActionArgs) {
  const { sessionId } = await getAuth(args);
  const options = args.context.get(clerkContext);
  if (sessionId) await revoke(() => clerkClient(args, options).sessions.revokeSession(sessionId));
  const headers = new Headers();
  for (const name of sessionCookies(args.request))
    headers.append("Set-Cookie", `${name}=; Path=/; Max-Age=0; SameSite=Lax`);
  return redirectDocument("/", { status: 303, headers });
}

/** A sign-out must not fail because Clerk is away: the cookies go in any case, and the token lives a minute. */
async function revoke(call: () => Promise<unknown>): Promise<void> {
  try {
    await call();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    console.error(JSON.stringify({ level: "warning", message: "Clerk did not revoke a session", reason }));
  }
}

/** Clerk's cookies that this browser sent; Clerk adds a suffix to them where instances share a domain. */
function sessionCookies(request: Request): string[] {
  const names = (request.headers.get("Cookie") ?? "")
    .split(";")
    .map((part) => part.split("=")[0]?.trim() ?? "");
  return names.filter((name) => /^__(session|client_uat|refresh)(_[\w-]+)?$/.test(name));
}
