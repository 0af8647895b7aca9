/** An error, what caused it, what caused that, and so on to the innermost. Whatever is no error ends it, and is left out. */
export function* causesOf(error: unknown): Generator<Error> {
  for (let cause = error; cause instanceof Error; cause = cause.cause) yield cause;
}

/**
 * The error that began it, for a log: drizzle's own repeat the statement, and with it what somebody wrote.
 * What was thrown and is no error becomes one, with its text for a message.
 */
export function rootCause(thrown: unknown): Error {
  return [...causesOf(thrown)].at(-1) ?? new Error(String(thrown));
}
