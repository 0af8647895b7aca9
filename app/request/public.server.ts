import type { RouterContextProvider } from "react-router";
import type { PublicQuery } from "#app/public-pages.ts";
import { recordContext, snapshotsContext } from "./context.server.ts";

type Context = Readonly<RouterContextProvider>;

/**
 * The rows of a page that are the same for everyone; null where there is no such page. Notes which facts they show, so that
 * the page can be kept until one of them changes. Throws 503 where neither the database nor a copy has them.
 */
export async function readPublic<Rows>(context: Context, query: PublicQuery<Rows>): Promise<Rows | null> {
  const { value, shows, madeAt, isCopy } = await context.get(snapshotsContext)(query);
  const record = context.get(recordContext);
  for (const fact of shows) record.shows.add(fact);
  record.madeAt = Math.min(madeAt, record.madeAt ?? madeAt);
  if (isCopy || record.outage) noteOutage(context, { madeAt });
  return value;
}

type OutageFacts = { madeAt?: number | null; isMember?: boolean };

/** Notes that the page is made without the database, of rows that were read at `madeAt`, or for a member unknown. */
export function noteOutage(context: Context, { madeAt = null, isMember = false }: OutageFacts): void {
  const record = context.get(recordContext);
  const known = record.outage;
  record.outage = {
    madeAt: known?.madeAt && madeAt ? Math.min(known.madeAt, madeAt) : (madeAt ?? known?.madeAt ?? null),
    isMember: isMember || known?.isMember === true,
  };
}
