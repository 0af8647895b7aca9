import { isServiceUnavailable, isTooBusy, serviceUnavailable } from "#app/http.ts";
import type { PublicQuery, Snapshot } from "#app/public-pages.ts";

type Look = <Rows>(query: PublicQuery<Rows>) => Promise<Snapshot<Rows> | null>;

/** Where the rows of a page may be found, best first. A request is given those that it may use. */
export type Places = {
  /** The cache before the Reader. Throws 503 where the rows are not kept and the database is away. */
  kept?: Look;
  /** The database. */
  fresh?: Look;
  /** The copy from before an outage. */
  copy?: Look;
};

/** A snapshot, and whether it is all that an outage has left. */
export type Found<Rows> = Snapshot<Rows> & { isCopy: boolean };

/**
 * The rows of a page, from the first place that has them: out of the cache where they were read after `notBefore`
 * (milliseconds since 1970), else of the database, and of what was there before where that is away or too busy. Throws
 * 503 where nothing is.
 */
export async function read<Rows>(
  query: PublicQuery<Rows>,
  places: Places,
  { notBefore = 0 }: { notBefore?: number } = {},
): Promise<Found<Rows>> {
  let kept: Snapshot<Rows> | null = null;
  try {
    kept = (await places.kept?.(query)) ?? null;
    if (kept && kept.madeAt > notBefore) return { ...kept, isCopy: false };
    const fresh = await places.fresh?.(query);
    if (fresh) return { ...fresh, isCopy: false };
    throw serviceUnavailable();
  } catch (error) {
    if (!isServiceUnavailable(error) && !isTooBusy(error)) throw error;
    const copy = kept ?? (await places.copy?.(query).catch(() => null));
    if (!copy) throw error;
    return { ...copy, isCopy: true };
  }
}
