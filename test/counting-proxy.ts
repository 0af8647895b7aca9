import { createServer, type Server, type Socket, connect as tcpConnect } from "node:net";
import { freePort, LOOPBACK } from "#local/ports.ts";
import { type Message, MessageReader, preparedName, sqlOf } from "./postgres-messages.ts";

/** What went through the proxy, in messages and never in milliseconds. */
export type Count = {
  connections: number;
  /** Statements that were run. */
  statements: number;
  /** Times that the client had to wait for an answer after it was connected: a statement with parameters costs two. */
  roundTrips: number;
  /** Statements that stay prepared under a name. */
  prepared: number;
  /** The text of each statement. */
  sql: string[];
};

/** How a statement's connection ends: before the server has seen it, or after it was carried out but not answered. */
export type Cut = { at: RegExp; when: "before" | "after" };

export type CountingProxy = Awaited<ReturnType<typeof startCountingProxy>>;

/** What asks the server for an answer: a simple query, a flush, a sync. */
const WAITS = new Set(["Q", "H", "S"]);
const RUNS = new Set(["Q", "E"]);

/**
 * Stands between a client and Postgres, counts what passes, and breaks when it is told to.
 * @param target the address of the real server; the proxy's own has the same user, password and database
 */
export async function startCountingProxy(target: string) {
  const server = new URL(target);
  const port = await freePort();
  const open = new Set<Socket>();
  const url = new URL(target);
  url.host = `${LOOPBACK}:${port}`;
  let count = noCount();
  let cut: Cut | null = null;
  let isSilent = false;
  let listener: Server | null = null;

  const relay = (client: Socket) => {
    keep(client, open);
    if (isSilent) return;
    count.connections += 1;
    const upstream = tcpConnect(Number(server.port), server.hostname);
    keep(upstream, open);
    client.once("close", () => upstream.destroy());
    upstream.once("close", () => client.destroy());
    const asked = new MessageReader("client");
    const answered = new MessageReader("server");
    let doomed: Cut | null = null;
    let isSent = false;

    client.on("data", (bytes: Buffer) => {
      for (const message of asked.read(bytes)) {
        tally(count, message);
        if (cut?.at.test(sqlOf(message) ?? "")) {
          doomed = cut;
          cut = null;
        }
        if (doomed?.when === "before") return client.destroy();
        isSent ||= doomed !== null && (message.type === "Q" || message.type === "S");
        upstream.write(message.bytes);
      }
    });
    upstream.on("data", (bytes: Buffer) => {
      if (!isSent) return client.write(bytes);
      // Ready for the next query: the statement has been committed, and nobody is told.
      if (answered.read(bytes).some(({ type }) => type === "Z")) client.destroy();
    });
  };

  const listen = async () => {
    listener = createServer(relay);
    await new Promise<void>((resolve, reject) => {
      listener?.once("error", reject).listen(port, LOOPBACK, resolve);
    });
  };
  const disconnect = () => {
    for (const socket of open) socket.destroy();
  };
  const stop = async () => {
    disconnect();
    const closing = listener;
    listener = null;
    if (closing) await new Promise((resolve) => closing.close(resolve));
  };
  await listen();

  return {
    url: url.href,
    /** What passes while `act` runs. */
    async count(act: () => Promise<unknown>): Promise<Count> {
      count = noCount();
      await act();
      return count;
    },
    /** Nobody listens any more. */
    refuse: stop,
    /** Connections are taken, and nothing is ever answered. */
    fallSilent() {
      isSilent = true;
      disconnect();
    },
    /** The first statement whose text matches loses its connection. */
    cutOnce(next: Cut) {
      cut = next;
    },
    /** All is well again. */
    async heal() {
      isSilent = false;
      cut = null;
      disconnect();
      if (!listener) await listen();
    },
    stop,
  };
}

function noCount(): Count {
  return { connections: 0, statements: 0, roundTrips: 0, prepared: 0, sql: [] };
}

function tally(count: Count, message: Message): void {
  const sql = sqlOf(message);
  if (sql !== null) count.sql.push(sql);
  if (RUNS.has(message.type)) count.statements += 1;
  if (WAITS.has(message.type)) count.roundTrips += 1;
  if (preparedName(message) !== "") count.prepared += 1;
}

function keep(socket: Socket, open: Set<Socket>): void {
  socket.setNoDelay(true);
  socket.on("error", () => socket.destroy());
  open.add(socket);
  socket.once("close", () => open.delete(socket));
}
