import { ask, openClient } from "./exchange.ts";
import { type BenchForum, originOf } from "./forum.ts";
import type { Exchange, Scenario } from "./scenarios.ts";

/** What one request costs the database. Round trips are counted once the connection stands. */
export type Cost = { name: string; connections: number; statements: number; roundTrips: number };

/**
 * Sends each scenario's requests one by one, checks the answers, and counts what passes between the Worker and the database.
 * A page that is to be warm is asked for once before. Nothing is timed: the proxy that counts stands in the way.
 * @throws Error when an answer is wrong
 */
export async function countCosts(forum: BenchForum, scenarios: Scenario[]): Promise<Cost[]> {
  const proxy = await forum.startCountedSites();
  const cookies = await forum.mintCookies();
  const costs: Cost[] = [];
  for (const { name, cache, nth } of scenarios) {
    const origin = originOf(forum, cache);
    const client = openClient(origin);
    const askFor = (exchange: Exchange) =>
      ask(client, origin, exchange, cookies[exchange.member ?? -1] ?? "");
    // Number 0 is the hot page: another scenario has asked for it.
    if (cache !== "cold") await askFor(nth(0));
    const { connections, statements, roundTrips } = await proxy.count(() => askFor(nth(1)));
    costs.push({ name, connections, statements, roundTrips });
    await client.destroy();
  }
  return costs;
}
