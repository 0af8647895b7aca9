import { sql } from "drizzle-orm";
import { v7 as uuidv7 } from "uuid";
import type { Outcome } from "#app/domain/outcome.ts";
import type { VoteValue } from "#app/domain/vote.ts";
import type { Database } from "./client.server.ts";
import { personOf, voteRefusal, writeRefusal } from "./refusals.server.ts";
import { lockPost } from "./replies.server.ts";
import { EVENTS, eventOf, recordEvents, write } from "./write.server.ts";

export type Vote = { thread: number; number: number; voterId: string; value: VoteValue };
export type CastVote = { title: string; score: number };

/**
 * Sets a member's vote on a reply to up, down or none, and moves the score by the difference. One statement,
 * exact under any concurrency: the reply's row is locked, and only a vote that changed moves its score.
 */
export function castVote(db: Database, vote: Vote): Promise<Outcome<CastVote>> {
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
  return write(
    db,
    sql`
    with ${personOf(voterId)}, target as materialized (
      select t.number as thread, t.title, r.id, r.number, r.score, ${voteRefusal} as refusal
      from threads t join thread_replies r on r.thread_id = t.id cross join person
      where t.number = ${thread} and r.number = ${number}::integer and t.deleted_at is null
      ${lockPost(number)}
    ), change as (${change}), scored as (
      update thread_replies r set score = r.score + change.delta from change
      where r.id = change.reply_id
      returning r.thread_id, r.number, r.score
    ), thread as (
      update threads t set score = scored.score from scored where t.id = scored.thread_id and scored.number = 1
    ), ${recordEvents(
      eventOf(
        "vote-cast",
        {
          thread: sql`target.thread`,
          reply: sql`target.number`,
          voter: sql`${voterId}::text`,
          value: sql`${value}::integer`,
        },
        sql`from target, scored`,
      ),
    )}
    select coalesce(target.refusal, ${writeRefusal}) as refusal, target.title,
      coalesce(scored.score, target.score) as score, ${EVENTS}
    from person left join target on true left join scored on true
    where ${writeRefusal} is not null or target.id is not null`,
  );
}
