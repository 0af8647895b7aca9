import type { SQL } from "drizzle-orm";
import { drizzle } from "drizzle-orm/postgres-js";
import postgres from "postgres";
import type { Database } from "#app/db/client.server.ts";
import { Problem } from "./problem.ts";

/** A command's connections: `sql` for its own statements and transactions, `db` for the functions of app/db/. */
export type Connection = { sql: postgres.Sql; db: Database; close(): Promise<void> };

type Options = {
  /** Connections at once. */
  max?: number;
  /** Settings that the server takes with the connection. A pooler refuses most of them. */
  settings?: Record<string, string | number>;
};

/** A server that has not answered by now is not there. */
const CONNECT_SECONDS = 10;

/**
 * Connects to a database, and proves it with a first statement.
 * Dates and JSON pass as text both ways, because drizzle takes over the client's conversions.
 * @throws Problem when the address is wrong or nobody answers there; the password is never part of the message
 */
export async function connect(url: string, { max = 1, settings = {} }: Options = {}): Promise<Connection> {
  const sql = postgres(cleanUrl(url), {
    prepare: false,
    max,
    connect_timeout: CONNECT_SECONDS,
    fetch_types: false,
    onnotice: () => {},
    connection: { application_name: "edgewise", ...settings },
  });
  const database = drizzle({ client: sql });
  const close = () => sql.end({ timeout: 5 });
  try {
    await sql`select 1`;
  } catch (error) {
    await close();
    throw explainConnection(error, url);
  }
  const execute = async (statement: SQL) => (await database.execute(statement)) as never;
  return { sql, db: { execute, happened: [] }, close };
}

/** postgres-js sends parameters that it does not know to the server, which refuses them (Neon's `channel_binding`). */
function cleanUrl(url: string): string {
  const cleaned = parseUrl(url);
  for (const name of [...cleaned.searchParams.keys()])
    if (name !== "sslmode") cleaned.searchParams.delete(name);
  return cleaned.href;
}

function parseUrl(url: string): URL {
  const parsed = URL.parse(url);
  if (parsed && /^postgres(ql)?:$/.test(parsed.protocol)) return parsed;
  throw new Problem("The database URL is none: it has the form postgres://name:password@host:5432/database.");
}

function explainConnection(error: unknown, url: string): unknown {
  const { hostname, port, pathname, username } = parseUrl(url);
  const server = `${hostname}:${port || 5432}`;
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const message = error instanceof Error ? error.message : String(error);
  if (code === "28P01" || code === "28000")
    return new Problem(`Postgres at ${server} refuses the user "${username}" or their password.`);
  if (code === "3D000") return new Problem(`Postgres at ${server} has no database "${pathname.slice(1)}".`);
  if (/unsupported startup parameter/.test(message))
    return new Problem(
      `${server} is a connection pooler. Set DATABASE_URL_UNPOOLED to the database's direct address.`,
    );
  if (code === "CONNECT_TIMEOUT")
    return new Problem(`No answer from Postgres at ${server} in ${CONNECT_SECONDS} s.`);
  return new Problem(`Postgres at ${server} cannot be reached (${code || message}).`);
}
