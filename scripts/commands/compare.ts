import type { Command } from "commander";
import type postgres from "postgres";
import { connect } from "../connection.ts";
import { withForum } from "../database-url.ts";
import { Problem } from "../problem.ts";

/** The rows of one table: how many, and a sum over all that they hold. A sequence is one row, and what it gave out last. */
type Content = { rows: number; sum: string };

/** A table of one or of both databases; null where it is not there. */
export type Comparison = { table: string; here: Content | null; there: Content | null };

/** `compare`: whether a restored backup holds what its original holds. */
export function addCompareCommand(program: Command): void {
  program
    .command("compare")
    .description("Compare this forum's database with another, row by row: after restoring a backup.")
    .addHelpText(
      "after",
      `
Reads the other database's address from OTHER_DATABASE_URL. Exits with 1 if they differ. A forum that is being
written to moves on while it is read: compare with a branch, or while nobody writes.

Example:
  OTHER_DATABASE_URL=postgres://… npm run forum -- compare`,
    )
    .action(() =>
      withForum(async ({ sql }) => {
        const other = await connect(otherUrl());
        try {
          reportComparison(await compareDatabases(sql, other.sql));
        } finally {
          await other.close();
        }
      }),
    );
}

function otherUrl(): string {
  const url = process.env.OTHER_DATABASE_URL;
  if (url) return url;
  throw new Problem("Compare with which database? Set OTHER_DATABASE_URL.");
}

/** Every table and sequence that either database has, by name, with what it holds in each; the migrations' journal too. */
export async function compareDatabases(here: postgres.Sql, there: postgres.Sql): Promise<Comparison[]> {
  const [own, other] = [await readContents(here), await readContents(there)];
  const tables = [...new Set([...own.keys(), ...other.keys()])].sort();
  return tables.map((table) => ({ table, here: own.get(table) ?? null, there: other.get(table) ?? null }));
}

/** Whether a table holds the same in both. */
export function isSame({ here, there }: Comparison): boolean {
  return here !== null && there !== null && here.rows === there.rows && here.sum === there.sum;
}

async function readContents(sql: postgres.Sql): Promise<Map<string, Content>> {
  return sql.begin("isolation level repeatable read read only", async (all) => {
    // Rows are compared as text, and a time is written differently elsewhere.
    await all`set local timezone = 'UTC'`;
    const tables = await all<{ schema: string; name: string }[]>`
      select table_schema as schema, table_name as name from information_schema.tables
      where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')`;
    const contents = new Map<string, Content>();
    for (const { schema, name } of tables) {
      // Rows are summed up, since neither database promises an order.
      const [content] = await all<Content[]>`
        select count(*)::integer as rows, coalesce(sum(hashtextextended(t::text, 0)), 0)::text as sum
        from ${all(schema)}.${all(name)} t`;
      contents.set(`${schema}.${name}`, content as Content);
    }
    // A forum restored without its sequences looks whole, and gives out numbers a second time.
    const sequences = await all<{ name: string; last: string }[]>`
      select schemaname || '.' || sequencename as name, coalesce(last_value, 0)::text as last from pg_sequences`;
    for (const { name, last } of sequences) contents.set(name, { rows: 1, sum: last });
    return contents;
  });
}

/** One line a table, and the exit code. */
function reportComparison(comparisons: Comparison[]): void {
  for (const comparison of comparisons) console.log(describeComparison(comparison));
  const different = comparisons.filter((each) => !isSame(each)).length;
  console.log(
    different === 0
      ? `The same in all ${comparisons.length} tables and sequences.`
      : `${different} of ${comparisons.length} tables and sequences differ.`,
  );
  if (different > 0) process.exitCode = 1;
}

function describeComparison(comparison: Comparison): string {
  const { table, here, there } = comparison;
  if (!here || !there) return `${table}: only ${here ? "here" : "there"}`;
  if (here.rows !== there.rows) return `${table}: ${here.rows} rows here, ${there.rows} there`;
  return `${table}: ${here.rows} rows, ${isSame(comparison) ? "the same" : "with different content"}`;
}
