import { type SQL, sql } from "drizzle-orm";
import type { StoredEvent } from "#app/domain/events.ts";
import type { Outcome } from "#app/domain/outcome.ts";
import {
  NEWCOMER_DAYS,
  NEWCOMER_PICTURE_QUOTA,
  PICTURE_QUOTA,
  PICTURES_PER_PAGE,
  type PictureName,
} from "#app/domain/picture.ts";
import type { OwnPictures } from "#app/domain/views.ts";
import type { Database } from "./client.server.ts";
import { defineRead } from "./reads.server.ts";
import { personOf, pictureRefusal, writeRefusal } from "./refusals.server.ts";
import { integer, nullable, timestamp, word } from "./statements.server.ts";
import { EVENTS, eventOf, recordEvents, retryOvertaken, write } from "./write.server.ts";

/*
 * A picture's row stands before its bytes are stored, and until they are removed (docs/decisions/0020-pictures.md): so
 * there are no bytes without a row, and nothing is lost if whoever stores or removes them dies in between. A statement locks
 * a picture's row before the rows of its owners.
 */

/** Losing against oneself, with the same picture twice at the same moment, happens once. */
const ATTEMPTS_MAX = 3;

export type Upload = PictureName & {
  /** Of the picture, without its small version. */
  bytes: number;
  ownerId: string;
};

/**
 * Notes that somebody uploads a picture, and counts it for their day. Answers its name, under which its bytes are to be
 * stored. Whoever uploaded the same before, it is theirs as well from then on. One statement.
 */
export function createPicture(db: Database, upload: Upload): Promise<Outcome<PictureName>> {
  return retryOvertaken(["picture_owners_pkey"], ATTEMPTS_MAX, () => attempt(db, upload));
}

function attempt(db: Database, upload: Upload): Promise<Outcome<PictureName>> {
  const { hash, kind, width, height, ownerId } = upload;
  const bytes = sql`${upload.bytes}::bigint`;
  return write(
    db,
    sql`
    with ${personOf(ownerId)}, quota as materialized (
      select ${ofQuota("picturesADay")} as pictures, ${ofQuota("bytesADay")} as bytes, ${ofQuota("bytesInAll")} as in_all
      from person join members m on m.user_id = person.id
    ), used as materialized (
      select coalesce(sum(p.bytes), 0) as bytes
      from person join picture_owners o on o.owner_id = person.id join pictures p on p.hash = o.hash
      where o.hash <> ${hash}
    ), own as materialized (
      select o.hash from person join picture_owners o on o.owner_id = person.id where o.hash = ${hash}
    ), allowed as (
      insert into picture_allowances as a (owner_id, count, bytes)
      select person.id, 1, ${bytes} from person, quota, used
      where person.refusal is null and used.bytes + ${bytes} <= quota.in_all
      on conflict (owner_id) do update
      set began_at = case when ${isToday} then a.began_at else now() end,
        count = case when ${isToday} then a.count else 0 end + 1,
        bytes = case when ${isToday} then a.bytes else 0 end + excluded.bytes
      where not ${isToday}
        or (a.count < (select pictures from quota) and a.bytes + excluded.bytes <= (select bytes from quota))
      returning owner_id
    ), stored as (
      insert into pictures as p (hash, kind, width, height, bytes, owners)
      select ${hash}, ${kind}, ${width}::integer, ${height}::integer, ${bytes}, 1 from allowed
      on conflict (hash) do update
      set owners = p.owners + case when exists (select from own) then 0 else 1 end, checked_at = now(), unshown_at = now()
      where p.remove_at is null
      returning hash, kind, width, height
    ), owned as (
      insert into picture_owners (hash, owner_id)
      select stored.hash, person.id from stored, person where not exists (select from own)
    )
    select stored.*, '[]'::json as events, coalesce(${writeRefusal}, case
      when used.bytes + ${bytes} > quota.in_all then 'pictures-full'
      when allowed.owner_id is null then 'pictures-today'
      when stored.hash is null then 'picture-going' end) as refusal
    from person left join quota on true left join used on true left join allowed on true left join stored on true`,
  );
}

/** Whether the day of an allowance `a` is not over. */
const isToday = sql`(a.began_at > now() - interval '1 day')`;

/** A number of the quota of a member `m`. */
function ofQuota(name: keyof typeof PICTURE_QUOTA): SQL {
  return sql`case when m.created_at > now() - make_interval(days => ${NEWCOMER_DAYS}::integer)
    then ${NEWCOMER_PICTURE_QUOTA[name]}::bigint else ${PICTURE_QUOTA[name]}::bigint end`;
}

/**
 * Takes a picture from its owner: where nobody else has it, the next sweep removes it. Missing: it is not theirs. One
 * statement.
 */
export function deletePicture(
  db: Database,
  { hash, ownerId }: { hash: string; ownerId: string },
): Promise<Outcome> {
  return write(
    db,
    sql`
    with ${personOf(ownerId)}, own as materialized (
      select o.hash from person
      join picture_owners o on o.owner_id = person.id
      join pictures p on p.hash = o.hash
      where o.hash = ${hash}
      for update of p
    ), gone as (
      delete from picture_owners o using own, person
      where o.hash = own.hash and o.owner_id = person.id and person.refusal is null
      returning o.hash
    ), left_over as (
      update pictures p set owners = p.owners - 1 from gone where p.hash = gone.hash
    )
    select ${writeRefusal} as refusal, '[]'::json as events
    from person left join own on true
    where ${writeRefusal} is not null or own.hash is not null`,
  );
}

/**
 * Takes a picture from all who own it, on behalf of an admin; the next sweep removes it. It is noted for each of them.
 * Missing: nobody has it. One statement.
 */
export function takeDownPicture(db: Database, { hash, by }: { hash: string; by: string }): Promise<Outcome> {
  return write(
    db,
    sql`
    with ${personOf(by)}, target as materialized (
      select p.hash from pictures p, person
      where p.hash = ${hash} and p.owners > 0 and ${pictureRefusal} is null
      for update of p
    ), gone as (
      delete from picture_owners o using target where o.hash = target.hash returning o.hash, o.owner_id
    ), left_over as (
      update pictures p set owners = p.owners - taken.count
      from (select hash, count(*) from gone group by hash) taken
      where p.hash = taken.hash
    ), noted as (
      insert into moderations (action, moderator_id, member_id, value)
      select 'picture', person.id, gone.owner_id, gone.hash from gone, person order by gone.owner_id
    )
    select ${pictureRefusal} as refusal, '[]'::json as events
    from person left join target on true
    where ${pictureRefusal} is not null or target.hash is not null`,
  );
}

/** Where a list of pictures goes on: when the last one was uploaded, and its hash. */
export type BeforePicture = { time: string; hash: string };

/** A page of what a member has uploaded, newest first, with the post that shows each; or null. One statement. */
export async function listPictures(
  db: Database,
  handle: string,
  before: BeforePicture | null,
): Promise<OwnPictures | null> {
  const page = { handle, time: before?.time ?? null, hash: before?.hash ?? null };
  const [row] = await PICTURES_OF.rows<OwnPictures>(db, page);
  return row ?? null;
}

/** Whether a post `r` in a thread `t` shows a picture; in the words of `thread_replies_pictures_idx`. */
function shows(hash: SQL): SQL {
  return sql`r.body like '%/media/%' and pictures_in(r.body) @> array[${hash}]
    and r.deleted_at is null and t.deleted_at is null`;
}

const PICTURES_OF = defineRead(
  "pictures_of",
  { handle: word, time: nullable(timestamp), hash: nullable(word) },
  ({ handle, time, hash }) => sql`
    select m.handle,
      (select coalesce(sum(p.bytes), 0) from picture_owners o join pictures p on p.hash = o.hash where o.owner_id = m.user_id)
        as "bytesUsed",
      (select coalesce(json_agg(listed order by page.created_at desc, page.hash desc), '[]') from (
        select o.created_at, o.hash from picture_owners o
        where o.owner_id = m.user_id and (${time} is null or (o.created_at, o.hash) < (${time}, ${hash}))
        order by o.created_at desc, o.hash desc
        limit ${integer(PICTURES_PER_PAGE + 1)}
      ) page cross join lateral (
        select p.hash, p.kind, p.width, p.height, p.bytes, page.created_at as "createdAt", (
          select json_build_object('number', t.number, 'title', t.title, 'reply', r.number)
          from thread_replies r join threads t on t.id = r.thread_id
          where ${shows(sql`p.hash`)}
          limit 1) as "shownIn"
        from pictures p where p.hash = page.hash
      ) listed) as pictures
    from members m
    where lower(m.handle) = lower(${handle})`,
);

/** Pictures of which one sweep looks whether they are shown: a million in a week. */
const CHECKED_AT_ONCE = 100;

/** What no post has shown for so long is removed. */
const GRACE = sql`interval '1 day'`;

/**
 * Looks at pictures that nobody has looked at for a day: whether a post shows them. What none has shown for a day is taken
 * from all who own it. One statement; two at once look at different ones.
 */
export async function dropUnshownPictures(db: Database): Promise<void> {
  await db.execute(sql`
    with due as materialized (
      select hash, unshown_at from pictures
      where owners > 0 and checked_at < now() - ${GRACE}
      order by checked_at
      limit ${CHECKED_AT_ONCE}::integer
      for update skip locked
    ), looked as materialized (
      select due.*, exists (
        select from thread_replies r join threads t on t.id = r.thread_id where ${shows(sql`due.hash`)}) as "isShown"
      from due
    ), gone as (
      delete from picture_owners o using looked
      where o.hash = looked.hash and not looked."isShown" and looked.unshown_at < now() - ${GRACE}
      returning o.hash
    )
    update pictures p
    set checked_at = now(), unshown_at = case when not looked."isShown" then coalesce(looked.unshown_at, now()) end,
      owners = p.owners - (select count(*) from gone where gone.hash = p.hash)
    from looked
    where p.hash = looked.hash`);
}

/** Pictures that one sweep removes; R2 deletes 1,000 objects a call, and each picture is two. */
const REMOVED_AT_ONCE = 500;

/**
 * Pictures that nobody owns, to be removed by whoever asks: for an hour nobody else is told of them, which is longer than any
 * sweep lives. As long as they are here, nobody can upload them. One statement.
 */
export function claimOwnerless(db: Database): Promise<PictureName[]> {
  return db.execute<PictureName>(sql`
    update pictures set remove_at = now() + interval '1 hour'
    where hash in (
      select hash from pictures
      where owners = 0 and (remove_at is null or remove_at < now())
      order by hash
      limit ${REMOVED_AT_ONCE}::integer
      for update skip locked)
    returning hash, kind, width, height`);
}

/** Forgets pictures whose bytes are removed. Answers what happened: caches may still have them. One statement. */
export async function forgetPictures(db: Database, pictures: readonly PictureName[]): Promise<StoredEvent[]> {
  if (pictures.length === 0) return [];
  const hashes = sql.join(
    pictures.map(({ hash }) => word(hash)),
    sql`, `,
  );
  const [row] = await db.execute<{ events: StoredEvent[] }>(sql`
    with gone as (
      delete from pictures where hash in (${hashes}) and owners = 0 and remove_at is not null returning hash
    ), ${recordEvents(eventOf("picture-removed", { picture: sql`hash` }, sql`from gone`))}
    select ${EVENTS}`);
  return row?.events ?? [];
}
