declare const everyone: unique symbol;

/**
 * Rows that everyone may see. Only the public queries of app/db/ make them (test/architecture.test.ts), and only they may be
 * kept and shared: rows that were read on behalf of somebody do not fit where these are asked for.
 */
export type Public<Rows> = Rows & { readonly [everyone]: true };

/** Marks what a query answered as rows for everyone. The query must ask on behalf of nobody. */
export function forEveryone<Rows>(rows: Rows): Public<Rows> {
  return rows as Public<Rows>;
}
