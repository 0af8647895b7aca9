import type postgres from "postgres";
import { reserveNumbers } from "../discourse/store.ts";
import { Problem } from "../problem.ts";
import type { OnProgress } from "../progress.ts";
import { CATEGORY_COLUMNS, categoryIds, categoryRows, countCategories } from "./categories.ts";
import { copyInto } from "./copy.ts";
import { createDice } from "./dice.ts";
import { MEMBER_COLUMNS, memberId, peopleRows, USER_COLUMNS } from "./people.ts";
import { at, type ForumSize, type Plan, planForum, slicesOf } from "./plan.ts";
import { createRows, REPLY_COLUMNS, THREAD_COLUMNS, VOTE_COLUMNS } from "./rows.ts";
import { makeBodies } from "./texts.ts";

export type GenerateOptions = ForumSize & {
  /** The same seed and size make the same forum. */
  seed: number;
  /** Write also where people have written. */
  mayAdd?: boolean;
  /** Called as posts are stored. */
  onProgress?: OnProgress;
};

/** What a forum with so many replies has of everything else, where nobody says otherwise. */
export function defaultSize(replies: number): ForumSize {
  return {
    replies,
    threads: Math.max(1, Math.ceil(replies / 10)),
    // Most people who join never write.
    members: 5000 + Math.ceil(replies / 50),
    categories: 12,
  };
}

export type GenerateReport = ForumSize & {
  votes: number;
  /** The numbers of the longest threads, and how many replies each has, deleted ones included. */
  longest: { number: number; replies: number }[];
  /** Seconds that writing took, and that the tables' upkeep took afterwards. */
  seconds: { written: number; settled: number };
};

const TABLES = ["user", "members", "categories", "threads", "thread_replies", "reply_votes"];

/**
 * Fills a forum with generated threads, in one transaction: all of it is there afterwards, or nothing. Then it tells
 * Postgres what is in the tables, without which it would plan badly and read more than it needs.
 * @param sql one direct connection: a pooler may limit how long a transaction takes
 * @throws Problem when the forum has content and `mayAdd` is not set, or when this seed was generated here before
 */
export async function generateForum(sql: postgres.Sql, options: GenerateOptions): Promise<GenerateReport> {
  if (!options.mayAdd) await requireEmpty(sql);
  await requireFreshSeed(sql, options.seed);
  // Vacuum marks pages as visible to everybody only once the commits of their time are on the disk.
  await sql`set synchronous_commit = on`;
  const started = performance.now();
  const dice = createDice(options.seed);
  const plan = planForum(options, dice);
  const [firstNumber = 1] = await reserveNumbers(sql, plan.threads, null);
  const votes = await writePlan(sql, plan, options, firstNumber);
  const written = performance.now();
  await sql`vacuum (analyze) ${sql(TABLES)}`;
  const { threads, replies, members, categories } = options;
  return {
    threads,
    replies,
    members,
    categories,
    votes,
    longest: plan.giants.map((thread) => ({
      number: firstNumber + thread,
      replies: at(plan.posts, thread) - 1,
    })),
    seconds: { written: (written - started) / 1000, settled: (performance.now() - written) / 1000 },
  };
}

async function requireEmpty(sql: postgres.Sql): Promise<void> {
  const [row] = await sql<{ threads: number; categories: number; members: number }[]>`
    select (select count(*) from threads)::integer as threads,
      (select count(*) from categories)::integer as categories,
      (select count(*) from members)::integer as members`;
  const { threads = 0, categories = 0, members = 0 } = row ?? {};
  if (threads + categories + members === 0) return;
  throw new Problem(
    `This forum has content: threads: ${threads}, categories: ${categories}, members: ${members}. What is generated ` +
      "would stand among it, and no command takes it out again. To write there all the same, add --yes.",
  );
}

async function requireFreshSeed(sql: postgres.Sql, seed: number): Promise<void> {
  const [found] = await sql`select 1 from "user" where id = ${memberId(seed, 0)}`;
  if (found !== undefined)
    throw new Problem(`A forum with seed ${seed} was generated here before. Choose another with --seed.`);
}

/** Writes the rows of a plan, all or nothing; answers how many votes there are. */
async function writePlan(
  sql: postgres.Sql,
  plan: Plan,
  { seed, onProgress = () => {} }: GenerateOptions,
  firstNumber: number,
): Promise<number> {
  const dice = createDice(seed);
  const ids = categoryIds(plan, dice);
  const rows = createRows({ plan, dice, seed, firstNumber, categoryIds: ids, bodies: makeBodies(dice) });
  const categories = await categoryRows(sql, ids, countCategories(plan, rows));
  return sql.begin(async (sql) => {
    await sql`set local statement_timeout = 0`;
    await sql`set local idle_in_transaction_session_timeout = 0`;
    const people = () => peopleRows(plan, dice, seed);
    await copyInto(
      sql,
      "user",
      USER_COLUMNS,
      map(people(), ({ user }) => user),
    );
    await copyInto(
      sql,
      "members",
      MEMBER_COLUMNS,
      map(people(), ({ member }) => member),
    );
    await copyInto(sql, "categories", CATEGORY_COLUMNS, categories);

    const total = plan.threads + plan.replies;
    let [done, votes] = [0, 0];
    for (const { from, to, posts } of slicesOf(plan, dice)) {
      await copyInto(sql, "threads", THREAD_COLUMNS, map(range(from, to), rows.threadRow));
      const cast: string[] = [];
      const replies = map(posts, (post) => {
        const { reply, votes } = rows.postRows(post);
        cast.push(...votes);
        return reply;
      });
      await copyInto(sql, "thread_replies", REPLY_COLUMNS, replies);
      await copyInto(sql, "reply_votes", VOTE_COLUMNS, cast);
      done += posts.length;
      votes += cast.length;
      onProgress(done, total);
    }
    return votes;
  });
}

function* map<T, U>(values: Iterable<T>, change: (value: T) => U): Generator<U> {
  for (const value of values) yield change(value);
}

function* range(from: number, to: number): Generator<number> {
  for (let number = from; number < to; number += 1) yield number;
}
