import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, onTestFinished, TestRunner } from "vitest";
import { openDatabase } from "#app/db/client.server.ts";
import { getViewer } from "#app/db/members.server.ts";
import { type ClerkStandIn, createClerkStandIn, type DemoPerson } from "#local/clerk/stand-in.ts";
import type { TokenFlaws } from "#local/clerk/tokens.ts";
import { signedDelivery } from "#local/clerk/webhooks.ts";
import type { CacheLimits } from "#local/cloudflare/cache.ts";
import { type CountingProxy, startCountingProxy } from "#local/counting-proxy.ts";
import { type PgBouncer, startPgBouncer } from "#local/pgbouncer.ts";
import { freePort } from "#local/ports.ts";
import { startWorker } from "#local/worker.ts";
import { createTestDatabase } from "./database.ts";
import { deleteMember, type MemberDetails, newHandle, setStanding, type TestMember } from "./people.ts";

export type SiteOptions = {
  /** Puts PgBouncer in transaction mode before the database, with this many connections to it (true: 5). */
  pooled?: boolean | number;
  /** Puts the counting proxy before what the Worker connects to. */
  counted?: boolean;
  /** Binds Hyperdrive to the database, and leaves DATABASE_URL out. */
  hyperdrive?: boolean;
  /** People whom the stand-in for Clerk knows, and of whom no webhook has told the forum. */
  people?: DemoPerson[];
  /** The cache before the Reader: false for a platform that has none, or its limits. Default: it takes every purge. */
  cache?: CacheLimits | false;
  /** Whether pictures are taken. Default: yes. */
  pictures?: boolean;
  /** Keeps KV on disk, so that it is still there after `restart`. */
  persisted?: boolean;
  /** Stands for all the world outside (test/outside.ts), as `host:port`. */
  outside?: string;
  /** Variables of the Worker, over those that it needs here. */
  env?: Record<string, string>;
};

export type SiteRequest = {
  /** Who asks; nobody who is signed in by default. A fresh token is made for each request. */
  as?: Pick<TestMember, "id"> | null;
  method?: string;
  /** Fields to post, as a browser's form would. */
  form?: Record<string, string> | [name: string, value: string][];
  body?: BodyInit;
  /** Over what a browser would send; null leaves the header out. */
  headers?: Record<string, string | null>;
  /** The browser hangs up when it says so. */
  signal?: AbortSignal;
};

export type Site = Awaited<ReturnType<typeof startSite>>;

/** A file of tests changes more in a minute than Cloudflare lets a forum drop. */
const MANY_PURGES: CacheLimits = { purgeBurst: 100_000 };

/** What every Worker of a test is set to. */
export const WORKER_ENV = {
  COOKIE_SECRET: "a secret of 32 characters, for tests",
  PICTURES_KEY: "a key of 32 characters, for all the tests",
  // Only failures, so that a storm of requests leaves a log that can be read.
  LOG_REQUESTS: "0",
};

/** The built Worker in workerd, with a stand-in for Clerk and a database of its own. */
export async function startSite(options: SiteOptions = {}) {
  const stops: (() => Promise<unknown>)[] = [];
  const stop = async () => {
    for (const each of stops.splice(0).reverse()) await each();
  };
  try {
    const parts = await startParts(options, stops);
    const sessions = sessionsAt(parts.clerk);
    return {
      ...parts,
      ...sessions,
      stop,
      makeMember: (details?: SiteMember) => makeSiteMember(parts, details),
      /** Asks for a path as a browser would: following a link, or sending a form of this site. Redirects are not followed. */
      async fetch(path: string, { as, ...request }: SiteRequest = {}): Promise<Response> {
        return send(parts.origin, path, { ...request, cookie: as ? await sessions.signIn(as) : null });
      },
      /** Clerk tells the Worker that this person's account is gone. */
      async endAccount({ id }: Pick<TestMember, "id">): Promise<void> {
        const data = { id, deleted: true };
        const event = { type: "user.deleted", object: "event", timestamp: Date.now(), data };
        const { body, headers } = signedDelivery(parts.clerk.env.CLERK_WEBHOOK_SECRET, event);
        const { status } = await send(parts.origin, "/webhooks/clerk", { body, headers, cookie: null });
        if (status !== 200) throw new Error(`/webhooks/clerk answered ${status} to the end of ${id}`);
      },
      /** The proxy works again, and the Worker knows: its circuit breaker is closed. */
      async heal(): Promise<void> {
        await parts.proxy.heal();
        const { status } = await send(parts.origin, "/healthz", { cookie: null });
        if (status !== 200) throw new Error(`/healthz answered ${status} though the proxy works again`);
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startParts(
  {
    pooled = false,
    counted = false,
    hyperdrive = false,
    people = [],
    cache = MANY_PURGES,
    persisted,
    outside,
    pictures,
    env = {},
  }: SiteOptions,
  stops: (() => Promise<unknown>)[],
) {
  const started = <Part extends { stop(): Promise<unknown> }>(part: Part): Part => {
    stops.push(part.stop);
    return part;
  };
  const database = await createTestDatabase();
  stops.push(database.drop);
  const db = openDatabase(database.url);
  stops.push(() => db.close());
  const poolSize = pooled === true ? 5 : Number(pooled);
  const pooler = pooled ? started(await startPgBouncer({ databaseUrl: database.url, poolSize })) : null;
  const proxy = counted ? started(await startCountingProxy(pooler?.url ?? database.url)) : null;

  const persist = persisted ? await mkdtemp(path.join(tmpdir(), "edgewise-kv-")) : undefined;
  if (persist) stops.push(() => rm(persist, { recursive: true, force: true }));

  const port = await freePort();
  const origin = `http://localhost:${port}`;
  const clerk = started(await createClerkStandIn({ port: await freePort(), appOrigin: origin, people }));
  const log: string[] = [];
  const address = proxy?.url ?? pooler?.url ?? database.url;
  const variables: Record<string, string> = { ...clerk.env, ...WORKER_ENV, ORIGIN: origin };
  if (!hyperdrive) variables.DATABASE_URL = address;
  const worker = {
    port,
    cache,
    outside,
    pictures,
    env: { ...variables, ...env },
    ...(hyperdrive && { hyperdrive: address }),
  };
  const start = () => startWorker({ ...worker, persist, log: (line) => log.push(line) });
  let running = await start();
  stops.push(() => running.stop());
  return {
    origin,
    databaseUrl: database.url,
    /** A connection of the test's own, past pooler and proxy. */
    db,
    clerk,
    /** Both are there only where they were asked for. */
    pooler: pooler as PgBouncer,
    proxy: proxy as CountingProxy,
    /** What the Worker has logged. */
    log,
    /** What the Cron trigger does once a minute. */
    sweep: () => running.sweep(),
    /** The keys of the pictures that are stored. */
    storedPictures: () => running.storedPictures(),
    /** The Worker begins anew, with nothing in its memory. */
    async restart(): Promise<void> {
      await running.stop();
      running = await start();
    },
  };
}

/** The browsers of the people who are signed in: one each, with a fresh token for each request. */
export function sessionsAt(clerk: ClerkStandIn) {
  const sessions = new Map<string, ReturnType<ClerkStandIn["openSession"]>>();

  /** The cookies of a browser in which this person is signed in. */
  const cookiesOf = async ({ id }: Pick<TestMember, "id">, flaws?: TokenFlaws) => {
    const { client, session } = sessions.get(id) ?? clerk.openSession(id);
    sessions.set(id, { client, session });
    const token = await clerk.mintSessionToken(session, flaws);
    return { __session: token, __client_uat: String(client.uat), __client: client.token };
  };
  /** The `Cookie` header of this person's browser. */
  const signIn = async (person: Pick<TestMember, "id">, flaws?: TokenFlaws): Promise<string> => {
    const { __session, __client_uat } = await cookiesOf(person, flaws);
    return `__session=${__session}; __client_uat=${__client_uat}`;
  };
  return { cookiesOf, signIn };
}

type SiteMember = Omit<MemberDetails, "id"> & { isDeleted?: boolean };

/** Somebody who signed up at Clerk; a webhook has told the forum. */
async function makeSiteMember(
  { clerk, db, log }: Awaited<ReturnType<typeof startParts>>,
  { isDeleted = false, ...details }: SiteMember = {},
): Promise<TestMember> {
  const { handle = newHandle(), firstName = null, lastName = null, email = null } = details;
  const { id } = await clerk.createPerson({ username: handle, firstName, lastName, email });
  const viewer = await getViewer(db, id);
  if (!viewer) throw new Error(`The webhook about ${handle} was not taken:\n${log.join("\n")}`);
  await setStanding(db, id, details);
  // The session stays: tokens made before the end of an account are good for a minute.
  if (isDeleted) await deleteMember(db, { id });
  return { id, handle: viewer.handle };
}

export type SentRequest = Omit<SiteRequest, "as"> & { cookie: string | null };

/** Asks as a browser would: following a link, or sending a form of this site. Redirects are not followed. */
export function send(origin: string, path: string, request: SentRequest): Promise<Response> {
  const { method, form, body, cookie, headers = {}, signal } = request;
  const isWrite = form !== undefined || body !== undefined || (method ?? "GET") !== "GET";
  const sent = new Headers({
    // A kept connection may be closed by the Worker in the moment in which it is used again.
    Connection: "close",
    Accept: "text/html",
    "Sec-Fetch-Dest": "document",
    "Sec-Fetch-Site": isWrite ? "same-origin" : "none",
    "User-Agent": "Mozilla/5.0",
  });
  if (isWrite) sent.set("Origin", origin);
  if (cookie) sent.set("Cookie", cookie);
  for (const [name, value] of Object.entries(headers))
    if (value === null) sent.delete(name);
    else sent.set(name, value);
  return fetch(new URL(path, origin), {
    method: method ?? (isWrite ? "POST" : "GET"),
    headers: sent,
    body: form ? new URLSearchParams(form) : body,
    redirect: "manual",
    signal,
  });
}

/** A site that a test file, or a test, has for itself; gone after it. */
export async function testSite(options?: SiteOptions): Promise<Site> {
  const site = await startSite(options);
  // What a test asks of `afterAll` is never done.
  if (TestRunner.getCurrentTest()) onTestFinished(site.stop);
  else afterAll(site.stop);
  return site;
}
