/** Connections that fail in a row, with no answer between them, before the database counts as away. */
const FAILURES_TO_OPEN = 3;

/** A database that is away is asked again this long after the last attempt to reach it. */
const PAUSE_MS = 1000;

/** A probe that has no answer after this long gets none, and so does /healthz: somebody's request waits for it. */
export const PROBE_ANSWER_MS = 2000;

/** A statement that was let through. Say how it ended with `answered` or `failed`. */
export type Admission = {
  /** It asks whether the database is back, and so has `PROBE_ANSWER_MS` for its answer. */
  readonly isProbe: boolean;
  readonly sentAt: number;
  /** The answers that had come when it was sent. */
  readonly answersBefore: number;
};

export type CircuitBreaker = ReturnType<typeof createCircuitBreaker>;

/**
 * Keeps a database that is away from costing each request a timeout. It opens after three connections that
 * failed in a row. From then on nothing is let through but one probe at a time; the first answer closes it.
 *
 * Everything works within 5 seconds of the database being back, without a restart. At worst a probe went out
 * just before, on a connection that nobody answers: it takes 2 s to fail, the pause after it 1 s, and the next
 * probe is answered within its 2 s. A probe whose request died keeps its place for the same 2 s and 1 s.
 * Statements sent before the circuit opened fail after 5 s at the latest, and put nothing off.
 * @param now the time in milliseconds
 */
export function createCircuitBreaker(now: () => number = Date.now) {
  // Numbers alone: all requests of an isolate share them, and workerd lets nothing else be shared.
  let failures = 0;
  let answers = 0;
  let probeAt = 0;
  const hasAnsweredSince = ({ answersBefore }: Admission) => answersBefore !== answers;

  return {
    /**
     * Lets a statement through, or answers null where it has to fail at once.
     * `always` is for who asks whether the database is there: let through in any case, and in nobody's place.
     */
    admit({ always = false } = {}): Admission | null {
      const sentAt = now();
      const isProbe = failures >= FAILURES_TO_OPEN && !always;
      if (isProbe) {
        const wait = probeAt - sentAt;
        // More than the longest wait there is: the clock was set back.
        if (wait > 0 && wait <= PROBE_ANSWER_MS + PAUSE_MS) return null;
        probeAt = sentAt + PROBE_ANSWER_MS + PAUSE_MS;
      }
      return { isProbe, sentAt, answersBefore: answers };
    },

    /** The database answered, be it that the statement is wrong. */
    answered(): void {
      answers += 1;
      failures = 0;
    },

    /** Whether the database has answered anybody since the statement was sent. */
    hasAnsweredSince,

    /** The statement's connection was refused, cut or left without an answer. Once for each connection. */
    failed(admission: Admission): void {
      const { isProbe, sentAt } = admission;
      // It was sent before the last answer came, so it says nothing of what has been since.
      if (hasAnsweredSince(admission)) return;
      failures += 1;
      if (isProbe) probeAt = now() + PAUSE_MS;
      // It may have waited 5 s to fail, and the database may have come back since.
      else if (failures === FAILURES_TO_OPEN) probeAt = sentAt + PAUSE_MS;
    },
  };
}

const circuits = new Map<string, CircuitBreaker>();

/** The circuit breaker that all requests of this isolate share for the database at this address. */
export function circuitBreakerOf(url: string): CircuitBreaker {
  let circuit = circuits.get(url);
  if (!circuit) {
    circuit = createCircuitBreaker();
    circuits.set(url, circuit);
  }
  return circuit;
}
