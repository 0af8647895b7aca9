import type { RouterContextProvider } from "react-router";
import type { Part } from "#app/db/parts.server.ts";
import { pageRecordContext, partsContext } from "./context.server.ts";

type Context = Readonly<RouterContextProvider>;

/**
 * The part of a page that is the same for everyone. Notes what it shows, so that the page can be kept until that
 * changes. Throws 503 where neither the database nor a copy is there.
 */
export async function readPart<Data>(context: Context, part: Part<Data>): Promise<Data> {
  const parts = context.get(partsContext);
  const record = context.get(pageRecordContext);
  const copy = record.outage && (await parts.copyOf(part));
  const { data, madeAt, isCopy } = copy ?? (await parts.read(part));
  for (const tag of part.tags(data)) record.shown.add(tag);
  if (isCopy || record.outage) noteOutage(context, { madeAt });
  return data;
}

/** Notes that the page is made without the database, of a part that was read at `madeAt`, or for a member unknown. */
export function noteOutage(context: Context, { madeAt = null, isMember = false }: OutageFacts): void {
  const record = context.get(pageRecordContext);
  const known = record.outage;
  record.outage = {
    madeAt: known?.madeAt && madeAt ? Math.min(known.madeAt, madeAt) : (madeAt ?? known?.madeAt ?? null),
    isMember: isMember || known?.isMember === true,
  };
}

type OutageFacts = { madeAt?: number | null; isMember?: boolean };

/**
 * Notes what a write has changed, once it is committed: pages that show it are dropped before the writer is answered.
 * Where words were taken back, `withdrawn` names what showed them: no copy is to show them again, in an outage either.
 */
export function noteChange(context: Context, changed: string[], withdrawn: string[] = []): void {
  const record = context.get(pageRecordContext);
  for (const tag of changed) record.changed.add(tag);
  for (const tag of withdrawn) record.withdrawn.add(tag);
}
