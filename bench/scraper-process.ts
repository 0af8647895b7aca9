import { REPLIES_PER_PAGE } from "#app/domain/limits.ts";
import { categoryPath, threadPath } from "#app/paths.ts";
import { CATEGORIES, kindsOf, LONG_REPLIES, QUICK, titleOf } from "./data.ts";
import { openClient } from "./exchange.ts";

/** What the scraper is to do. */
export type Storm = { origin: string; addresses: number; connections: number };

/** What it got; redirects that it followed count as answers. */
export type Scraped = {
  answers: number;
  seconds: number;
  statuses: Record<number, number>;
  /** Answers that nobody should get, in words. */
  faults: string[];
};

process.on("SIGINT", () => {});

process.on("message", async (storm: Storm) => process.send?.(await scrape(storm)));

async function scrape({ origin, addresses, connections }: Storm): Promise<Scraped> {
  const statuses: Record<number, number> = {};
  const faults: string[] = [];
  let [next, answers] = [0, 0];
  const start = performance.now();
  const go = async () => {
    const client = openClient(origin);
    const ask = async (path: string): Promise<string | undefined> => {
      const { statusCode, headers, body } = await client.request({
        path,
        method: "GET",
        headers: { accept: "text/html", "user-agent": "Scraper/1.0" },
      });
      await body.dump();
      statuses[statusCode] = (statuses[statusCode] ?? 0) + 1;
      answers += 1;
      if (statusCode >= 500) faults.push(`The scraper's ${path} was answered ${statusCode}.`);
      return statusCode === 301 ? String(headers.location) : undefined;
    };
    while (next < addresses) {
      const target = await ask(addressOf(next++));
      if (target) {
        const { pathname, search } = new URL(target, origin);
        await ask(`${pathname}${search}`);
      }
    }
    await client.close();
  };
  await Promise.all(Array.from({ length: connections }, go));
  return { answers, seconds: (performance.now() - start) / 1000, statuses, faults };
}

/** The nth address, unlike all others: one of each kind in turn. */
function addressOf(n: number): string {
  const kind = KINDS[n % KINDS.length];
  if (!kind) throw new Error("There are no addresses");
  return kind(Math.floor(n / KINDS.length));
}

const { read, long } = kindsOf(QUICK);

const KINDS: ((n: number) => string)[] = [
  // Each page of each thread, the long ones first.
  (n) => {
    const pages = LONG_REPLIES / REPLIES_PER_PAGE;
    const number =
      n < long.count * pages ? long.first + Math.floor(n / pages) : read.first + (n - long.count * pages);
    return threadPath({ number, title: titleOf(number) }, n < long.count * pages ? 1 + (n % pages) : 1);
  },
  // Wrong slugs.
  (n) => `/t/${read.first + (n % read.count)}/another-title-${n}`,
  // Threads that are not there.
  (n) => `/t/${900_000_000 + n}/a-thread`,
  // People who are not there.
  (n) => `/u/nobody-${n}`,
  // Categories that are not there.
  (n) => `/c/nothing-${n}`,
  // Pages that are there, with something odd behind them.
  (n) =>
    `${threadPath({ number: read.first + (n % read.count), title: titleOf(read.first + (n % read.count)) })}?ref=${n}`,
  (n) => `${categoryPath(`read-${n % CATEGORIES}`)}?utm_source=mail-${n}`,
  // Nothing at all.
  (n) => `/wp-content/${n}.php`,
];
