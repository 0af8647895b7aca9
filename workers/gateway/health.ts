import { sql } from "drizzle-orm";
import { isStaff } from "#app/domain/viewer.ts";
import { serviceUnavailable } from "#app/http.ts";
import { mayBeSignedIn } from "../clerk.ts";
import { healthDatabase } from "../database.ts";
import type { Call } from "../env.ts";
import { answerPage } from "../page.ts";
import { withoutForeignHeaders } from "../requests.ts";
import { purgerOf } from "../snapshots/purger.ts";

/**
 * Says whether the Worker is up (it answers) and whether it reaches its database: 200 or 503.
 * It always asks, and waits for the answer as long as a probe of the circuit breaker does (2 s). A database that answers
 * is open to all requests of this isolate from then on. Staff learn how late purges are, too.
 */
export async function answerHealth(request: Request, call: Call): Promise<Response> {
  const { env, ctx, watched } = call;
  const connection = healthDatabase(env);
  Object.assign(watched, { side: "health", route: "/healthz", usage: connection.usage });
  const isReachable = await connection.execute(sql`select 1`).then(
    () => true,
    () => false,
  );
  ctx.waitUntil(connection.close());
  return Response.json(
    {
      ok: isReachable,
      database: isReachable ? "reachable" : "unreachable",
      ...(isReachable && (await isAskedByStaff(request, call)) && { purges: await purgeLateness(call) }),
    },
    { status: isReachable ? 200 : 503, headers: { "Cache-Control": "no-store" } },
  );
}

/** Only the database knows. Who asks is found out as for any page of theirs. There is none at this address, so what it shows is thrown away. */
async function isAskedByStaff(
  request: Request,
  { env, ctx, watched: { requestId } }: Call,
): Promise<boolean> {
  if (!mayBeSignedIn(request, new URL(request.url))) return false;
  const snapshots = () => () => Promise.reject(serviceUnavailable());
  const options = { isReader: false, requestId, snapshots };
  const { response, viewer } = await answerPage(withoutForeignHeaders(request), env, ctx, options);
  await response.body?.cancel();
  return isStaff(viewer);
}

/** How late the pages are that a change should have dropped; null where nobody can say. */
function purgeLateness({ ctx }: Call) {
  return purgerOf(ctx)
    .lateness()
    .catch(() => null);
}
