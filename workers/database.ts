import { circuitBreakerOf } from "#app/db/circuit-breaker.server.ts";
import { type DatabaseConnection, openDatabase } from "#app/db/client.server.ts";
import { serviceUnavailable, unacceptable } from "#app/http.ts";
import type { Env } from "./env.ts";

/** The connection of a request for a page: what it throws is shown as a page. */
export function pageDatabase(env: Env): DatabaseConnection {
  const circuit = circuitBreakerOf(env.DATABASE_URL);
  return openDatabase(env.DATABASE_URL, { unavailable: serviceUnavailable, unacceptable, circuit });
}

/** The connection of a webhook: its errors come as they are. */
export function webhookDatabase(env: Env): DatabaseConnection {
  return openDatabase(env.DATABASE_URL, { circuit: circuitBreakerOf(env.DATABASE_URL) });
}

/** The connection that asks whether the database is there: it is let through in any case. */
export function healthDatabase(env: Env): DatabaseConnection {
  return openDatabase(env.DATABASE_URL, { circuit: circuitBreakerOf(env.DATABASE_URL), always: true });
}
