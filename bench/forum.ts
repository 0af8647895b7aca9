import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createClerkStandIn } from "#local/clerk/stand-in.ts";
import { startCountingProxy } from "#local/counting-proxy.ts";
import { startPgBouncer } from "#local/pgbouncer.ts";
import { freePort } from "#local/ports.ts";
import { startPostgres } from "#local/postgres.ts";
import { findPgBouncer } from "#local/programs.ts";
import { startWorker, type WorkerOptions } from "#local/worker.ts";
import { migrate } from "#scripts/migrate.ts";
import { fillForum, memberIdOf, peopleOf, type Size } from "./data.ts";
import type { Scenario } from "./scenarios.ts";

/** Connections that the pooler keeps to Postgres: enough for 64 readers, far fewer than one each. */
export const POOL_SIZE = 20;

export type BenchForum = Awaited<ReturnType<typeof startForum>>;

/** Where a scenario's requests go. */
export function originOf({ origin, bareOrigin }: BenchForum, cache: Scenario["cache"]): string {
  return cache === "off" ? bareOrigin : origin;
}

/** The production build with everything around it, in a temporary directory of its own; its Worker is started by itself. */
export async function startForum(
  size: Size,
  step: (what: string, work: () => Promise<void>) => Promise<void>,
) {
  const stops: (() => Promise<unknown>)[] = [];
  const stop = async () => {
    for (const each of stops.splice(0).reverse()) await each();
  };
  const started = <Part extends { stop(): Promise<unknown> }>(part: Part): Part => {
    stops.push(part.stop);
    return part;
  };
  try {
    const dataDir = await makeFolder(stops);
    const postgres = started(await startPostgres({ dataDir, port: await freePort() }));
    await step("Tables", () => migrate(postgres.url));
    await step("Threads", () => fillForum(postgres.url, size));
    const pooler = findPgBouncer()
      ? started(await startPgBouncer({ databaseUrl: postgres.url, poolSize: POOL_SIZE }))
      : null;
    const port = await freePort();
    const origin = `http://localhost:${port}`;
    const clerk = started(
      await createClerkStandIn({ port: await freePort(), appOrigin: origin, people: peopleOf(size) }),
    );
    const address = pooler?.url ?? postgres.url;
    const variables = {
      ...clerk.env,
      COOKIE_SECRET: "a secret of 32 characters, for us",
      // The platform takes the lines that a request logs; here they would be carried to this process.
      LOG_REQUESTS: "0",
    };
    const log: string[] = [];
    const siteAt = (port: number, { keeps }: { keeps: boolean }) => {
      const site = siteWith({
        port,
        env: { ...variables, ORIGIN: `http://localhost:${port}` },
        log: (line) => log.push(line),
        ...(keeps ? {} : { cache: false }),
      });
      stops.push(site.stop);
      return site;
    };
    const site = siteAt(port, { keeps: true });
    const barePort = await freePort();
    const bareSite = siteAt(barePort, { keeps: false });
    return {
      origin,
      /** The origin of the same forum on a platform that keeps no page. */
      bareOrigin: `http://localhost:${barePort}`,
      databaseUrl: postgres.url,
      /** The address by which the Worker reaches the database: the pooler's, where one is here. */
      workerDatabaseUrl: address,
      isPooled: pooler !== null,
      /** What the Worker has logged. */
      log,
      ...membersOf(clerk, size),
      stopSite: site.stop,
      /** Starts the Worker, once more where it runs: its caches are empty then. */
      startSite: () => site.start(address),
      /** Starts a second Worker of the same forum, at `bareOrigin`, with no cache before its Reader. */
      startBareSite: () => bareSite.start(address),
      /** Starts both with a counting proxy before their database, until they are started the other way. */
      async startCountedSites() {
        const proxy = started(await startCountingProxy(address));
        await site.start(proxy.url);
        await bareSite.start(proxy.url);
        return proxy;
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** A Worker that can be started with one database after another, each time anew. */
function siteWith(options: WorkerOptions) {
  let worker: { stop(): Promise<void> } | null = null;
  const stop = async () => {
    await worker?.stop();
    worker = null;
  };
  return {
    stop,
    async start(databaseUrl: string) {
      await stop();
      worker = await startWorker({ ...options, env: { ...options.env, DATABASE_URL: databaseUrl } });
    },
  };
}

/** Postgres refuses to run as root, and whom root runs it as must be able to pass through. */
async function makeFolder(stops: (() => Promise<unknown>)[]): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), "edgewise-bench-"));
  stops.push(() => rm(folder, { recursive: true, force: true }));
  await chmod(folder, 0o711);
  return path.join(folder, "postgres");
}

type Clerk = Awaited<ReturnType<typeof createClerkStandIn>>;

/** Everyone is signed in in one browser. */
function membersOf(clerk: Clerk, { members }: Size) {
  const browsers = Array.from({ length: members }, (_, member) => clerk.openSession(memberIdOf(member)));
  const cookiesOf = async (member: number): Promise<Record<string, string>> => {
    const browser = browsers[member];
    if (!browser) throw new Error(`There is no member ${member}`);
    const token = await clerk.mintSessionToken(browser.session);
    return { __session: token, __client_uat: String(browser.client.uat), __client: browser.client.token };
  };
  return {
    /** All cookies of a member's browser, with a fresh session token. */
    cookiesOf,
    /** What each member's browser sends to the forum. */
    mintCookies: () =>
      Promise.all(
        browsers.map(async (_, member) => {
          const { __session, __client_uat } = await cookiesOf(member);
          return `__session=${__session}; __client_uat=${__client_uat}`;
        }),
      ),
  };
}
