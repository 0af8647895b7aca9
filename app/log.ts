import { rootCause } from "#app/domain/causes.ts";

/**
 * A line of the log: how grave it is, the event or else a message that says what happened, the request that it belongs to
 * where there is one, and details. Nothing personal, and nothing that anybody wrote (docs/operating.md).
 */
export type LogLine = {
  level: "info" | "warning" | "error";
  requestId?: string;
  [detail: string]: unknown;
} & ({ event: string } | { message: string });

/** Writes one line of JSON. The platform files it under the level of the console's function that wrote it. */
export function log(line: LogLine): void {
  const text = JSON.stringify(line);
  if (line.level === "error") console.error(text);
  else if (line.level === "warning") console.warn(text);
  else console.log(text);
}

/** Of what was thrown, what may stand in a log: name, message and stack of the error that began it. */
export function errorFacts(thrown: unknown): { name: string; message: string; stack?: string } {
  const { name, message, stack } = rootCause(thrown);
  return { name, message, stack };
}

/** Why something did not work, in the words of the error that began it. */
export function reasonOf(thrown: unknown): string {
  return rootCause(thrown).message;
}
