import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type postgres from "postgres";

export type Value = string | number | boolean | null;

/** Rows are sent in pieces of about this many characters: far fewer and each costs a system call. */
const CHUNK_CHARACTERS = 65_536;

/** A row in the text format of COPY (PostgreSQL manual, COPY, "Text Format"). */
export function copyRow(values: Value[]): string {
  return `${values.map(copyValue).join("\t")}\n`;
}

/** A value that a row was given ready-made, escaped already. */
export function copyValue(value: Value): string {
  if (value === null) return "\\N";
  if (typeof value !== "string") return String(value);
  return value.replace(/[\\\n\t\r]/g, (character) => ESCAPES[character] ?? character);
}

const ESCAPES: Record<string, string> = { "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r" };

/**
 * Writes rows, each from `copyRow`, into a table. They are asked for as the server takes them, so that making them
 * and storing them go on at once.
 * @throws what the server says, also where it refuses after the last row
 */
export async function copyInto(
  sql: postgres.TransactionSql,
  table: string,
  columns: string[],
  rows: Iterable<string>,
): Promise<void> {
  const query = sql`copy ${sql(table)} (${sql(columns)}) from stdin`;
  const stream = await query.writable();
  // postgres-js has answered this query with the stream, and a later error would reach nobody
  // (https://github.com/porsager/postgres/issues/1173): constraints are looked at after the last row.
  Object.assign(query, { reject: (error: Error) => stream.destroy(error) });
  await pipeline(Readable.from(chunks(rows)), stream);
}

function* chunks(rows: Iterable<string>): Generator<string> {
  let chunk = "";
  for (const row of rows) {
    chunk += row;
    if (chunk.length < CHUNK_CHARACTERS) continue;
    yield chunk;
    chunk = "";
  }
  if (chunk !== "") yield chunk;
}
