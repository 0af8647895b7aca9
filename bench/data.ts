import type postgres from "postgres";
import { recordClerkEvent } from "#app/db/identity.server.ts";
import { personFromUser } from "#app/domain/clerk-event.ts";
import { REPLIES_PER_PAGE } from "#app/domain/limits.ts";
import { RENDERER_VERSION, renderMarkdown } from "#app/domain/markdown.ts";
import { personJson } from "#local/clerk/clerk-json.ts";
import type { DemoPerson } from "#local/clerk/stand-in.ts";
import { type Connection, connect } from "#scripts/connection.ts";

/** How large the benchmark's forum is. */
export type Size = {
  /** Threads of `REPLIES_PER_PAGE` replies that are only read. */
  threads: number;
  /** Threads of `LONG_REPLIES` replies that are only read. */
  longThreads: number;
  /** Threads of `REPLIES_PER_PAGE` replies that the writes go to. */
  writtenThreads: number;
  /** People who sign in, each with a session of their own. */
  members: number;
};

export const FULL: Size = { threads: 5000, longThreads: 100, writtenThreads: 200, members: 64 };
export const QUICK: Size = { threads: 1000, longThreads: 20, writtenThreads: 20, members: 64 };

export const LONG_REPLIES = 1000;
/** Threads of one kind are dealt out to this many categories in turn. */
export const CATEGORIES = 10;

/** A thread's place among all; `kind` names its categories, `kind-0` to `kind-9`. */
type Kind = { name: "read" | "long" | "written"; first: number; count: number; replies: number };

/** The kinds of threads by number: those of 20 replies, then the long ones, then those that are written to. */
export function kindsOf(size: Size): Record<Kind["name"], Kind> {
  const [long, written] = [size.threads + 1, size.threads + size.longThreads + 1];
  return {
    read: { name: "read", first: 1, count: size.threads, replies: REPLIES_PER_PAGE },
    long: { name: "long", first: long, count: size.longThreads, replies: LONG_REPLIES },
    written: { name: "written", first: written, count: size.writtenThreads, replies: REPLIES_PER_PAGE },
  };
}

/** The title of the thread with this number. */
export function titleOf(number: number): string {
  return `What thread ${number} is about`;
}

/** What the first paragraph of a reply looks like on its page. */
export function markOf(thread: number, reply: number): string {
  return `<p>Reply ${reply} of thread ${thread}.</p>`;
}

/** When the newest reply of a thread was written: a minute later for each next number. */
export function lastActivityOf(number: number): Date {
  return new Date(FIRST_DAY + number * 60_000);
}

export const handleOf = (member: number) => `bench-${member}`;
export const memberIdOf = (member: number) => `user_bench${String(member).padStart(22, "0")}`;

/** Everyone who signs in, and after them the author of the threads that are written to: nobody votes on their own reply. */
export function peopleOf({ members }: Size): DemoPerson[] {
  return Array.from({ length: members + 1 }, (_, index) => ({
    id: memberIdOf(index),
    username: handleOf(index),
    firstName: null,
    lastName: null,
    email: null,
    createdAt: FIRST_DAY - DAY_MS,
  }));
}

const DAY_MS = 24 * 60 * 60 * 1000;
const FIRST_DAY = Date.UTC(2025, 0, 1);
/** Every so many replies one has votes, from so many members. */
const VOTED_EVERY = 5;
const VOTES = 3;

/** Fills an empty, migrated database. The same size gives the same forum, keys of rows apart. */
export async function fillForum(url: string, size: Size): Promise<void> {
  const connection = await connect(url);
  const { sql, close } = connection;
  try {
    await fillPeople(connection, size);
    await sql.begin(async (transaction) => {
      const texts = TEXTS.map((body, n) => ({ n, body, html: renderMarkdown(body) }));
      await transaction`create temporary table texts (n integer, body text, html text) on commit drop`;
      await transaction`insert into texts ${transaction(texts)}`;
      for (const kind of Object.values(kindsOf(size))) await fillThreads(transaction, kind, size);
      await transaction`
        insert into reply_votes (id, reply_id, voter_id, value)
        select uuidv7(), r.id, 'user_bench' || lpad(((t.number + r.number + v) % ${size.members})::text, 22, '0'), 1
        from thread_replies r join threads t on t.id = r.thread_id, generate_series(1, ${VOTES}::integer) v
        where r.score > 0`;
      await transaction`
        update categories c set thread_count = counted.threads, reply_count = counted.replies
        from (select category_id, count(*) as threads, sum(reply_count) as replies from threads group by 1) counted
        where counted.category_id = c.id`;
      await transaction`select setval(pg_get_serial_sequence('threads', 'number'), (select max(number) from threads))`;
    });
    await sql`vacuum analyze`;
    await sql`checkpoint`;
  } finally {
    await close();
  }
}

async function fillPeople({ db }: Connection, size: Size): Promise<void> {
  for (const person of peopleOf(size)) {
    const event = await personFromUser(personJson({ ...person, updatedAt: person.createdAt }));
    if (event.kind === "saved") await recordClerkEvent(db, event);
  }
}

/** Writes the threads of a kind with all their replies, in the categories that are named after it. Ids are as `memberIdOf` makes them. */
async function fillThreads(
  sql: postgres.TransactionSql,
  { name, first, count, replies }: Kind,
  { members }: Size,
): Promise<void> {
  const last = first + count - 1;
  const isWritten = name === "written";
  const turn = (place: number | postgres.Fragment) =>
    isWritten ? sql`${members}::bigint` : sql`(t.number + ${place}) % ${members}`;
  const author = (place: number | postgres.Fragment) =>
    sql`'user_bench' || lpad((${turn(place)})::text, 22, '0')`;
  await sql`
    insert into categories (slug, name, description, position)
    select ${name}::text || '-' || n, 'Category ' || ${name}::text || ' ' || n, 'What this one is for.', n
    from generate_series(0, ${CATEGORIES - 1}::integer) n`;
  await sql`
    insert into threads
      (id, number, category_id, author_id, title, last_number, reply_count, last_activity_at, created_at)
    overriding system value
    select uuidv7(), t.number, c.id, ${author(1)}, 'What thread ' || t.number || ' is about',
      ${replies}::integer, ${replies - 1}::integer, at.last, at.last - ${replies}::integer * interval '1 second'
    from generate_series(${first}::bigint, ${last}::bigint) as t (number)
    cross join lateral (
      select ${new Date(FIRST_DAY).toISOString()}::timestamptz + t.number * interval '1 minute' as last
    ) at
    join categories c on c.slug = ${name}::text || '-' || t.number % ${CATEGORIES}`;
  await sql`
    insert into thread_replies
      (id, thread_id, author_id, number, body, body_html, renderer_version, score, created_at)
    select uuidv7(), t.id, ${author(sql`r.number`)}, r.number,
      format(E'Reply %s of thread %s.\\n\\n', r.number, t.number) || texts.body,
      format(E'<p>Reply %s of thread %s.</p>\\n', r.number, t.number) || texts.html,
      ${RENDERER_VERSION}::smallint,
      case when r.number % ${VOTED_EVERY} = 0 and not ${isWritten}::boolean then ${VOTES}::integer else 0 end,
      t.last_activity_at - (${replies}::integer - r.number) * interval '1 second'
    from threads t
    cross join generate_series(1, ${replies}::integer) as r (number)
    join texts on texts.n = (t.number * 31 + r.number * 17) % ${TEXTS.length}
    where t.number between ${first}::bigint and ${last}::bigint
    order by t.number, r.number`;
}

const WORDS =
  `the a of to and in that it is was for on are as with they be at one have this from or had by but some what there we can
  out other were all your when up use word how said each she which do their time if will way about many then them would write
  like so these her long make thing see him two has look more day could go come did number sound most people over know water
  than call first who may down side been now find any new work part take get place made live where after back little only
  round man year came show every good give our under name very through just form great think say help low line before turn
  cause same mean differ move right boy old too does tell sentence set three want air well also play small end put home read
  hand port large spell add even land here must big high such follow act why ask men change went light kind off need house
  picture try again animal point mother world near build self earth father cache query index worker server release`.split(
    /\s+/,
  );

/** Texts of 20 to 120 words, with the Markdown that people use, the same ones in every run. */
const TEXTS = writeTexts(256);

function writeTexts(count: number): string[] {
  const next = randomFrom(20_251);
  const words = (least: number, spread: number) =>
    Array.from({ length: least + next(spread) }, () => WORDS[next(WORDS.length)]).join(" ");
  const extras = [
    () => "",
    () => "",
    () => `\n\n- ${words(3, 6)}\n- ${words(3, 6)}\n- ${words(3, 6)}`,
    () => `\n\n> ${words(8, 12)}\n\n${words(5, 10)}.`,
    () => `\n\n\`\`\`\nselect ${words(3, 4)};\n\`\`\``,
    () => ` **${words(2, 3)}** and \`${words(1, 1)}\`, [${words(2, 2)}](https://example.org/${next(9999)}).`,
  ];
  return Array.from({ length: count }, (_, n) => `${words(20, 80)}.${extras[n % extras.length]?.()}`);
}

/** Numbers below a bound, the same for the same seed (Numerical Recipes' linear congruential generator). */
function randomFrom(seed: number): (bound: number) => number {
  let state = seed;
  return (bound) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * bound);
  };
}
