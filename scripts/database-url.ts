import { readFile } from "node:fs/promises";
import path from "node:path";
import { isUnavailable } from "#app/db/client.server.ts";
import { causesOf } from "#app/domain/causes.ts";
import { type Connection, connect } from "./connection.ts";
import { Problem } from "./problem.ts";

/** Where `npm start` leaves the address of its Postgres while it runs (local/parts.ts). */
const LOCAL_URL_FILE = path.join(".local", "database-url");

/**
 * Runs a command on the forum that the environment names, or else on the one that `npm start` runs here, and says
 * on stderr which one that is.
 * @throws Problem when there is neither, when its database does not answer or goes away, or when it has no tables
 */
export async function withForum<T>(use: (forum: Connection) => Promise<T>, { max = 1 } = {}): Promise<T> {
  const { url, source } = await forumUrl();
  const forum = await connect(url, { max }).catch((error: unknown) => {
    if (source !== "local" || !(error instanceof Problem)) throw error;
    throw new Problem(`${error.message} Is \`npm start\` running? Or set DATABASE_URL.`);
  });
  const { host, pathname } = new URL(url);
  const name =
    source === "local" ? `the forum that \`npm start\` runs (${host})` : `${host}${pathname} (${source})`;
  console.error(`On ${name}.`);
  try {
    return await use(forum);
  } catch (error) {
    throw explainDatabase(error);
  } finally {
    await forum.close();
  }
}

/**
 * The database that the environment names, or the one that `npm start` runs here. The direct address is the better one
 * for long transactions; a pooler does too.
 * @throws Problem when there is neither
 */
export async function forumUrl(): Promise<{ url: string; source: string }> {
  for (const source of ["DATABASE_URL_UNPOOLED", "DATABASE_URL"]) {
    const url = process.env[source];
    if (url) return { url, source };
  }
  const url = (await readFile(LOCAL_URL_FILE, "utf8").catch(() => "")).trim();
  if (url !== "") return { url, source: "local" };
  throw new Problem(
    "Which forum? Start the one of this machine with `npm start`, or set DATABASE_URL to a forum's database.",
  );
}

function explainDatabase(error: unknown): unknown {
  if (isUnavailable(error))
    return new Problem("The database went away. What was not finished was not done: try again.");
  // SQLSTATE 42P01, undefined_table (PostgreSQL manual, appendix A)
  for (const cause of causesOf(error))
    if ("code" in cause && cause.code === "42P01")
      return new Problem("This database has no forum in it yet: npm run db:migrate");
  return error;
}
