import { expect } from "vitest";
import { createClerkStandIn, type DemoPerson } from "#local/clerk/stand-in.ts";
import { startCountingProxy } from "#local/counting-proxy.ts";
import { startPgBouncer } from "#local/pgbouncer.ts";
import { freePort } from "#local/ports.ts";
import { startWorker } from "#local/worker.ts";
import { newHandle, newUserId } from "#test/people.ts";
import { type SiteRequest, send, sessionsAt, WORKER_ENV } from "#test/site.ts";
import { startFront } from "./front.ts";

export type StageOptions = { databaseUrl: string; people: DemoPerson[]; poolSize: number };

/** `wrote`: the cookie with which the answer to a form noted that this browser has written. */
type StageRequest = SiteRequest & { wrote?: string };

export type Stage = Awaited<ReturnType<typeof startStage>>;

/**
 * The forum with every part that may fail under it: a front that leads to one or more Workers, the proxy that cuts
 * connections, PgBouncer, and a database that is the caller's. Every part but the database can be replaced while
 * the others go on.
 */
export async function startStage(options: StageOptions) {
  const stops: (() => Promise<unknown>)[] = [];
  const stop = async () => {
    for (const each of stops.splice(0).reverse()) await each();
  };
  try {
    return { ...(await startParts(options, stops)), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startParts(
  { databaseUrl, people, poolSize }: StageOptions,
  stops: (() => Promise<unknown>)[],
) {
  // PgBouncer would answer 15 seconds long that there is no server, whether or not there is one by now.
  const poolerOptions = {
    databaseUrl,
    poolSize,
    port: await freePort(),
    serverLoginRetry: 1,
  };
  let pooler = await startPgBouncer(poolerOptions);
  stops.push(() => pooler.stop());
  const proxy = await startCountingProxy(pooler.url);
  stops.push(proxy.stop);

  const port = await freePort();
  const origin = `http://localhost:${port}`;
  const front = await startFront(port);
  stops.push(front.stop);
  const clerk = await createClerkStandIn({ port: await freePort(), appOrigin: origin, people });
  stops.push(clerk.stop);
  const { signIn } = sessionsAt(clerk);

  /**
   * A Worker of the build, beside those that run. They share origin, secrets and database, and keep no pages: two on one
   * machine would each have a cache of their own, where Cloudflare has one object that drops what all keep.
   */
  const addWorker = async () => {
    const ownPort = await freePort();
    const env = { ...clerk.env, ...WORKER_ENV, ORIGIN: origin, DATABASE_URL: proxy.url };
    const worker = await startWorker({ port: ownPort, env, cache: false, log: () => {} });
    let stopped: Promise<void> | undefined;
    const stopOnce = () => {
      stopped ??= worker.stop();
      return stopped;
    };
    stops.push(stopOnce);
    return { port: ownPort, stop: stopOnce };
  };
  let worker = await addWorker();
  front.leadTo(worker.port);

  const visit = async (path: string, { as, wrote, ...request }: StageRequest = {}) => {
    const session = as ? await signIn(as) : "";
    return send(origin, path, { ...request, cookie: [session, wrote].filter(Boolean).join("; ") });
  };
  let recovery: Promise<void> | null = null;
  return {
    proxy,
    front,
    webhookSecret: clerk.env.CLERK_WEBHOOK_SECRET,
    addWorker,
    /** The Worker to which everyone was led last by `deploy`, or at first. */
    worker: () => worker,
    /** Starts a new Worker, leads everyone there, and stops the old one in the middle of whatever it was doing. */
    async deploy(): Promise<void> {
      const old = worker;
      worker = await addWorker();
      front.leadTo(worker.port);
      await old.stop();
    },
    freezePooler: () => pooler.freeze(),
    thawPooler: () => pooler.thaw(),
    killPooler: () => pooler.kill(),
    async restartPooler(): Promise<void> {
      pooler = await startPgBouncer(poolerOptions);
    },
    fetch: visit,
    /** Resolves when the forum says that it reaches its database. Everyone who waits asks together. */
    untilHealthy(): Promise<void> {
      const health = async () => (await visit("/healthz").catch(() => null))?.status;
      recovery ??= expect
        .poll(health)
        .toBe(200)
        .finally(() => {
          recovery = null;
        });
      return recovery;
    },
  };
}

/** People with sessions at Clerk; the forum's own rows are the caller's to make. */
export function newPeople(count: number): DemoPerson[] {
  return Array.from({ length: count }, () => ({
    id: newUserId(),
    username: newHandle(),
    firstName: null,
    lastName: null,
    email: null,
    createdAt: 0,
  }));
}
