import { circuitBreakerOf } from "#app/db/circuit-breaker.server.ts";
import { type DatabaseConnection, openDatabase, type Unavailability } from "#app/db/client.server.ts";
import { readLimits, type Work } from "#app/db/read-limit.server.ts";
import { serviceUnavailable, tooBusy, unacceptable } from "#app/http.ts";
import { log, reasonOf } from "#app/log.ts";
import type { Env } from "./env.ts";

/** The connection of a request for a page: what it throws is shown as a page. */
export function pageDatabase(env: Env, ctx: Context, work: Work): DatabaseConnection {
  const circuit = circuitBreakerOf(env.DATABASE_URL);
  const reads = readLimits[work];
  const unavailable = (cause: unknown, why: Unavailability): unknown => {
    // What the circuit breaker held back has seen nothing of the database.
    if (why === "busy" || connection.usage.statements > 0)
      log({ level: "warning", event: "database", why, work, reason: reasonOf(cause) });
    return why === "busy" ? tooBusy() : serviceUnavailable();
  };
  const missing = (read: string) => log({ level: "warning", event: "database", why: "missing", work, read });
  const connection = openDatabase(env.DATABASE_URL, { unavailable, unacceptable, circuit, reads, missing });
  const closed = Promise.withResolvers<void>();
  // Else a browser that hangs up would keep the place of its read.
  ctx.waitUntil(closed.promise);
  return { ...connection, close: () => connection.close().finally(closed.resolve) };
}

type Context = { waitUntil(promise: Promise<unknown>): void };

/** The connection of a webhook: its errors come as they are. */
export function webhookDatabase(env: Env): DatabaseConnection {
  return openDatabase(env.DATABASE_URL, { circuit: circuitBreakerOf(env.DATABASE_URL) });
}

/** The connection that asks whether the database is there: it is let through in any case. */
export function healthDatabase(env: Env): DatabaseConnection {
  return openDatabase(env.DATABASE_URL, { circuit: circuitBreakerOf(env.DATABASE_URL), always: true });
}
