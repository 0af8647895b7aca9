import postgres from "postgres";
import type { Cut } from "#local/counting-proxy.ts";
import type { Ledger } from "./ledger.ts";
import type { MortalPostgres } from "./mortal-postgres.ts";
import type { Stage } from "./stage.ts";

export type Fault = { name: string; strike(): Promise<void> };

/** An outage lasts until this many requests have failed because of it. */
const FELT = 20;

/** What each kind of write sends to the database. */
const STATEMENTS: Record<string, RegExp> = {
  thread: /insert into threads/,
  reply: /update threads t\s+set last_number/,
  vote: /insert into reply_votes/,
  edit: /update thread_replies r\s+set body/,
  deletion: /update thread_replies r\s+set deleted_at/,
  webhook: /insert into "user" as u/,
};

/** Everything that goes wrong, in its order. The writers never stop meanwhile. */
export function faultsOf(stage: Stage, database: MortalPostgres, ledger: Ledger): Fault[] {
  const cuts = Object.entries(STATEMENTS).flatMap(([name, at]) =>
    (["before", "after"] as const).map((when) =>
      cut(`${name}, cut ${when} it was carried out`, { at, when }),
    ),
  );
  const outages: Fault[] = [
    { name: "a process of Postgres is killed", strike: () => database.killBackend() },
    { name: "the Worker is deployed anew", strike: () => stage.deploy() },
    {
      name: "Postgres is killed and started again",
      async strike() {
        await database.kill();
        await felt();
        await database.restart();
      },
    },
    {
      name: "PgBouncer is killed and started again",
      async strike() {
        await stage.killPooler();
        await felt();
        await stage.restartPooler();
      },
    },
    {
      name: "Postgres has no connection left",
      async strike() {
        // PgBouncer would otherwise take back each connection that is taken from it.
        stage.freezePooler();
        const release = await takeEveryConnection(database.url);
        stage.thawPooler();
        await felt();
        await release();
      },
    },
  ];
  // Each outage comes twice, in between the cuts.
  const rounds = [...outages, ...outages];
  return cuts.flatMap((fault, at) => [fault, ...rounds.slice(at, at + 1)]);

  function cut(name: string, how: Cut): Fault {
    return { name, strike: () => stage.proxy.cutOnce(how) };
  }

  function felt(): Promise<void> {
    const before = ledger.unavailable;
    return ledger.until(({ unavailable }) => unavailable >= before + FELT);
  }
}

/** Takes every connection that Postgres has, those of PgBouncer among them; answers how to give them back. */
async function takeEveryConnection(url: string): Promise<() => Promise<void>> {
  const holders: postgres.Sql[] = [];
  const take = async (): Promise<boolean> => {
    const holder = postgres(url, { max: 1, onnotice: () => {}, connection: { application_name: "holder" } });
    const isHeld = await holder`select 1`.then(
      () => true,
      () => false,
    );
    if (isHeld) holders.push(holder);
    else await holder.end({ timeout: 1 });
    return isHeld;
  };
  // A connection that has been ended keeps its place for a moment longer.
  for (let others = 1; others > 0; ) {
    while (await take());
    const [first] = holders;
    if (!first) throw new Error("Postgres has no connection to take.");
    const ended = await first`
      select pg_terminate_backend(pid) from pg_stat_activity
      where backend_type = 'client backend' and application_name <> 'holder'`;
    others = ended.length;
  }
  while (await take());
  return async () => {
    await Promise.all(holders.map((holder) => holder.end({ timeout: 1 })));
  };
}
