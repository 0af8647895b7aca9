import { setTimeout as delay } from "node:timers/promises";
import { Webhook } from "svix";
import { deletedPersonJson, personJson } from "./clerk-json.ts";
import { newId, type Person } from "./state.ts";
import { INSTANCE_ID } from "./tokens.ts";

// Svix waits minutes to hours between its tries; on one machine the app is back in seconds.
const RETRY_DELAYS_MS = [300, 1_000, 3_000, 10_000, 30_000];
const ATTEMPT_TIMEOUT_MS = 3_000;

export type PersonEventType = "user.created" | "user.updated" | "user.deleted";

export interface CourierOptions {
  url: string;
  secret: string;
  /** Milliseconds before each further try. */
  retryDelays?: number[];
  log?: (line: string) => void;
}

/** Sends events as Clerk does, through Svix: signed, at least once, and again when the receiver fails. */
export class Courier {
  readonly #options: Required<CourierOptions>;
  readonly #stopped = new AbortController();
  readonly #pending = new Set<Promise<void>>();

  constructor(options: CourierOptions) {
    this.#options = { retryDelays: RETRY_DELAYS_MS, log: () => {}, ...options };
  }

  /**
   * Sends one event about `person` as they are now. Resolves after the first try, so that a page can wait for it;
   * further tries go on by themselves. @returns whether the first try was accepted
   */
  async send(type: PersonEventType, person: Person): Promise<boolean> {
    const delivery = signedDelivery(this.#options.secret, personEvent(type, person));
    const accepted = await this.#attempt(delivery);
    if (!accepted) this.#track(this.#retry(delivery));
    return accepted;
  }

  /** Resolves when no try is outstanding. */
  async settled(): Promise<void> {
    await Promise.all(this.#pending);
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.settled();
  }

  #track(work: Promise<void>): void {
    const tracked = work.finally(() => this.#pending.delete(tracked));
    this.#pending.add(tracked);
  }

  async #retry(delivery: Delivery): Promise<void> {
    for (const wait of this.#options.retryDelays) {
      await delay(wait, undefined, { signal: this.#stopped.signal }).catch(() => {});
      if (this.#stopped.signal.aborted || (await this.#attempt(delivery.again()))) return;
    }
    this.#options.log(`Gave up sending ${delivery.id} to ${this.#options.url}.`);
  }

  /** Like Svix, takes 2xx alone for an answer; a redirect is a failure. */
  async #attempt({ body, headers }: Delivery): Promise<boolean> {
    const signal = AbortSignal.any([this.#stopped.signal, AbortSignal.timeout(ATTEMPT_TIMEOUT_MS)]);
    try {
      const answer = await fetch(this.#options.url, {
        method: "POST",
        body,
        headers,
        redirect: "manual",
        signal,
      });
      await answer.body?.cancel();
      return answer.ok;
    } catch {
      return false;
    }
  }
}

/** An event in Clerk's envelope. */
export function personEvent(type: PersonEventType, person: Person, timestamp = Date.now()) {
  return {
    type,
    object: "event",
    data: type === "user.deleted" ? deletedPersonJson(person) : personJson(person),
    event_attributes: { http_request: { client_ip: "127.0.0.1", user_agent: "" } },
    timestamp,
    instance_id: INSTANCE_ID,
  };
}

interface Delivery {
  id: string;
  body: string;
  headers: Record<string, string>;
  /** The same message signed for a later try: Svix keeps the id and moves the timestamp. */
  again(): Delivery;
}

/** The request that carries `event`: its body, and the headers that prove it. */
export function signedDelivery(secret: string, event: unknown, id = newId("msg"), at = new Date()): Delivery {
  const body = JSON.stringify(event);
  return {
    id,
    body,
    headers: {
      "Content-Type": "application/json",
      "User-Agent": "Svix-Webhooks (local stand-in)",
      "svix-id": id,
      "svix-timestamp": String(Math.floor(at.getTime() / 1000)),
      "svix-signature": new Webhook(secret).sign(id, at, body),
    },
    again: () => signedDelivery(secret, event, id),
  };
}
