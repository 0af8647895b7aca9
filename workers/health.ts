import { sql } from "drizzle-orm";
import type { DatabaseConnection } from "#app/db/client.server.ts";

/** Says whether the Worker is up (it answers) and whether it reaches its database: 200 or 503. */
export async function answerHealth(connection: DatabaseConnection, ctx: ExecutionContext): Promise<Response> {
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
