import { sql } from "drizzle-orm";
import { healthDatabase } from "./database.ts";
import type { Env } from "./env.ts";
import type { Watched } from "./observe.ts";

type Surroundings = { ctx: ExecutionContext; watched: Watched };

/**
 * Says whether the Worker is up (it answers) and whether it reaches its database: 200 or 503.
 * It always asks, and a database that answers is open to all requests of this isolate from then on.
 */
export async function answerHealth(env: Env, { ctx, watched }: Surroundings): Promise<Response> {
  const connection = healthDatabase(env);
  Object.assign(watched, { side: "health", route: "/healthz", usage: connection.usage });
  const isReachable = await connection.execute(sql`select 1`).then(
    () => true,
    () => false,
  );
  ctx.waitUntil(connection.close());
  const status = isReachable ? 200 : 503;
  return Response.json(
    { ok: isReachable, database: isReachable ? "reachable" : "unreachable" },
    { status, headers: { "Cache-Control": "no-store", ...(isReachable ? {} : { "Retry-After": "5" }) } },
  );
}
