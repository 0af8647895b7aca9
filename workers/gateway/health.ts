import { sql } from "drizzle-orm";
import { healthDatabase } from "../database.ts";
import type { Call } from "../env.ts";
import { purgerOf } from "../snapshots/purger.ts";

/**
 * Says whether the Worker is up (it answers) and whether it reaches its database: 200 or 503.
 * It always asks, and waits for the answer as long as a probe of the circuit breaker does (2 s). A database that answers
 * is open to all requests of this isolate from then on.
 */
export async function answerHealth({ env, ctx, watched }: Call): Promise<Response> {
  const connection = healthDatabase(env);
  Object.assign(watched, { side: "health", route: "/healthz", usage: connection.usage });
  const isReachable = await connection.execute(sql`select 1`).then(
    () => true,
    () => false,
  );
  ctx.waitUntil(connection.close());
  // How late the pages are that a change should have dropped.
  const purges = await purgerOf(ctx)
    .lateness()
    .catch(() => null);
  return Response.json(
    { ok: isReachable, database: isReachable ? "reachable" : "unreachable", purges },
    { status: isReachable ? 200 : 503, headers: { "Cache-Control": "no-store" } },
  );
}
