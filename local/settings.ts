import path from "node:path";
import { parseArgs } from "node:util";
import { Problem } from "#scripts/problem.ts";
import { HIGHEST_PORT } from "./ports.ts";

const DEFAULT_PORT = 8788;

/** What a person may set for the local forum: by flags, and by variables of the environment, which always win over our defaults. */
export interface LocalSettings {
  port: number;
  origin: string;
  /** Begin again with nothing. */
  reset: boolean;
  /** Put the demo forum into an empty database. Always so for the embedded one. */
  demo: boolean;
  /** Where the embedded parts keep what they know. */
  stateDir: string;
  /** A Postgres of the user's own. */
  databaseUrl: string | undefined;
  /** Its direct address, for migrations. */
  directDatabaseUrl: string | undefined;
  /** Whether the user brought a Clerk instance of their own. */
  ownClerk: boolean;
  /** Variables of the Worker that the user set. */
  given: Record<string, string>;
}

const WORKER_VARIABLES = /^(CLERK_\w+|FORUM_(?:NAME|LANGUAGE)|LOG_REQUESTS|COOKIE_SECRET|ORIGIN)$/;

/** @throws Problem on an unknown flag, a port that is none, or half a Clerk instance */
export function readSettings(args: string[], env: NodeJS.ProcessEnv): LocalSettings {
  const flags = readFlags(args);
  const port = readPort(flags.port ?? env.PORT ?? String(DEFAULT_PORT));
  const given = Object.fromEntries(
    Object.entries(env).filter(([name, value]) => WORKER_VARIABLES.test(name) && value),
  ) as Record<string, string>;
  const keys = ["CLERK_PUBLISHABLE_KEY", "CLERK_SECRET_KEY"].filter((name) => given[name] !== undefined);
  if (keys.length === 1) {
    throw new Problem(`${keys[0]} is set alone. Set both keys of your Clerk instance, or neither.`);
  }
  const databaseUrl = env.DATABASE_URL || undefined;
  return {
    port,
    origin: given.ORIGIN ?? `http://localhost:${port}`,
    reset: flags.reset === true,
    demo: databaseUrl === undefined || flags.demo === true,
    stateDir: path.resolve(".local"),
    databaseUrl,
    directDatabaseUrl: databaseUrl && (env.DATABASE_URL_UNPOOLED || databaseUrl),
    ownClerk: keys.length === 2,
    given,
  };
}

function readFlags(args: string[]) {
  try {
    return parseArgs({
      args,
      options: { port: { type: "string" }, reset: { type: "boolean" }, demo: { type: "boolean" } },
    }).values;
  } catch (error) {
    throw new Problem(`${(error as Error).message}. The flags are --port NUMBER, --reset and --demo.`);
  }
}

/** The stand-in and Postgres take the two ports after it. */
function readPort(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 1024 && port + 2 <= HIGHEST_PORT) return port;
  throw new Problem(`A port is a number from 1024 to ${HIGHEST_PORT - 2}, and "${text}" is none.`);
}
