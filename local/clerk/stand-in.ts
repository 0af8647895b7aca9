import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createRequestListener } from "@remix-run/node-fetch-server";
import { Webhook } from "svix";
import { Problem } from "#scripts/problem.ts";
import { LOOPBACK, requireFreePort } from "../ports.ts";
import { Instance } from "./instance.ts";
import { handle } from "./router.ts";
import { type Person, type PersonDetails, type Session, Store } from "./state.ts";
import { mintSessionToken, type TokenFlaws } from "./tokens.ts";
import type { PersonEventType } from "./webhooks.ts";

/** Somebody who is there from the start. */
export interface DemoPerson extends PersonDetails {
  id: string;
  /** Milliseconds since 1970. */
  createdAt: number;
  /** A word about them on the sign-in page, such as their role in the forum. */
  note?: string;
}

export interface StandInOptions {
  /** 0 for any. */
  port: number;
  /** The forum's origin: the only place that people are sent back to, and the only page that may call this API. */
  appOrigin: string;
  /** Where the state is kept; in memory when left out. */
  stateFile?: string;
  /** Where events are sent. Default: `/webhooks/clerk` of the app. */
  webhookUrl?: string;
  /** What events are signed with, `whsec_…`. Default: a secret of its own, which is kept with its state. */
  webhookSecret?: string;
  /** Milliseconds before each further try of an event. */
  retryDelays?: number[];
  /** Added if they are not there yet and have not been deleted. */
  people?: DemoPerson[];
  log?: (line: string) => void;
  now?: () => number;
}

/**
 * Starts a stand-in for Clerk on an origin of its own, on the loopback address. It signs session tokens with its own key, answers
 * the handshake and what clerk-js asks, offers sign-in pages that need no script, and sends signed webhooks over HTTP.
 * @throws Problem when the port is taken, or nothing can be signed with the secret
 */
export async function createClerkStandIn(options: StandInOptions) {
  if (options.port !== 0) await requireFreePort(options.port, "the sign-in page");
  const store = new Store({ file: options.stateFile, now: options.now });
  const secret = options.webhookSecret ?? store.webhookSecret;
  requireSecret(secret);
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(options.port, LOOPBACK, resolve));
  const origin = `http://localhost:${(server.address() as AddressInfo).port}`;
  const { webhookUrl: url = `${options.appOrigin}/webhooks/clerk`, retryDelays, log = () => {} } = options;
  const courier = { url, secret, log, ...(retryDelays && { retryDelays }) };
  const instance = new Instance(origin, options.appOrigin, store, courier);
  instance.introduce(options.people ?? []);
  const onError = (error: unknown) => {
    log(`The stand-in for Clerk failed: ${error instanceof Error ? error.stack : error}`);
    return new Response("Something went wrong here.\n", { status: 500 });
  };
  server.on(
    "request",
    createRequestListener((request) => handle(instance, request), { onError }),
  );
  return {
    origin,
    /** What the Worker needs to know of this instance. */
    env: { ...workerEnv(instance), CLERK_WEBHOOK_SECRET: secret },
    ...controls(instance),
    async stop() {
      await instance.courier.stop();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function requireSecret(secret: string): void {
  try {
    new Webhook(secret);
  } catch {
    throw new Problem("CLERK_WEBHOOK_SECRET is no signing secret: after whsec_ it is Base64.");
  }
}

/** What a test, or the start of the forum, does with an instance without a browser. */
function controls(instance: Instance) {
  const { store, courier } = instance;
  const person = (id: string): Person => {
    const found = store.person(id);
    if (found === undefined) throw new Error(`Nobody here has the id ${id}`);
    return found;
  };
  return {
    people: () => store.people(),
    createPerson: (details: PersonDetails) => instance.createPerson(details),
    updatePerson: (id: string, details: Partial<PersonDetails>) => instance.updatePerson(person(id), details),
    deletePerson: (id: string) => instance.deletePerson(person(id)),
    /** Signs a person in without a browser: a new client with an active session. */
    openSession: (personId: string) => store.openSession(person(personId)),
    mintSessionToken: (session: Session, flaws?: TokenFlaws) => mintSessionToken(instance, session, flaws),
    /** Sends an event about a person as they are now. */
    sendEvent: (type: PersonEventType, personId: string) => courier.send(type, person(personId)),
    /** Resolves when every event was accepted or given up. */
    settled: () => courier.settled(),
  };
}

export type ClerkStandIn = Awaited<ReturnType<typeof createClerkStandIn>>;

function workerEnv({ origin, keys, store }: Instance) {
  return {
    CLERK_PUBLISHABLE_KEY: keys.publishableKey,
    CLERK_SECRET_KEY: store.secretKey,
    CLERK_JWT_KEY: keys.publicKeyPem,
    CLERK_PROXY_URL: origin,
    CLERK_API_URL: origin,
    CLERK_JS_URL: `${origin}/npm/@clerk/clerk-js@6/dist/clerk.browser.js`,
    CLERK_SIGN_IN_URL: `${origin}/sign-in`,
    CLERK_SIGN_UP_URL: `${origin}/sign-up`,
    CLERK_USER_PROFILE_URL: `${origin}/user`,
  };
}
