import type { Database } from "#app/db/client.server.ts";
import { buffersOf, explain } from "#app/db/plans.server.ts";
import { findSubjects } from "./subjects.ts";
import { pages, type Work, writes } from "./workload.ts";

/** Buffers that each page and each write touches, by its name: the mean over the places it was tried at. */
export type Measured = Map<string, number>;

/**
 * Carries out every page's and every write's own statement on a generated forum, and takes everything back.
 * Pages come first, for what writes leave behind until the next vacuum would be read with them.
 */
export async function measureBuffers(db: Database): Promise<Measured> {
  const subjects = await findSubjects(db);
  const measured: Measured = new Map();
  for (const [name, acts] of [...pages(subjects), ...writes(subjects)])
    measured.set(name, await meanBuffers(db, acts));
  return measured;
}

async function meanBuffers(db: Database, acts: Work[1]): Promise<number> {
  let buffers = 0;
  for (const act of acts) for (const plan of await explain(db, act)) buffers += buffersOf(plan);
  return buffers / acts.length;
}
