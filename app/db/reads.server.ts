import { createHash } from "node:crypto";
import { type SQL, sql } from "drizzle-orm";
import { PgDialect } from "drizzle-orm/pg-core";
import { type Database, isFunctionMissing } from "./client.server.ts";
import { argument, type Kind } from "./statements.server.ts";

/*
 * A read is a query that lives in the database as a function, so that it is planned once for each connection that the
 * pooler keeps, and not at each call (docs/decisions/0016-reads-as-functions.md). It is written in the file of its noun;
 * `npm run db:migrate` makes the function (installed-reads.server.ts).
 */

// biome-ignore lint/suspicious/noExplicitAny: each parameter has a kind of its own.
type Kinds = Record<string, Kind<any>>;
type ValueOf<Each> = Each extends Kind<infer Value> ? Value : never;
type ValuesOf<Parameters extends Kinds> = { [Name in keyof Parameters]: ValueOf<Parameters[Name]> };
type ReferencesTo<Parameters extends Kinds> = { [Name in keyof Parameters]: SQL };

export type Read<Values> = {
  /** What the function is called in the schema `reads`: a name to read, and a hash of all that it is made of. */
  readonly functionName: string;
  /** The statement that makes the function. */
  readonly definition: SQL;
  /** Runs the query and answers its rows, as `to_json` writes them. One statement. */
  rows<Row>(db: Database, values: Values): Promise<Row[]>;
};

const dialect = new PgDialect();
const defined = new Map<string, Read<never>>();

/** Every read whose module was loaded. */
export function definedReads(): Read<never>[] {
  return [...defined.values()];
}

/**
 * Declares a read. Its query names what it is asked for by the references that it gets, one for each parameter, and holds
 * no value but what statements.server.ts writes.
 * @param name what it reads, in lower case, at most 40 letters and underscores
 */
export function defineRead<Parameters extends Kinds>(
  name: string,
  parameters: Parameters,
  query: (references: ReferencesTo<Parameters>) => SQL,
): Read<ValuesOf<Parameters>> {
  const kinds = Object.entries(parameters);
  const types = list(kinds.map(([, { type }]) => type));
  const references = kinds.map(([parameter], index) => [parameter, argument(index + 1)]);
  const body = answerOf(query(Object.fromEntries(references)));
  const head = sql`(${types ?? sql``}) returns json language plpgsql stable
    set plan_cache_mode = force_generic_plan
    as $read$ begin return (${body}); end $read$`;
  const functionName = `${name}_${hashOf(head)}`;
  const place = sql`reads.${sql.identifier(functionName)}`;

  const read: Read<ValuesOf<Parameters>> = {
    functionName,
    definition: sql`create function ${place} ${head}`,
    async rows<Row>(db: Database, given: ValuesOf<Parameters>) {
      const values = list(kinds.map(([parameter, write]) => write(given[parameter])));
      const call = sql`select ${place}(${values ?? sql``}) as rows`;
      const [row] = await db
        .execute<{ rows: Row[] | null }>(call, { functionName, body, types, values })
        .catch((error: unknown) => {
          if (!isFunctionMissing(error)) throw error;
          db.missing?.(functionName);
          return db.execute<{ rows: Row[] | null }>(sql`select (${inline(given)}) as rows`);
        });
      return row?.rows ?? [];
    },
  };

  /** The same query with its values written where the references stand, for a database that has no function of it. */
  function inline(given: ValuesOf<Parameters>): SQL {
    const written = kinds.map(([parameter, write]) => [
      parameter,
      sql`(${write(given[parameter])})::${write.type}`,
    ]);
    return answerOf(query(Object.fromEntries(written)));
  }

  defined.set(functionName, read);
  return read;
}

/** One value for any number of rows. */
function answerOf(query: SQL): SQL {
  return sql`select json_agg(answer) from (${query}) answer`;
}

function list(parts: Array<SQL>): SQL | null {
  return parts.length > 0 ? sql.join(parts, sql`, `) : null;
}

/** Twelve digits tell any two versions of one read apart. */
function hashOf(text: SQL): string {
  const { sql: written, params } = dialect.sqlToQuery(text);
  if (params.length > 0) throw new TypeError("A read holds a value: only its parameters may vary");
  return createHash("sha256").update(written).digest("hex").slice(0, 12);
}
