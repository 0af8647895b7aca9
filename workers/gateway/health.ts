import { sql } from "drizzle-orm";
import { isStaff } from "#app/domain/viewer.ts";
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
  const headers = { "Cache-Control": "no-store" };
  if (!isReachable) return Response.json({ ok: false, database: "unreachable" }, { status: 503, headers });
  const healthy = { ok: true, database: "reachable" };
  if (!(await isAskedByStaff(request, call))) return Response.json(healthy, { headers });
  // Null where nobody can say.
  const purges = await purgerOf(ctx)
    .lateness()
    .catch(() => null);
  return Response.json({ ...healthy, purges }, { headers });
}

/** Only the database knows. Who asks is found out as for any page of theirs. There is none at this address, so what it shows is thrown away. */
async function isAskedByStaff(
  request: Request,
  { env, ctx, watched: { requestId } }: Call,
): Promise<boolean> {
  if (!mayBeSignedIn(request, new URL(request.url))) return false;
  const options = { isReader: false, requestId };
  const { response, viewer } = await answerPage(withoutForeignHeaders(request), env, ctx, options);
  await response.body?.cancel();
  return isStaff(viewer);
}
