import path from "node:path";
import { Command } from "commander";
import { siteProblems } from "#app/domain/site-settings.ts";
import { Problem } from "#scripts/problem.ts";
import { HIGHEST_PORT } from "./ports.ts";

const DEFAULT_PORT = 8788;

/** Where the embedded parts of the forum of this folder keep what they know. */
export const STATE_DIR = path.resolve(".local");

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

const WORKER_VARIABLES =
  /^(CLERK_\w+|FORUM_\w+|PICTURES_KEY(?:_PREVIOUS)?|LOG_REQUESTS|COOKIE_SECRET|ORIGIN)$/;

/**
 * @param program what the person typed, `npm start` or `npm run dev`. With `--help`, prints what it can do and ends.
 * @throws Problem on an unknown flag, a port that is none, half a Clerk instance, or a look that there is not
 */
export function readSettings(program: string, args: string[], env: NodeJS.ProcessEnv): LocalSettings {
  const flags = readFlags(program, args);
  const port = readPort(flags.port ?? env.PORT ?? String(DEFAULT_PORT));
  const given = Object.fromEntries(
    Object.entries(env).filter(([name, value]) => WORKER_VARIABLES.test(name) && value),
  ) as Record<string, string>;
  const keys = ["CLERK_PUBLISHABLE_KEY", "CLERK_SECRET_KEY"].filter((name) => given[name] !== undefined);
  if (keys.length === 1) {
    throw new Problem(`${keys[0]} is set alone. Set both keys of your Clerk instance, or neither.`);
  }
  const [problem] = siteProblems(given);
  if (problem) throw new Problem(`The forum cannot look like that. ${problem}`);
  const databaseUrl = env.DATABASE_URL || undefined;
  return {
    port,
    origin: given.ORIGIN ?? `http://localhost:${port}`,
    reset: flags.reset === true,
    demo: databaseUrl === undefined || flags.demo === true,
    stateDir: STATE_DIR,
    databaseUrl,
    directDatabaseUrl: databaseUrl && (env.DATABASE_URL_UNPOOLED || databaseUrl),
    ownClerk: keys.length === 2,
    given,
  };
}

function readFlags(program: string, args: string[]): { port?: string; reset?: true; demo?: true } {
  const command = new Command(`${program} --`)
    .description(
      "Runs the forum on this machine, with all that it needs: no account anywhere, and no network.",
    )
    .option(
      "--port <number>",
      `the forum's port; its parts take the two after it (default: PORT, or ${DEFAULT_PORT})`,
    )
    .option("--reset", "begin again: remove this forum's database, people and kept forms first")
    .option("--demo", "fill an empty database of your own with the demo forum")
    .helpOption("--help", "say this")
    .addHelpText("after", MORE_HELP)
    .configureOutput({ writeErr: () => {} })
    .exitOverride((error) => {
      if (error.exitCode === 0) process.exit();
      const [first, ...rest] = error.message
        .replace(/^error: u/, "U")
        .replace(/^error: /, "")
        .split("\n");
      throw new Problem([`${first}.`, ...rest, `What there is: ${program} -- --help`].join(" "));
    });
  return command.parse(args, { from: "user" }).opts();
}

const MORE_HELP = `
Where things are, unless told otherwise:
  http://localhost:${DEFAULT_PORT}   the forum
  http://localhost:${DEFAULT_PORT + 1}   the sign-in page, a stand-in for Clerk
  127.0.0.1:${DEFAULT_PORT + 2}          Postgres; its address is printed at the start
  .local/                 what they keep. A second start goes on with it

From the environment, and they win:
  DATABASE_URL            a Postgres of your own; DATABASE_URL_UNPOOLED for its migrations. --reset leaves it alone
  CLERK_PUBLISHABLE_KEY, CLERK_SECRET_KEY
                          a Clerk instance of your own, in place of the stand-in
  PORT, ORIGIN, FORUM_*, COOKIE_SECRET, PICTURES_KEY, LOG_REQUESTS, CLERK_*
                          as docs/deploying.md says`;

/** The stand-in and Postgres take the two ports after it. */
function readPort(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 1024 && port + 2 <= HIGHEST_PORT) return port;
  throw new Problem(`A port is a number from 1024 to ${HIGHEST_PORT - 2}, and "${text}" is none.`);
}
