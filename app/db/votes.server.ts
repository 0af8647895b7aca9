import { sql } from "drizzle-orm";
import { v7 as uuidv7 } from "uuid";
import type { Refusal } from "#app/domain/permissions.ts";
import type { VoteValue } from "#app/domain/vote.ts";
import type { Database } from "./client.server.ts";
import { mayWrite } from "./statements.server.ts";

export type Vote = { thread: number; number: number; voterId: string; value: VoteValue };
export type CastVote = { title: string; score: number; refusal: Refusal | null };

/**
 * Sets a member's vote on a reply to up, down or none, and moves the score by the difference. One statement,
 * exact under any concurrency: the vote's unique row decides, and only a row that changed moves the score.
 * `refusal` says why nothing was cast, as things stood when the statement ran. Null: no such reply.
 */
export async function castVote(db: Database, vote: Vote): Promise<CastVote | null> {
  const { thread, number, voterId, value } = vote;
  const change =
    value === 0
      ? sql`delete from reply_votes v using target
          where v.reply_id = target.id and target.refusal is null and v.voter_id = ${voterId}
          returning v.reply_id, -v.value as delta`
      : sql`insert into reply_votes as v (id, reply_id, voter_id, value)
          select ${uuidv7()}::uuid, target.id, ${voterId}, ${value}::integer from target where target.refusal is null
          on conflict (reply_id, voter_id) do update set value = excluded.value, created_at = now()
            where v.value <> excluded.value
          returning v.reply_id, case when v.xmax = 0 then v.value else 2 * v.value end as delta`;
  const [row] = await db.execute<CastVote>(sql`
    with target as (
      select r.id, r.thread_id, r.number, r.score, t.title,
        case
          when not ${mayWrite(voterId)} then 'suspended'
          when t.status = 'locked' then 'locked'
          when r.deleted_at is not null then 'deleted'
          when r.author_id = ${voterId} then 'own-reply'
        end as refusal
      from thread_replies r join threads t on t.id = r.thread_id
      where t.number = ${thread} and r.number = ${number}::integer and t.deleted_at is null
    ), change as (${change}), scored as (
      update thread_replies r set score = r.score + change.delta from change
      where r.id = change.reply_id
      returning r.thread_id, r.number, r.score
    ), thread as (
      update threads t set score = scored.score from scored where t.id = scored.thread_id and scored.number = 1
    )
    select target.title, coalesce(scored.score, target.score) as score, target.refusal
    from target left join scored on true`);
  return row ?? null;
}
