import type { Message } from "./catalogue.ts";

/** A message as the text of an error: a schema's complaint can be nothing else. */
export function says(message: Message): string {
  return JSON.stringify(message);
}

/** The message that `says` made an error's text of; null for an error that was not ours. */
export function saidBy({ message }: { message: string }): Message | null {
  try {
    return JSON.parse(message) as Message;
  } catch {
    return null;
  }
}

/** Whether what came with an error is a message: a key, or a key and what is put in. */
export function isMessage(value: unknown): value is Message {
  return typeof value === "string" || (Array.isArray(value) && typeof value[0] === "string");
}
