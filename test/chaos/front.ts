import { createServer, type Socket, connect as tcpConnect } from "node:net";
import { LOOPBACK } from "#local/ports.ts";

export type Front = Awaited<ReturnType<typeof startFront>>;

/**
 * Stands at the forum's one address and leads each new connection to a Worker: what the platform does while it
 * deploys. A connection whose Worker is gone is closed, as a browser would see it.
 */
export async function startFront(port: number) {
  let workers: number[] = [];
  let turn = 0;
  const open = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = tcpConnect(workers[turn++ % workers.length] ?? 0, LOOPBACK);
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      open.add(socket);
      socket.on("error", () => socket.destroy());
      socket.once("close", () => {
        open.delete(socket);
        other.destroy();
      });
      socket.pipe(other);
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(port, LOOPBACK, resolve);
  });
  return {
    /** New connections go to the Workers on these ports, in turns. */
    leadTo(...ports: number[]) {
      workers = ports;
      turn = 0;
    },
    async stop() {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
