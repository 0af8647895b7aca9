import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { listCategoryCounts } from "#app/db/categories.server.ts";
import { connect } from "#scripts/connection.ts";
import { migrate } from "#scripts/migrate.ts";
import { Problem } from "#scripts/problem.ts";
import { createClerkStandIn } from "./clerk/stand-in.ts";
import { demoPeople } from "./demo/people.ts";
import { seedDemo } from "./demo/seed.ts";
import { lockState } from "./lock.ts";
import { requireFreePort } from "./ports.ts";
import { type LocalPostgres, removePostgres, startPostgres } from "./postgres.ts";
import type { LocalSettings } from "./settings.ts";
import { step } from "./terminal.ts";

type Stop = () => Promise<void> | void;

/** Everything that the forum needs around it, running. */
export interface LocalParts {
  /** The Worker's variables and secrets. */
  env: Record<string, string>;
  /** Lines for the person at the terminal: what is where. */
  addresses: [what: string, where: string][];
  /** Tells the running forum whom the stand-in knows, as Clerk's webhooks would have. */
  introducePeople(): Promise<void>;
  /** Notes workerd's processes, once it runs, so that the next start can end them if this one is killed. */
  noteWorkers(): void;
  stop(): Promise<void>;
}

/**
 * Starts what the user did not bring: Postgres with the forum's tables, and the stand-in for Clerk.
 * @param prepare what takes its time and is only worth doing when the port is free
 * @throws Problem when a port is taken, the disk is full, or the forum is running already
 */
export async function startParts(
  settings: LocalSettings,
  prepare: () => Promise<void> = async () => {},
): Promise<LocalParts> {
  const stops: Stop[] = [];
  let stopped: Promise<void> | undefined;
  const stopAll = async () => {
    for (const each of stops.reverse()) await each();
  };
  // The parts are stopped once, however often that is asked for, and every caller waits for it.
  const stop = () => {
    stopped ??= stopAll();
    return stopped;
  };
  try {
    const lock = await lockState(settings.stateDir, settings.origin);
    stops.push(lock.release);
    await requireFreePort(settings.port, "the forum");
    await prepare();
    if (settings.reset) await step("Begin again", () => removeState(settings));
    const database = await startDatabase(settings, stops);
    const clerk = settings.ownClerk ? undefined : await startClerk(settings, stops);
    return {
      env: {
        ...clerk?.env,
        COOKIE_SECRET: keepSecret(settings, "cookie-secret"),
        PICTURES_KEY: keepSecret(settings, "pictures-key", settings.given.PICTURES_KEY),
        // A line for each request would bury what else the terminal says: only failures are logged.
        LOG_REQUESTS: "0",
        ...settings.given,
        DATABASE_URL: database.url,
        ORIGIN: settings.origin,
      },
      addresses: [...database.addresses, ...(clerk?.addresses ?? [])],
      introducePeople: async () => clerk?.introducePeople(),
      noteWorkers: lock.noteWorkers,
      stop,
    };
  } catch (error) {
    await stop();
    if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
    throw new Problem(`The disk is full: nothing can be written to ${settings.stateDir}.`);
  }
}

function inState(settings: LocalSettings, name: string): string {
  return path.join(settings.stateDir, name);
}

async function removeState(settings: LocalSettings): Promise<void> {
  if (settings.databaseUrl === undefined) await removePostgres(inState(settings, "postgres"));
  for (const name of ["clerk.json", "kv", "cookie-secret"]) {
    rmSync(inState(settings, name), { recursive: true, force: true });
  }
}

async function startDatabase(settings: LocalSettings, stops: Stop[]) {
  const embedded = settings.databaseUrl === undefined ? await startEmbedded(settings, stops) : undefined;
  const url = embedded?.url ?? settings.databaseUrl ?? "";
  await step("Tables", () => migrate(settings.directDatabaseUrl ?? url));
  if (settings.demo) await step("Demo forum", () => seedDemo(settings.directDatabaseUrl ?? url));
  const addresses: LocalParts["addresses"] = [["Database", embedded ? url : "yours, from DATABASE_URL"]];
  if (embedded && embedded.dataDir !== inState(settings, "postgres")) {
    // Root runs Postgres as another user, who cannot reach this folder.
    addresses.push(["Its files", embedded.dataDir]);
  }
  if (await isEmpty(settings.directDatabaseUrl ?? url)) addresses.push(...FIRST_STEPS);
  return { url, addresses };
}

/** What to do in a forum without a category, where nobody can write anything. */
const FIRST_STEPS: LocalParts["addresses"] = [
  ["It is empty", "fill it with the demo forum:     npm start -- --demo"],
  ["", "or add the first category:       npm run forum -- category add general General"],
  ["", "and, signed in, become an admin: npm run forum -- role HANDLE admin"],
];

async function isEmpty(url: string): Promise<boolean> {
  const forum = await connect(url);
  try {
    return (await listCategoryCounts(forum.db)).length === 0;
  } finally {
    await forum.close();
  }
}

async function startEmbedded(settings: LocalSettings, stops: Stop[]): Promise<LocalPostgres> {
  const options = { dataDir: inState(settings, "postgres"), port: settings.port + 2 };
  const server = await step("Postgres", () => startPostgres(options));
  stops.push(server.stop);
  // Where the operator's commands (scripts/) look for the forum of this machine.
  const file = inState(settings, "database-url");
  writeFileSync(file, `${server.url}\n`, { mode: 0o600 });
  stops.push(() => rmSync(file, { force: true }));
  return server;
}

async function startClerk(settings: LocalSettings, stops: Stop[]) {
  const clerk = await step("Sign-in page", () =>
    createClerkStandIn({
      port: settings.port + 1,
      appOrigin: settings.origin,
      // Where the app really listens: its origin may be a tunnel's.
      webhookUrl: `http://localhost:${settings.port}/webhooks/clerk`,
      // The Worker checks with the secret that the environment gives, where it gives one.
      webhookSecret: settings.given.CLERK_WEBHOOK_SECRET,
      stateFile: inState(settings, "clerk.json"),
      people: demoPeople(Date.now()),
      log: (line) => console.error(line),
    }),
  );
  stops.push(clerk.stop);
  const addresses: LocalParts["addresses"] = [
    ["Sign-in page", clerk.env.CLERK_SIGN_IN_URL],
    ["Sign in as", `${whom()} (no passwords)`],
  ];
  const introducePeople = async () => {
    for (const person of clerk.people()) await clerk.sendEvent("user.created", person.id);
  };
  return { env: clerk.env, addresses, introducePeople };
}

/** Whom one can sign in as: the people with a role by name, and how many members there are beside them. */
function whom(): string {
  const people = demoPeople(0);
  const named = people.filter(({ note }) => note !== "member");
  const names = named.map(({ firstName, lastName, note }) => `${firstName} ${lastName}, ${note}`);
  return `${names.join("; ")}; or one of ${people.length - named.length} members`;
}

/**
 * A secret that was made up at the first start, or the one that is given: of the cookies that lead to held forms, so that
 * those survive a restart, or of the paths of pictures, which scripts/pictures-key.ts reads there too.
 */
function keepSecret(settings: LocalSettings, name: string, given?: string): string {
  const file = inState(settings, name);
  const kept = existsSync(file) ? readFileSync(file, "utf8") : null;
  const secret = given ?? kept ?? randomBytes(32).toString("base64url");
  if (secret !== kept) writeFileSync(file, secret, { mode: 0o600 });
  return secret;
}
