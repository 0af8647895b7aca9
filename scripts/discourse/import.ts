import type postgres from "postgres";
import { finishImport } from "#app/db/import.server.ts";
import type { ShowElsewhere } from "#app/domain/elsewhere.ts";
import type { Connection } from "../connection.ts";
import { Problem } from "../problem.ts";
import { storeCategories } from "./categories.ts";
import { createIds } from "./ids.ts";
import { Notes } from "./notes.ts";
import { storePeople } from "./people.ts";
import { readTopics } from "./read-topics.ts";
import { numberThreads, storedNumbers, storeThreads } from "./store.ts";
import { type Survey, surveyExport } from "./survey.ts";
import { type ImportContext, type ThreadRows, threadRows } from "./thread-rows.ts";

/** Replies of a batch, the most that an interruption loses: a fraction of a second's work. */
const BATCH_REPLIES = 250;

/** The advisory lock that every import takes. The number is of no meaning, and must stay the same. */
const LOCK_KEY = 7_302_193_885;

export type ImportOptions = {
  file: string;
  /** The old forum's host; where it is left out, the people's pictures tell it. */
  host?: string;
  /** What the categories are called, by old id. */
  categories?: ReadonlyMap<number, string>;
  /** Shows pictures of other hosts; without it they are links. */
  show?: ShowElsewhere | null;
  /** Asked after each batch: stop here? */
  isStopped?: () => boolean;
  /** Called as threads are done: of those that are not here yet, how many. */
  onProgress?: (done: number, total: number) => void;
};

export type ImportReport = {
  host: string;
  threads: number;
  replies: number;
  votes: number;
  people: number;
  categories: number;
  /** Threads that an earlier run brought along. */
  alreadyHere: number;
  /** Threads that are left, because the import was stopped. */
  left: number;
  notes: Notes;
};

/**
 * Brings a Discourse forum's topics along. Threads are written in batches, each whole or not at all, under keys made of
 * the old forum's ids: running it again, also after an interruption, adds what is missing and doubles nothing. A run that
 * has added something says so at its end, with one event.
 * @param forum at least two connections: one holds the lock that keeps a second import out
 * @throws Problem when the file cannot be read or holds no topics, its host is unknown, or another import is running
 */
export async function importDiscourse(forum: Connection, options: ImportOptions): Promise<ImportReport> {
  const notes = new Notes();
  const survey = await surveyExport(options.file, notes);
  const host = (options.host ?? survey.host)?.toLowerCase();
  if (!host) throw new Problem("Where was this forum? The file does not tell: add --host forum.example.org");
  return forum.sql.begin(async (lock) => {
    await lock`set local idle_in_transaction_session_timeout = 0`;
    const [row] = await lock<{ isFree: boolean }[]>`
      select pg_try_advisory_xact_lock(${LOCK_KEY}) as "isFree"`;
    if (!row?.isFree) throw new Problem("Another import is running on this forum. Wait for its end.");
    const report = await importSurveyed(forum, options, survey, host, notes);
    if (report.threads + report.people + report.categories > 0) await finishImport(forum.db);
    return report;
  });
}

async function importSurveyed(
  connection: Connection,
  options: ImportOptions,
  survey: Survey,
  host: string,
  notes: Notes,
): Promise<ImportReport> {
  const { sql } = connection;
  const ids = createIds(host);
  const names = options.categories ?? new Map();
  const { categoryIds, added: categories } = await storeCategories(connection, ids, survey, names, notes);
  const { handles, added: people } = await storePeople(sql, ids, survey.people.values(), notes);
  const stored = await storedNumbers(sql, ids, survey.topics);
  const numbers = await numberThreads(sql, survey.topics, stored);
  const threads = new Map(
    Array.from(survey.topics.values(), (topic) => [
      topic.id,
      { ...topic, number: numbers.get(topic.id) ?? 0 },
    ]),
  );
  const { show = null } = options;
  const context = { ids, forum: { host, threads, handles }, categoryIds, notes, show };
  const written = await writeThreads(sql, options, survey, stored, context);
  const left = survey.topics.size - stored.size - written.threads;
  return { host, ...written, people, categories, alreadyHere: stored.size, left, notes };
}

/** The second reading of the file: converts and writes what is not here yet. */
async function writeThreads(
  sql: postgres.Sql,
  { file, isStopped = () => false, onProgress = () => {} }: ImportOptions,
  survey: Survey,
  stored: ReadonlyMap<number, number>,
  context: ImportContext,
): Promise<{ threads: number; replies: number; votes: number }> {
  const written = { threads: 0, replies: 0, votes: 0 };
  const total = survey.topics.size - stored.size;
  let batch: ThreadRows[] = [];
  const write = async () => {
    await storeThreads(sql, batch);
    written.threads += batch.length;
    for (const { replies, votes } of batch) {
      written.replies += replies.length - 1;
      written.votes += votes.length;
    }
    batch = [];
    onProgress(written.threads, total);
  };
  for await (const line of readTopics(file)) {
    if (!("topic" in line) || survey.topics.get(line.topic.id)?.line !== line.line) continue;
    if (stored.has(line.topic.id)) continue;
    batch.push(threadRows(line.topic, context));
    if (batch.reduce((sum, { replies }) => sum + replies.length, 0) < BATCH_REPLIES) continue;
    await write();
    if (isStopped()) return written;
  }
  if (batch.length > 0) await write();
  return written;
}
