import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { afterAll } from "vitest";
import { freePort, LOOPBACK } from "#local/ports.ts";

/** What a host of the world outside does with a request. */
export type Host = (request: IncomingMessage, response: ServerResponse) => void;

/** A request as it arrived there. */
export type Arrived = { address: string; headers: IncomingMessage["headers"]; isOver: boolean };

/**
 * The world outside of a Worker, as it is seen from there (`outside` of local/worker.ts): hosts by their names, and whatever was
 * asked of them. An unknown host hangs up.
 */
export async function startOutside(hosts: Record<string, Host>) {
  const arrived: Arrived[] = [];
  const server = createServer((request, response) => {
    const { host: name, "x-forwarded-proto": scheme, ...headers } = request.headers;
    const url = new URL(request.url ?? "", `${scheme}://${name}`);
    const seen: Arrived = { address: url.href, headers, isOver: false };
    arrived.push(seen);
    response.on("close", () => (seen.isOver = true));
    const host = hosts[url.hostname];
    if (host) host(request, response);
    else request.socket.destroy();
  });
  const port = await freePort();
  await new Promise<void>((resolve) => server.listen(port, LOOPBACK, resolve));
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    address: `${LOOPBACK}:${port}`,
    arrived,
    /** What was asked of a host. */
    askedOf: (host: string) => arrived.filter(({ address }) => new URL(address).hostname === host),
  };
}
