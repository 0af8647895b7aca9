import { sql } from "drizzle-orm";
import type { Database } from "#app/db/client.server.ts";
import type { Ledger } from "./ledger.ts";

type Row = {
  submission: string | null;
  authorId: string;
  place: string;
  text: string;
  isDeleted: boolean;
  isThreadDeleted: boolean;
  number: number;
};

/**
 * Holds what is in the database against what everybody was told: each acknowledged write is there once and as it
 * was sent, nothing that was refused is there, what nobody can say is there at most once, and nothing else is there.
 * @param seeds how many replies were there before, opening posts included
 * @returns a line for each thing that is wrong
 */
export async function reckon(db: Database, ledger: Ledger, { seeds }: { seeds: number }): Promise<string[]> {
  return [
    ...ledger.problems,
    ...(await reckonPosts(db, ledger, seeds)),
    ...(await reckonVotes(db, ledger)),
    ...(await reckonPeople(db, ledger)),
  ];
}

async function reckonPosts(db: Database, ledger: Ledger, seeds: number): Promise<string[]> {
  const rows = await db.execute<Row>(sql`
    select r.submission, r.author_id as "authorId", r.number,
      '/t/' || t.number || '/replies/' || r.number as place,
      case when r.number = 1 then t.title else '' end || E'\n' || r.body as text,
      r.deleted_at is not null as "isDeleted", t.deleted_at is not null as "isThreadDeleted"
    from thread_replies r join threads t on t.id = r.thread_id`);
  const wrong: string[] = [];
  const found = new Map<string, Row>();
  for (const row of rows) {
    if ([...ledger.refused].some((words) => row.text.includes(words)))
      wrong.push(`${row.place} holds what was refused`);
    const { submission } = row;
    if (submission === null || !ledger.posts.has(submission)) continue;
    if (found.has(submission)) wrong.push(`${row.place} is there twice`);
    found.set(submission, row);
  }
  if (rows.length !== seeds + found.size)
    wrong.push(`${rows.length - seeds - found.size} replies are nobody's`);
  for (const [submission, post] of ledger.posts) {
    const row = found.get(submission);
    if (!row) {
      if (post.outcome === "acknowledged") wrong.push(`${post.name} is lost`);
      continue;
    }
    if (post.outcome === "refused") wrong.push(`${post.name} was refused and is there`);
    if (row.authorId !== post.authorId) wrong.push(`${post.name} is another's`);
    if (!post.texts.has(row.text)) wrong.push(`${post.name} reads ${JSON.stringify(row.text)}`);
    if (!post.deleted.has(row.isDeleted)) wrong.push(`${post.name} is deleted: ${row.isDeleted}`);
    // These threads have no replies, so deleting the opening post deletes the thread.
    if (row.number === 1 && row.isThreadDeleted !== row.isDeleted)
      wrong.push(`${post.name} and its thread differ`);
    if (post.places.size > 1) wrong.push(`${post.name} led to ${[...post.places].join(" and ")}`);
    for (const place of post.places)
      if (placeOf(place) !== row.place) wrong.push(`${post.name} led to ${place} and is ${row.place}`);
  }
  return wrong;
}

/** The path of the reply that a redirect leads to. */
function placeOf(location: string): string {
  return location.replace(/^(\/t\/\d+)\/[^#]*(?:#reply-(\d+))?$/, (_, thread, number = "1") => {
    return `${thread}/replies/${number}`;
  });
}

async function reckonVotes(db: Database, ledger: Ledger): Promise<string[]> {
  const rows = await db.execute<{ key: string; value: number }>(sql`
    select '/t/' || t.number || '/replies/' || r.number || ' ' || v.voter_id as key, v.value
    from reply_votes v join thread_replies r on r.id = v.reply_id join threads t on t.id = r.thread_id`);
  const found = new Map(rows.map(({ key, value }) => [key, value]));
  const strange = [...found.keys()].filter((key) => !ledger.votes.has(key));
  const wrong = [...ledger.votes].filter(([key, possible]) => !possible.has(found.get(key) ?? 0));
  return [
    ...strange.map((key) => `A vote on ${key} is nobody's`),
    ...wrong.map(([key, possible]) => `The vote on ${key} is ${found.get(key) ?? 0}, not ${[...possible]}`),
  ];
}

async function reckonPeople(db: Database, ledger: Ledger): Promise<string[]> {
  const rows = await db.execute<{ id: string; name: string | null }>(
    sql`select id, first_name as name from "user"`,
  );
  const found = new Map(rows.map(({ id, name }) => [id, name]));
  return [...ledger.people]
    .filter(([id, version]) => found.get(id) !== (version === null ? undefined : `State ${version}`))
    .map(([id, version]) => `${id} is ${found.get(id)}, and was told to be ${version}`);
}
