import { generateKeyPairSync, randomBytes, randomInt } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";

/** A person of this instance. Times are milliseconds since 1970, as in Clerk's API. */
export interface Person {
  id: string;
  username: string | null;
  firstName: string | null;
  lastName: string | null;
  email: string | null;
  createdAt: number;
  updatedAt: number;
}

export type PersonDetails = Pick<Person, "username" | "firstName" | "lastName" | "email">;

export type SessionStatus = "active" | "ended" | "removed" | "revoked";

export interface Session {
  id: string;
  clientId: string;
  personId: string;
  status: SessionStatus;
  createdAt: number;
  updatedAt: number;
  expireAt: number;
}

/** A browser. It proves itself with `token`, which stands in an HttpOnly cookie that only this origin reads. */
export interface Client {
  id: string;
  token: string;
  createdAt: number;
  updatedAt: number;
  /** Seconds: the value of `__client_uat`, always after every session token made before the last change. */
  uat: number;
  /** Seconds: `iat` of the newest session token. */
  lastTokenAt: number;
}

interface State {
  privateKey: string;
  secretKey: string;
  webhookSecret: string;
  people: Person[];
  clients: Client[];
  sessions: Session[];
}

// Clerk's default: a session ends after a week.
const SESSION_LIFETIME_MS = 7 * 24 * 60 * 60 * 1000;

/** Everything that the stand-in remembers: in a file, or in memory when there is none. */
export class Store {
  readonly #file: string | undefined;
  readonly #now: () => number;
  readonly #state: State;

  constructor({ file, now = Date.now }: { file?: string; now?: () => number } = {}) {
    this.#file = file;
    this.#now = now;
    this.#state = readState(file) ?? newState();
    this.#state.sessions = this.#state.sessions.filter((session) => this.#isActive(session));
    this.#save();
  }

  get privateKey(): string {
    return this.#state.privateKey;
  }

  get secretKey(): string {
    return this.#state.secretKey;
  }

  get webhookSecret(): string {
    return this.#state.webhookSecret;
  }

  now(): number {
    return this.#now();
  }

  people(): readonly Person[] {
    return this.#state.people;
  }

  person(id: string): Person | undefined {
    return this.#state.people.find((person) => person.id === id);
  }

  addPerson(details: PersonDetails & { id?: string; createdAt?: number }): Person {
    const createdAt = details.createdAt ?? this.#now();
    const person = { id: newId("user"), ...details, createdAt, updatedAt: createdAt };
    this.#state.people.push(person);
    this.#save();
    return person;
  }

  /** Two changes within a millisecond still get different times, as the receiver orders events by them. */
  changePerson(person: Person, details: Partial<PersonDetails>): Person {
    Object.assign(person, details, { updatedAt: Math.max(this.#now(), person.updatedAt + 1) });
    this.#save();
    return person;
  }

  removePerson(person: Person): void {
    this.#state.people = this.#state.people.filter(({ id }) => id !== person.id);
    for (const session of this.#state.sessions) {
      if (session.personId === person.id) this.endSession(session, "removed");
    }
    this.#save();
  }

  clientByToken(token: string | undefined): Client | undefined {
    return token === undefined ? undefined : this.#state.clients.find((client) => client.token === token);
  }

  /** Signs `person` in on `client`, or on a new one. A browser holds one session: an earlier one ends. */
  openSession(person: Person, client: Client = this.#addClient()): { client: Client; session: Session } {
    for (const session of this.activeSessions(client)) this.endSession(session, "ended");
    const now = this.#now();
    const session: Session = {
      id: newId("sess"),
      clientId: client.id,
      personId: person.id,
      status: "active",
      createdAt: now,
      updatedAt: now,
      expireAt: now + SESSION_LIFETIME_MS,
    };
    this.#state.sessions.push(session);
    this.#touchClient(client);
    this.#save();
    return { client, session };
  }

  session(id: string): Session | undefined {
    return this.#state.sessions.find((session) => session.id === id);
  }

  activeSessions(client: Client): Session[] {
    return this.#state.sessions.filter(
      (session) => session.clientId === client.id && this.#isActive(session),
    );
  }

  activeSession(client: Client | undefined): Session | undefined {
    return client && this.activeSessions(client)[0];
  }

  endSession(session: Session, status: Exclude<SessionStatus, "active">): Session {
    if (session.status !== "active") return session;
    session.status = status;
    session.updatedAt = this.#now();
    const client = this.#state.clients.find(({ id }) => id === session.clientId);
    if (client !== undefined) this.#touchClient(client);
    this.#save();
    return session;
  }

  /** When, in seconds, the next session token of `session` counts as made: now, and never before its client's last change. */
  nextTokenTime(session: Session): number {
    const now = Math.floor(this.#now() / 1000);
    const client = this.#state.clients.find(({ id }) => id === session.clientId);
    if (client === undefined) return now;
    client.lastTokenAt = Math.max(now, client.uat);
    return client.lastTokenAt;
  }

  #addClient(): Client {
    const now = this.#now();
    const client = {
      id: newId("client"),
      token: secret(),
      createdAt: now,
      updatedAt: now,
      uat: 0,
      lastTokenAt: 0,
    };
    this.#state.clients.push(client);
    return client;
  }

  /** Sign-in, sign-out and a change of person within one second must not leave an older token looking fresh. */
  #touchClient(client: Client): void {
    client.updatedAt = this.#now();
    client.uat = Math.max(Math.floor(client.updatedAt / 1000), client.lastTokenAt + 1);
  }

  #isActive(session: Session): boolean {
    return session.status === "active" && session.expireAt > this.#now();
  }

  #save(): void {
    if (this.#file === undefined) return;
    mkdirSync(path.dirname(this.#file), { recursive: true });
    // Written beside and moved over, so that a crash never leaves half a file.
    const draft = `${this.#file}.${process.pid}`;
    writeFileSync(draft, `${JSON.stringify(this.#state, null, 2)}\n`, { mode: 0o600 });
    renameSync(draft, this.#file);
  }
}

function readState(file: string | undefined): State | undefined {
  if (file === undefined) return undefined;
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

function newState(): State {
  return {
    privateKey: newPrivateKey(),
    secretKey: `sk_live_${secret()}`,
    webhookSecret: `whsec_${randomBytes(24).toString("base64")}`,
    people: [],
    clients: [],
    sessions: [],
  };
}

/** An RSA-2048 key as PKCS #8 PEM. Clerk's SDK reads no other size. */
export function newPrivateKey(): string {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048, publicExponent: 65_537 });
  return privateKey.export({ type: "pkcs8", format: "pem" }).toString();
}

function secret(): string {
  return randomBytes(32).toString("base64url");
}

const ID_LENGTH = 27;
const ID_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** An id in the form of Clerk's: a prefix and 27 letters and digits. */
export function newId(prefix: string): string {
  const letters = Array.from({ length: ID_LENGTH }, () => ID_ALPHABET[randomInt(ID_ALPHABET.length)]);
  return `${prefix}_${letters.join("")}`;
}
