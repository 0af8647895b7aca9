import { type SQL, sql } from "drizzle-orm";
import { REPLIES_PER_PAGE, THREADS_PER_PAGE } from "#app/domain/limits.ts";
import type { Outcome } from "#app/domain/outcome.ts";
import type { ColorScheme, DateStyle, PictureStyle, Role, Viewer } from "#app/domain/viewer.ts";
import type { MemberPage, ReplyVote } from "#app/domain/views.ts";
import type { Language } from "#app/messages/languages.ts";
import { CATEGORY_NAME, CATEGORY_NAMES } from "./categories.server.ts";
import { type Database, violatedConstraint } from "./client.server.ts";
import { holderOf, isTaken } from "./handles.server.ts";
import { forEveryone, type Public } from "./public.server.ts";
import { defineRead } from "./reads.server.ts";
import { personOf, writeRefusal } from "./refusals.server.ts";
import { isSessionEnded } from "./sessions.server.ts";
import { integer, nullable, timestamp, uuid, word } from "./statements.server.ts";
import { EVENTS, eventOf, recordEvents, write } from "./write.server.ts";

/** The member with this Clerk id as the viewer of a page, or null where no row exists yet. One statement. */
export async function getViewer(db: Database, userId: string): Promise<Viewer | null> {
  return (await getViewerWithVotes(db, userId, null))?.viewer ?? null;
}

export type ViewerWithVotes = { viewer: Viewer; votes: ReplyVote[]; isSessionEnded: boolean };

/**
 * The viewer of a page, and what on it depends on them: on a page of a thread, their votes and the present scores.
 * Says too whether somebody has signed out of the session, where one is given: its token is good for a minute longer.
 * Null where no row exists yet. One statement.
 */
export async function getViewerWithVotes(
  db: Database,
  userId: string,
  thread: { number: number; page: number } | null,
  sessionId: string | null = null,
): Promise<ViewerWithVotes | null> {
  const [row] = await VIEWER.rows<Viewer & Omit<ViewerWithVotes, "viewer">>(db, {
    id: userId,
    thread: thread?.number ?? null,
    page: thread?.page ?? null,
    session: sessionId,
  });
  if (!row) return null;
  const { votes, isSessionEnded: isEnded, ...viewer } = row;
  return { viewer, votes, isSessionEnded: isEnded };
}

const size = integer(REPLIES_PER_PAGE);

/** One look into the member's own votes for all replies of the page: one for each reply would go down the index each time. */
const VIEWER = defineRead(
  "viewer",
  { id: word, thread: nullable(integer), page: nullable(integer), session: nullable(word) },
  ({ id, thread, page, session }) => sql`
    select m.user_id as id, m.handle, u.image_url as "imageUrl", m.role,
      to_json(m.suspended_until) as "suspendedUntil", m.suspension_reason as "suspensionReason",
      u.deleted_at is not null as "isDeleted", m.color_scheme as "colorScheme", m.date_style as "dateStyle", m.language,
      m.pictures_as_links as "picturesAsLinks", (
        with page as materialized (
          select r.id, r.number, r.score
          from threads t
          join thread_replies r on r.thread_id = t.id
            and r.number > (${page} - 1) * ${size} and r.number <= ${page} * ${size}
          where t.number = ${thread}
        ), own as materialized (
          select reply_id, value from reply_votes
          where voter_id = m.user_id and reply_id = any (array(select id from page))
        )
        select coalesce(json_agg(json_build_object(
          'number', page.number, 'score', page.score, 'vote', coalesce(own.value, 0))), '[]')
        from page left join own on own.reply_id = page.id) as votes,
      ${isSessionEnded(session)} as "isSessionEnded"
    from members m
    join "user" u on u.id = m.user_id
    where m.user_id = ${id}`,
);

/** Which of a member's two lists, and where it goes on: the time and the number of its last entry. */
export type MemberList = { show: "threads" | "replies"; before: { time: string; id: string } | null };

/**
 * A member's public page with one page of their threads or replies, newest first, by their handle or one that they had; or
 * null. One statement.
 */
export async function getMemberPage(
  db: Database,
  handle: string,
  { show, before }: MemberList,
): Promise<Public<MemberPage> | null> {
  const [row] = await readMember(db, handle, { show, before });
  return row ? forEveryone(row) : null;
}

function readMember(db: Database, handle: string, { show, before }: MemberList): Promise<MemberPage[]> {
  if (!before) return MEMBER_PAGES[show].first.rows(db, { handle });
  const { time, id } = before;
  return show === "threads"
    ? MEMBER_PAGES.threads.further.rows(db, { handle, time, number: Number(id) })
    : MEMBER_PAGES.replies.further.rows(db, { handle, time, id });
}

/** A member `m` with two lists. */
function memberPage(handle: SQL, lists: { threads: SQL; replies: SQL }): SQL {
  return sql`
    select m.user_id as id, m.handle, m.role, u.image_url as "imageUrl",
      nullif(concat_ws(' ', u.first_name, u.last_name), '') as name,
      coalesce(m.suspended_until > now(), false) as "isSuspended",
      u.deleted_at is not null as "isDeleted", m.imported_at is not null as "isImported", u.created_at as "createdAt",
      ${CATEGORY_NAMES} as categories, ${lists.threads} as threads, ${lists.replies} as replies
    from members m
    join "user" u on u.id = m.user_id
    where m.user_id = ${holderOf(handle)}`;
}

/*
 * Both lists find a page's keys in an index alone, in its order, and then fetch each row by its key. Asked for the rows
 * at once, Postgres reckons with the few posts of a usual member: of a busy one it would read them all, and sort them.
 */

function threadsOfMember(from: SQL): SQL {
  return sql`(
    select coalesce(json_agg(listed order by page.created_at desc, page.number desc), '[]') from (
      select created_at, number from threads
      where author_id = m.user_id and deleted_at is null ${from}
      order by created_at desc, number desc
      limit ${integer(THREADS_PER_PAGE + 1)}
    ) page
    cross join lateral (
      select t.number, t.title, t.reply_count as "replyCount", t.score, t.created_at as "createdAt",
        ${CATEGORY_NAME} as category
      from threads t
      join categories c on c.id = t.category_id
      where t.number = page.number
      limit 1
    ) listed)`;
}

function repliesOfMember(from: SQL): SQL {
  return sql`(
    select coalesce(json_agg(listed order by page.created_at desc, page.id desc), '[]') from (
      select r.created_at, r.id, t.number as thread_number, t.title
      from thread_replies r
      join threads t on t.id = r.thread_id
      where r.author_id = m.user_id and r.number > 1 and r.deleted_at is null and t.deleted_at is null ${from}
      order by r.created_at desc, r.id desc
      limit ${integer(THREADS_PER_PAGE + 1)}
    ) page
    cross join lateral (
      select r.id, r.number, r.body_html as "bodyHtml", r.score, r.created_at as "createdAt",
        json_build_object('number', page.thread_number, 'title', page.title) as thread
      from thread_replies r
      where r.id = page.id
      limit 1
    ) listed)`;
}

const NONE = sql`'[]'::json`;

const MEMBER_PAGES = {
  threads: {
    first: defineRead("member_threads", { handle: word }, ({ handle }) =>
      memberPage(handle, { threads: threadsOfMember(sql``), replies: NONE }),
    ),
    further: defineRead(
      "member_threads_further",
      { handle: word, time: timestamp, number: integer },
      ({ handle, time, number }) =>
        memberPage(handle, {
          threads: threadsOfMember(sql`and (created_at, number) < (${time}, ${number})`),
          replies: NONE,
        }),
    ),
  },
  replies: {
    first: defineRead("member_replies", { handle: word }, ({ handle }) =>
      memberPage(handle, { threads: NONE, replies: repliesOfMember(sql``) }),
    ),
    further: defineRead(
      "member_replies_further",
      { handle: word, time: timestamp, id: uuid },
      ({ handle, time, id }) =>
        memberPage(handle, {
          threads: NONE,
          replies: repliesOfMember(sql`and (r.created_at, r.id) < (${time}, ${id})`),
        }),
    ),
  },
};

/** Without a language, the one that stands stays; null is the forum's own. So it is with pictures. */
export type Settings = {
  handle: string;
  colorScheme: ColorScheme;
  dateStyle: DateStyle;
  language?: Language | null;
  pictures?: PictureStyle;
};

/**
 * Saves what a member chose. A handle that they changed is theirs from then on, and the former one stays so. One statement. A
 * conflict: somebody else has the handle, or it is kept for somebody else.
 */
export async function saveSettings(
  db: Database,
  userId: string,
  { handle, colorScheme, dateStyle, language, pictures }: Settings,
): Promise<Outcome<object, object>> {
  // "m" is the row as it is, "person" as it was.
  const chosen = language === undefined ? sql`person.language` : sql`${language}::text`;
  const asLinks =
    pictures === undefined ? sql`person.pictures_as_links` : sql`${pictures === "links"}::boolean`;
  try {
    return await write<object, object>(
      db,
      sql`
      with ${personOf(userId, sql`for share of u for update of m`)}, wanted as materialized (
        select ${isTaken(sql`${handle}::text`, sql`${userId}::text`)} as "isTaken"
      ), saved as (
        update members m
        set handle = ${handle}, color_scheme = ${colorScheme}, date_style = ${dateStyle}, language = ${chosen},
          pictures_as_links = ${asLinks},
          handle_source = case when m.handle = ${handle} then m.handle_source else 'chosen' end
        from person, wanted
        where m.user_id = person.id and person.refusal is null and not wanted."isTaken"
          and (m.handle, m.color_scheme, m.date_style, m.language, m.pictures_as_links)
            is distinct from (${handle}, ${colorScheme}, ${dateStyle}, ${chosen}, ${asLinks})
        returning person.*, m.language as chosen, m.pictures_as_links as as_links
      ), ${recordEvents(
        eventOf("member-changed", { member: sql`id` }, sql`from saved where handle <> ${handle}`),
        eventOf(
          "preferences-saved",
          { member: sql`id` },
          sql`from saved
            where (color_scheme, date_style, language, pictures_as_links)
              is distinct from (${colorScheme}, ${dateStyle}, chosen, as_links)`,
        ),
      )}
      select ${writeRefusal} as refusal, ${EVENTS}, case when wanted."isTaken" then json_build_object() end as newer
      from person, wanted`,
    );
  } catch (error) {
    // Two took it at once.
    if (violatedConstraint(error) === "members_handle_key") return { outcome: "conflict" };
    throw error;
  }
}

/*
 * What operators decide about people, at the command line. Each is one statement, answers with the handle as its owner
 * writes it, and writes a row of `moderations` where something changed. Missing: nobody has the handle. An operator is
 * no member, so no row names who did it.
 */

/** Gives a member this role. */
export async function setRole(
  db: Database,
  handle: string,
  role: Role,
): Promise<Outcome<{ handle: string }>> {
  return write(
    db,
    sql`
    with ${memberCalled(handle)}, changed as (
      update members m set role = ${role}, role_set_at = now() from member
      where m.user_id = member.user_id and m.role <> ${role}
      returning m.user_id
    ), noted as (
      insert into moderations (action, member_id, value) select 'role', user_id, ${role} from changed
    ), ${recordEvents(eventOf("role-set", { member: sql`user_id`, role: sql`${role}::text` }, sql`from changed`))}
    select null as refusal, member.handle, ${EVENTS} from member`,
  );
}

/** Until when, as an ISO time, and what the member is told. */
export type Suspension = { until: string; reason: string };

/** Suspends a member until a time, in place of a suspension that stands; or ends it, with null. */
export async function setSuspension(
  db: Database,
  handle: string,
  suspension: Suspension | null,
): Promise<Outcome<{ handle: string }>> {
  const until = sql`${suspension?.until ?? null}::timestamptz`;
  const reason = sql`${suspension?.reason ?? null}::text`;
  return write(
    db,
    sql`
    with ${memberCalled(handle)}, changed as (
      update members m
      set suspended_until = ${until}, suspension_reason = ${reason}, suspended_by = null,
        suspended_at = case when ${until} is not null then now() end
      from member
      where m.user_id = member.user_id
        and (m.suspended_until, m.suspension_reason) is distinct from (${until}, ${reason})
      returning m.user_id
    ), noted as (
      insert into moderations (action, member_id, value, reason)
      select 'suspension', user_id, ${suspension?.until ?? "false"}, ${reason} from changed
    ), ${recordEvents(
      eventOf(
        "member-suspended",
        { member: sql`user_id`, suspended: sql`${until} is not null` },
        sql`from changed`,
      ),
    )}
    select null as refusal, member.handle, ${EVENTS} from member`,
  );
}

/** The part of a write that finds the member with this handle under a lock; no account that is deleted. */
function memberCalled(handle: string): SQL {
  return sql`member as materialized (
    select user_id, handle from members
    where lower(handle) = lower(${handle}) and handle_source <> 'deleted' for update)`;
}
