import { createServer, type Server, type Socket, connect as tcpConnect } from "node:net";
import { freePort, LOOPBACK } from "./ports.ts";
import { type Message, MessageReader, preparedName, sqlOf } from "./postgres-messages.ts";

/** What went through the proxy, in messages and never in milliseconds. */
export type Count = {
  connections: number;
  /** Times that the client had to wait for an answer until it was connected, after TCP and TLS. */
  connecting: number;
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

/** What the proxy is told to do, and what it has seen. */
type State = { count: Count; cut: AwaitedCut | null; isSilent: boolean; open: Set<Socket> };
type AwaitedCut = Cut & { strike(): void };

/** The messages on which a client waits for an answer: a simple query, a flush, a sync. */
const WAITS = new Set(["Q", "H", "S"]);
const RUNS = new Set(["Q", "E"]);
/** The start of a connection, and each step of proving a password. */
const CONNECTS = new Set(["startup", "p"]);

/**
 * Stands between a client and Postgres, counts what passes, and breaks when it is told to.
 * @param target the address of the real server; the proxy's own has the same user, password and database
 */
export async function startCountingProxy(target: string) {
  const url = new URL(target);
  const port = await freePort();
  url.host = `${LOOPBACK}:${port}`;
  const state: State = { count: noCount(), cut: null, isSilent: false, open: new Set() };
  let listener: Server | null = await listen(port, target, state);

  const stop = async () => {
    disconnect(state);
    const closing = listener;
    listener = null;
    if (closing) await new Promise((resolve) => closing.close(resolve));
  };
  return {
    url: url.href,
    /** What passes while `act` runs. */
    async count(act: () => Promise<unknown>): Promise<Count> {
      state.count = noCount();
      await act();
      return state.count;
    },
    /** Closes the port: every connection is refused from now on. */
    refuse: stop,
    /** From now on the proxy accepts connections and answers none of them. */
    fallSilent() {
      state.isSilent = true;
      disconnect(state);
    },
    /** The first statement whose text matches loses its connection; resolves when that has been chosen. */
    cutOnce(cut: Cut): Promise<void> {
      return new Promise((strike) => {
        state.cut = { ...cut, strike };
      });
    },
    /** The proxy passes everything on again. */
    async heal() {
      state.isSilent = false;
      state.cut = null;
      disconnect(state);
      listener ??= await listen(port, target, state);
    },
    stop,
  };
}

async function listen(port: number, target: string, state: State): Promise<Server> {
  const server = createServer((client) => relay(client, new URL(target), state));
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(port, LOOPBACK, resolve);
  });
  return server;
}

function disconnect({ open }: State): void {
  for (const socket of open) socket.destroy();
}

/** Passes one connection's messages on, in both directions, unless it is to be cut. */
function relay(client: Socket, target: URL, state: State): void {
  keep(client, state);
  state.count.connections += 1;
  if (state.isSilent) return;
  const server = tcpConnect(Number(target.port), target.hostname);
  keep(server, state);
  client.once("close", () => server.destroy());
  server.once("close", () => client.destroy());
  const asked = new MessageReader("client");
  const answered = new MessageReader("server");
  let doomed: Cut | null = null;
  let isSent = false;

  client.on("data", (bytes: Buffer) => {
    for (const message of asked.read(bytes)) {
      tally(state.count, message);
      doomed ??= takeCut(state, message);
      if (doomed?.when === "before") return client.destroy();
      isSent ||= doomed !== null && (message.type === "Q" || message.type === "S");
      server.write(message.bytes);
    }
  });
  server.on("data", (bytes: Buffer) => {
    if (!isSent) return client.write(bytes);
    // The server is ready for the next query, so the statement has been committed; the client is not told.
    if (answered.read(bytes).some(({ type }) => type === "Z")) client.destroy();
  });
}

/** The cut that a message calls for. Taking it uses it up, so that one connection is cut and no more. */
function takeCut(state: State, message: Message): Cut | null {
  const { cut } = state;
  if (!cut?.at.test(sqlOf(message) ?? "")) return null;
  state.cut = null;
  cut.strike();
  return cut;
}

function noCount(): Count {
  return { connections: 0, connecting: 0, statements: 0, roundTrips: 0, prepared: 0, sql: [] };
}

function tally(count: Count, message: Message): void {
  const sql = sqlOf(message);
  if (sql !== null) count.sql.push(sql);
  if (CONNECTS.has(message.type)) count.connecting += 1;
  if (RUNS.has(message.type)) count.statements += 1;
  if (WAITS.has(message.type)) count.roundTrips += 1;
  if (preparedName(message) !== "") count.prepared += 1;
}

function keep(socket: Socket, { open }: State): void {
  socket.setNoDelay(true);
  socket.on("error", () => socket.destroy());
  open.add(socket);
  socket.once("close", () => open.delete(socket));
}
