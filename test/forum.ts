import { randomBytes, randomUUID } from "node:crypto";
import { sql } from "drizzle-orm";
import type { Database } from "#app/db/client.server.ts";
import { createPicture } from "#app/db/pictures.server.ts";
import { createReply } from "#app/db/replies.server.ts";
import { createThread } from "#app/db/threads.server.ts";
import { castVote } from "#app/db/votes.server.ts";
import type { VoteValue } from "#app/domain/vote.ts";
import type { TestMember } from "./people.ts";

export type TestThread = { number: number; title: string };

/** A category; answers its slug. */
export async function makeCategory(
  db: Database,
  { slug = newSlug(), name = slug, position = 0 }: { slug?: string; name?: string; position?: number } = {},
): Promise<string> {
  await db.execute(sql`
    insert into categories (slug, name, position) values (${slug}, ${name}, ${position}::integer)`);
  return slug;
}

type ThreadDetails = { author: TestMember; category: string; title?: string; body?: string };

/** A thread with its opening post. */
export async function makeThread(
  db: Database,
  { author, category, title = "A thread for a test", body = "Its opening post." }: ThreadDetails,
): Promise<TestThread> {
  const created = await createThread(db, {
    authorId: author.id,
    category,
    title,
    body,
    submission: randomUUID(),
  });
  if (created.outcome !== "done") throw new Error(`The thread was not made: ${JSON.stringify(created)}`);
  return { number: created.number, title: created.title };
}

type ReplyDetails = { author: TestMember; thread: TestThread; body?: string; replyTo?: number | null };

/** A reply; answers its number in the thread. */
export async function makeReply(
  db: Database,
  { author, thread, body = "A reply.", replyTo = null }: ReplyDetails,
): Promise<number> {
  const created = await createReply(db, {
    authorId: author.id,
    thread: thread.number,
    body,
    replyTo,
    submission: randomUUID(),
  });
  if (created.outcome !== "done") throw new Error(`The reply was not made: ${JSON.stringify(created)}`);
  return created.number;
}

type VoteDetails = { voter: TestMember; thread: TestThread; number?: number; value?: VoteValue };

/** A vote on a reply, the opening post by default; answers the reply's score. */
export async function makeVote(
  db: Database,
  { voter, thread, number = 1, value = 1 }: VoteDetails,
): Promise<number> {
  const cast = await castVote(db, { thread: thread.number, number, voterId: voter.id, value });
  if (cast.outcome !== "done") throw new Error(`The vote was not cast: ${JSON.stringify(cast)}`);
  return cast.score;
}

/** A picture that a member has uploaded, without its bytes; answers its hash. */
export async function makePictureRow(db: Database, { id: ownerId }: TestMember): Promise<string> {
  const hash = randomBytes(16).toString("hex");
  const picture = { hash, kind: "png", width: 10, height: 10, bytes: 100 } as const;
  const created = await createPicture(db, { ...picture, ownerId });
  if (created.outcome !== "done") throw new Error(`The picture was not made: ${JSON.stringify(created)}`);
  return hash;
}

function newSlug(): string {
  return `c-${randomBytes(4).toString("hex")}`;
}
