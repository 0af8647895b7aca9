/** One message of Postgres's protocol (PostgreSQL manual, "Message Formats"). */
export type Message = {
  /** Its first byte as a letter; `startup` for the messages before a connection is open, which have none. */
  type: string;
  /** What follows the length. */
  body: Buffer;
  /** The whole message, as it is to be passed on. */
  bytes: Buffer;
};

const PROTOCOL_3 = 196_608;

/** Cuts a stream of bytes into messages. A client's first messages have no type. */
export class MessageReader {
  #rest: Buffer = Buffer.alloc(0);
  #isStarting: boolean;

  constructor(from: "client" | "server") {
    this.#isStarting = from === "client";
  }

  /** The messages that are complete with these bytes. */
  read(bytes: Buffer): Message[] {
    this.#rest = Buffer.concat([this.#rest, bytes]);
    const messages: Message[] = [];
    for (let message = this.#next(); message; message = this.#next()) messages.push(message);
    return messages;
  }

  #next(): Message | null {
    const typeLength = this.#isStarting ? 0 : 1;
    if (this.#rest.length < typeLength + 4) return null;
    const length = typeLength + this.#rest.readUInt32BE(typeLength);
    if (this.#rest.length < length) return null;
    const bytes = this.#rest.subarray(0, length);
    const body = bytes.subarray(typeLength + 4);
    const type = this.#isStarting ? "startup" : String.fromCharCode(bytes[0] ?? 0);
    this.#rest = this.#rest.subarray(length);
    if (this.#isStarting && body.readUInt32BE(0) === PROTOCOL_3) this.#isStarting = false;
    return { type, body, bytes };
  }
}

/** The SQL that a client's message carries: of a simple query, or of one that is parsed first. */
export function sqlOf({ type, body }: Message): string | null {
  if (type === "Q") return textAt(body, 0);
  if (type === "P") return textAt(body, body.indexOf(0) + 1);
  return null;
}

/** The name under which a client asks for a statement to be kept; empty where it is used once. */
export function preparedName({ type, body }: Message): string {
  return type === "P" ? textAt(body, 0) : "";
}

function textAt(body: Buffer, start: number): string {
  return body.toString("utf8", start, body.indexOf(0, start));
}
