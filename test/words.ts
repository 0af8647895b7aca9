import type { Message } from "#app/messages/catalogue.ts";
import { saidBy } from "#app/messages/message.ts";
import { wordsIn } from "#app/messages/words.server.ts";

/** English, as most tests read it. */
export const english = wordsIn("en");

/** What a form says of a value that its schema refuses, in English; null where it is taken, or what is said is not ours. */
export function sentenceOf(issue: { message: string } | undefined): string | null {
  const message = issue && saidBy(issue);
  return message ? english.say(message) : null;
}

/** The English sentence of a message. */
export function sentence(message: Message): string {
  return english.say(message);
}
