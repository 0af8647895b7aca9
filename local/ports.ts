import { connect, createServer } from "node:net";
import { Problem } from "#scripts/problem.ts";

// Everything local listens on this address alone, so that nobody else on the network can reach it.
export const LOOPBACK = "127.0.0.1";

// Outgoing connections take their ports from 32768 upwards on Linux: a fixed port above that can be taken by chance.
export const HIGHEST_PORT = 32_767;

/**
 * Makes sure that nothing listens on `port` of the loopback address.
 * @param what names the part that wants the port, for the message
 * @throws Problem naming the port and the way to choose another
 */
export async function requireFreePort(port: number, what: string): Promise<void> {
  const code = await listenOnce(port).then(
    () => undefined,
    (error: NodeJS.ErrnoException) => error.code,
  );
  if (code === undefined) return;
  const reason = code === "EADDRINUSE" ? "is in use" : `cannot be opened (${code})`;
  const other = port + 100 < HIGHEST_PORT ? port + 100 : 9000;
  throw new Problem(`Port ${port} (${what}) ${reason}. Choose others with: npm start -- --port ${other}`);
}

/** A port of the loopback address that is free now and lies below the range of outgoing connections. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 10_000 + Math.floor(Math.random() * (HIGHEST_PORT - 10_000));
    const free = await listenOnce(port).then(
      () => true,
      () => false,
    );
    if (free) return port;
  }
}

/** Whether something listens on `port` of the loopback address. */
export function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, LOOPBACK, () => resolve(true));
    socket.once("error", () => resolve(false));
    socket.once("connect", () => socket.end());
  });
}

function listenOnce(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen({ port, host: LOOPBACK, exclusive: true }, () => server.close(() => resolve()));
  });
}
