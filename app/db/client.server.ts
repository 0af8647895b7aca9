import type { SQL } from "drizzle-orm";
import { drizzle } from "drizzle-orm/postgres-js";
import postgres from "postgres";
import { causesOf } from "#app/domain/causes.ts";
import type { StoredEvent } from "#app/domain/events.ts";
import { type CircuitBreaker, createCircuitBreaker, PROBE_ANSWER_MS } from "./circuit-breaker.server.ts";
import { type Place, type ReadLimit, waitForPlace } from "./read-limit.server.ts";

/** Runs one statement and answers its rows. Everything in app/db/ takes one as its first argument. */
export type Database = {
  /** `call` tells whoever looks at plans what goes on in a statement that calls a function. */
  execute<Row>(statement: SQL, call?: FunctionCall): Promise<Row[]>;
  /** What the statements have made happen, in their order: whoever opened the connection sees to what follows. */
  readonly happened: StoredEvent[];
  /** Is told of a function that the code calls and the database has not, or not for this role (reads.server.ts). */
  missing?(functionName: string): void;
};

/** What a statement that calls a function of the database calls. */
export type FunctionCall = {
  readonly functionName: string;
  /** The query in it, with `$1`, `$2` … for what it is called with. */
  readonly body: SQL;
  /** The types of those, and their values, with commas between them; null where there are none. */
  readonly types: SQL | null;
  readonly values: SQL | null;
};

export type DatabaseConnection = Database & {
  /** Ends the connection, if one was opened. Never waits for long. */
  close(): Promise<void>;
  /** Statements sent, and the milliseconds spent waiting for them. */
  readonly usage: { statements: number; milliseconds: number };
};

/** Why a statement has no answer: the database cannot be reached, or more is asked than can be answered in time. */
export type Unavailability = "away" | "busy";

type Options = {
  /** Makes what `execute` throws when there is no answer to be had; the cause itself by default. */
  unavailable?: (cause: unknown, why: Unavailability) => unknown;
  /** Makes what `execute` throws when a value cannot be stored or compared, such as a date before time. */
  unacceptable?: (cause: unknown) => unknown;
  /**
   * What the requests of an isolate know together of this database (`circuitBreakerOf`). By default a connection
   * goes by itself alone: a command or a test has one, and wants the database's own answer to each statement.
   */
  circuit?: CircuitBreaker;
  /** Asks the database whatever the circuit breaker knows, as a probe does. Its answer tells all the others. */
  always?: boolean;
  /** The connection is a read's: its first statement waits for one of these places, which `close` gives back. */
  reads?: ReadLimit;
  /** Is told of a function that the code calls and the database has not, or not for this role. */
  missing?: (functionName: string) => void;
};

/** A statement that has no answer after this long gets none: the reader is told at once. */
const ANSWER_MS = 5000;

/**
 * Waiting is counted in steps of this length, and never by the clock. Where the CPU has too much to do, timers are late
 * and answers lie unread: the step becomes longer, and what has come meanwhile is read before the next one ends. One
 * timer for the whole time ends first. Of 80 statements that one timer had given up in storms, each was answered within
 * 1.1 seconds, before another timer could run.
 */
const STEP_MS = 500;

/**
 * Opens the request's own connection, lazily: nothing is sent before the first statement.
 * The pooler runs in transaction mode, so nothing may be prepared or kept on a connection
 * (`prepare: false`, no types fetched, no session setting). Every statement after a failed
 * connection fails at once, where postgres-js would leave it waiting. Statements that the circuit breaker
 * holds back fail at once too, and open no connection; so do those of a read that found no place.
 */
export function openDatabase(
  url: string,
  {
    unavailable = (cause) => cause,
    unacceptable = (cause) => cause,
    circuit = createCircuitBreaker(),
    always = false,
    reads,
    missing,
  }: Options = {},
): DatabaseConnection {
  const client = postgres(withoutUnknownParameters(url), {
    prepare: false,
    max: 1,
    idle_timeout: 20,
    connect_timeout: 10,
    fetch_types: false,
    onnotice: () => {},
  });
  const database = drizzle({ client });
  const usage = { statements: 0, milliseconds: 0 };
  let failure: { cause: unknown; why: Unavailability } | null = null;
  let isClosed = false;
  let place: Promise<Place> | null = null;

  return {
    usage,
    happened: [],
    missing,
    async execute<Row>(statement: SQL): Promise<Row[]> {
      if (reads) {
        place ??= findPlace(reads);
        await place.catch((cause: unknown) => {
          failure ??= { cause, why: "busy" };
        });
      }
      if (failure) throw unavailable(failure.cause, failure.why);
      const admission = circuit.admit({ always });
      if (!admission) throw unavailable(new CircuitOpenError("The database has not been answering"), "away");
      const started = performance.now();
      usage.statements += 1;
      try {
        const answer = database.execute(statement);
        const rows = await withinDeadline(answer, admission.isProbe || always ? PROBE_ANSWER_MS : ANSWER_MS);
        circuit.answered();
        return rows as unknown as Row[];
      } catch (error) {
        const state = sqlState(error);
        const isAway = isUnavailable(error);
        if (state !== null && !isAway) circuit.answered();
        if (state?.startsWith("22")) throw unacceptable(error);
        if (!isAway) throw error;
        // It waited in vain while others were answered: the database is there, and behind with its work.
        const isLate = error instanceof NoAnswerError && circuit.hasAnsweredSince(admission);
        // One connection is one failure, however many statements wait on it; ending it ourselves is none.
        if (!failure && !isClosed) circuit.failed(admission);
        failure ??= { cause: error, why: isLate ? "busy" : "away" };
        await client.end({ timeout: 0 }).catch(() => {});
        throw unavailable(error, failure.why);
      } finally {
        usage.milliseconds += performance.now() - started;
      }
    },
    async close() {
      isClosed = true;
      place?.then(
        (taken) => reads?.leave(taken),
        () => {},
      );
      await client.end({ timeout: 2 }).catch(() => {});
    },
  };
}

/** postgres-js sends parameters that it does not know to the server, where PgBouncer refuses them. */
function withoutUnknownParameters(url: string): string {
  const cleaned = new URL(url);
  for (const name of [...cleaned.searchParams.keys()])
    if (name !== "sslmode") cleaned.searchParams.delete(name);
  return cleaned.href;
}

class NoAnswerError extends Error {}
class CircuitOpenError extends Error {}
class NoPlaceError extends Error {}

/** The answer, if it comes within this many milliseconds in which the isolate has time to listen (`STEP_MS`). */
async function withinDeadline<T>(answer: Promise<T>, milliseconds: number): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const deadline = new Promise<never>((_, reject) => {
    let left = milliseconds;
    const step = () => {
      if (left <= 0) return reject(new NoAnswerError(`No answer from the database in ${milliseconds} ms`));
      left -= STEP_MS;
      timer = setTimeout(step, STEP_MS);
    };
    step();
  });
  try {
    return await Promise.race([answer, deadline]);
  } finally {
    if (timer) clearTimeout(timer);
  }
}

/** A place of the read limit, waited for as long as an answer. */
async function findPlace(reads: ReadLimit): Promise<Place> {
  const place = await waitForPlace(reads, ANSWER_MS);
  if (!place) throw new NoPlaceError(`No place among the reads of this isolate in ${ANSWER_MS} ms`);
  return place;
}

/** Error codes of sockets and of postgres-js that mean there is no working connection. */
const CONNECTION_CODES = new Set([
  "CONNECT_TIMEOUT",
  "CONNECTION_CLOSED",
  "CONNECTION_DESTROYED",
  "CONNECTION_ENDED",
  "ECONNREFUSED",
  "ECONNRESET",
  "EHOSTUNREACH",
  "ENOTFOUND",
  "EPIPE",
  "ETIMEDOUT",
]);

/**
 * SQLSTATE of a server that is going down, coming up, full or read-only (PostgreSQL manual, appendix A),
 * and 08P01, with which PgBouncer reports that it has no server to give.
 */
const SERVER_STATES = /^(08\w{3}|53\w{3}|57P0[1-5]|25006)$/;

/** What workerd says of a socket that was refused or cut; it gives no code. */
const SOCKET_MESSAGES = /proxy request failed|network connection lost|stream was cancel|socket/i;

/** Whether an error says that the database cannot be reached, as opposed to a statement being wrong. */
export function isUnavailable(error: unknown): boolean {
  for (const cause of causesOf(error)) {
    if (cause instanceof NoAnswerError || cause instanceof CircuitOpenError || cause instanceof NoPlaceError)
      return true;
    const code = "code" in cause ? String(cause.code) : "";
    if (CONNECTION_CODES.has(code) || SERVER_STATES.test(code)) return true;
    // Only the innermost error: drizzle's own repeats the statement, and with it what somebody wrote.
    const isInnermost = !(cause.cause instanceof Error) && !(cause instanceof TypeError);
    if (code === "" && isInnermost && SOCKET_MESSAGES.test(cause.message)) return true;
  }
  return false;
}

/**
 * SQLSTATE of a row that is there already, of one that refers to none, and of one that others refer to, for which Postgres
 * before 18 has the second (PostgreSQL, "Error Codes", class 23).
 */
const VIOLATIONS = new Set(["23505", "23503", "23001"]);

/** The name of the unique constraint or foreign key that an error reports as violated, or null. */
export function violatedConstraint(error: unknown): string | null {
  for (const cause of causesOf(error))
    if ("code" in cause && VIOLATIONS.has(String(cause.code)) && "constraint_name" in cause)
      return String(cause.constraint_name);
  return null;
}

/**
 * Whether an error says that a function or its schema is not there, or may not be used: undefined_function,
 * invalid_schema_name and insufficient_privilege (PostgreSQL manual, appendix A).
 */
export function isFunctionMissing(error: unknown): boolean {
  return ["42883", "3F000", "42501"].includes(sqlState(error) ?? "");
}

/** The SQLSTATE that Postgres gave, or null for an error that is not its own. Class 22 is "data exception". */
function sqlState(error: unknown): string | null {
  for (const cause of causesOf(error))
    if (cause.name === "PostgresError" && "code" in cause) return String(cause.code);
  return null;
}
