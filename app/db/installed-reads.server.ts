import { sql } from "drizzle-orm";
import "./categories.server.ts";
import type { Database } from "./client.server.ts";
import "./events.server.ts";
import "./members.server.ts";
import "./pictures.server.ts";
import { definedReads } from "./reads.server.ts";
import "./replies.server.ts";
import { integer, word } from "./statements.server.ts";
import "./threads.server.ts";

/** A function that this code no longer calls may still be called by what is deployed, or by what it is rolled back to. */
const KEPT_DAYS = 30;

/**
 * Makes the functions that this code calls, where they are not there yet, and drops those that no `db:migrate` has known
 * for `KEPT_DAYS` days; since when stands in a function's comment. Nothing is replaced, for a function's name is a hash of
 * its text. Changes nothing when it is repeated. Not safe at once: the caller holds a lock, and a transaction.
 */
export async function installReads(db: Database): Promise<void> {
  const reads = definedReads();
  await db.execute(sql`create schema if not exists reads`);
  // With the rights of whoever calls, which are what counts.
  await db.execute(sql`grant usage on schema reads to public`);
  const present = await db.execute<{ name: string }>(sql`
    select proname as name from pg_proc where pronamespace = 'reads'::regnamespace`);
  const names = new Set(present.map(({ name }) => name));
  for (const { functionName, definition } of reads)
    if (!names.has(functionName)) await db.execute(definition);
  await db.execute(sql`
    do $$
    declare
      known constant text[] := array[${sql.join(
        reads.map(({ functionName }) => word(functionName)),
        sql`, `,
      )}];
      function record;
      unknown_since timestamptz;
    begin
      for function in
        select proname as name, obj_description(oid, 'pg_proc') as comment
        from pg_proc where pronamespace = 'reads'::regnamespace
      loop
        unknown_since := substring(function.comment from '^Not known to db:migrate since (.*)$');
        if function.name = any (known) then
          if function.comment is not null then
            execute format('comment on function reads.%I is null', function.name);
          end if;
        elsif unknown_since is null then
          execute format('comment on function reads.%I is %L', function.name, 'Not known to db:migrate since ' || now());
        elsif unknown_since < now() - make_interval(days => ${integer(KEPT_DAYS)}) then
          execute format('drop function reads.%I', function.name);
        end if;
      end loop;
    end $$`);
}
