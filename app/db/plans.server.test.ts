import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { measureBuffers } from "#bench/scale/measure.ts";
import { findSubjects } from "#bench/scale/subjects.ts";
import { pages, writes } from "#bench/scale/workload.ts";
import { defaultSize, generateForum } from "#scripts/generate/generate.ts";
import { testForum } from "#test/database.ts";
import type { Database } from "./client.server.ts";
import { buffersOf, explain, type PlanNode } from "./plans.server.ts";
import { definedReads, defineRead } from "./reads.server.ts";
import { word } from "./statements.server.ts";

/**
 * A page reads about as many rows as it shows, and each brings its author, its place and its category along. Reading
 * ten times more than any page shows means that an index does not serve.
 */
const ROWS_READ_MAX = 300;
/** What is sorted is one page, never a list. */
const ROWS_SORTED_MAX = 60;
/** What a page or a write touches may grow by this much, from the small forum to the large one: an index gets deeper. */
const GROWTH_MAX = 1.5;

/** What a read touches by the plan that is kept, against a plan for the very values that it is asked for. */
const KEPT_PLAN_MAX = 1.5;

const SMALL = 10_000;
const LARGE = 120_000;

const LARGE_TABLES = new Set(["threads", "thread_replies", "reply_votes", "members", "user"]);

/** A generated forum that this file has for itself. A page's own connection waits five seconds; this one has time. */
async function forumOf(replies: number): Promise<Database> {
  const { sql, db } = await testForum();
  await generateForum(sql, { ...defaultSize(replies), seed: 1 });
  return db;
}

const small = await forumOf(SMALL);
const large = await forumOf(LARGE);
const forums = { small, large };
const subjects = await findSubjects(large);

/** What is wrong with the plans of the statement that `act` sends; it is carried out and rolled back. */
async function problemsOf(act: (db: Database) => Promise<unknown>): Promise<string[]> {
  const plans = await explain(large, act);
  expect(plans).toHaveLength(1);
  return plans.flatMap(problemsIn);
}

function problemsIn(node: PlanNode): string[] {
  const below = (node.Plans ?? []).flatMap(problemsIn);
  const { "Node Type": type, "Relation Name": table = "" } = node;
  if (type.includes("Sort")) {
    const sorted = (node.Plans ?? []).reduce((sum, child) => sum + rowsThrough(child), 0);
    return sorted > ROWS_SORTED_MAX ? [...below, `${type} of ${sorted} rows`] : below;
  }
  if (!LARGE_TABLES.has(table)) return below;
  const read = rowsThrough(node);
  const isTooMuch = type === "Seq Scan" || (type.includes("Scan") && read > ROWS_READ_MAX);
  return isTooMuch ? [...below, `${type} of ${read} rows of ${table}`] : below;
}

function rowsThrough(node: PlanNode): number {
  const dropped = (node["Rows Removed by Filter"] ?? 0) + (node["Rows Removed by Index Recheck"] ?? 0);
  return (node["Actual Rows"] + dropped) * node["Actual Loops"];
}

test("no page and no write touches more because the forum is larger", async () => {
  const before = await measureBuffers(small);
  const after = await measureBuffers(large);
  expect(after.size).toBeGreaterThan(30);
  const grown = [...after].filter(([name, buffers]) => buffers > GROWTH_MAX * (before.get(name) ?? 0));
  expect(grown).toEqual([]);
});

test.each([...pages(subjects), ...writes(subjects)])(
  "%s: read by index, and little more than is needed",
  async (_, acts) => {
    const problems: string[] = [];
    for (const act of acts) problems.push(...(await problemsOf(act)));
    expect(problems).toEqual([]);
  },
);

test("every read is among those whose plans are looked at", async () => {
  const called = new Set<string>();
  const asked: Database = {
    happened: [],
    async execute(_, call) {
      if (call) called.add(call.functionName);
      return [];
    },
  };
  for (const [, acts] of pages(subjects)) for (const act of acts) await act(asked);
  expect([...called].sort()).toEqual(
    definedReads()
      .map(({ functionName }) => functionName)
      .sort(),
  );
});

/** The same database without the functions of reads: each is asked by its text, and so planned for its values. */
function withoutFunctions(db: Database): Database {
  const missing = Object.assign(new Error("No function"), { name: "PostgresError", code: "42883" });
  return { ...db, execute: (statement, call) => (call ? Promise.reject(missing) : db.execute(statement)) };
}

async function buffersTouched(db: Database, acts: ((db: Database) => Promise<unknown>)[]): Promise<number> {
  let buffers = 0;
  for (const act of acts) for (const plan of await explain(db, act)) buffers += buffersOf(plan);
  return buffers;
}

test.each(Object.entries(forums))(
  "in the %s forum the plan that a read keeps serves as well as one for the values of each call",
  async (_, db) => {
    const dear: string[] = [];
    for (const [name, acts] of pages(await findSubjects(db))) {
      // Once before, as a connection's first look into an index costs more.
      for (const act of acts) await act(db);
      const kept = await buffersTouched(db, acts);
      const own = await buffersTouched(
        db,
        acts.map((act) => (each) => act(withoutFunctions(each))),
      );
      if (kept > KEPT_PLAN_MAX * own) dear.push(`${name}: ${kept} in place of ${own}`);
    }
    expect(dear).toEqual([]);
  },
);

test("of a read the plan is looked at that serves all values, also where another would be better for these", async () => {
  const read = defineRead(
    "test_generic",
    { kind: word },
    ({ kind }) => sql`select 1 from threads where status = ${kind}`,
  );
  await large.execute(read.definition);
  const [plan] = await explain(large, (each) => read.rows(each, { kind: "locked" }));
  expect(JSON.stringify(plan)).toContain("$1");
});

test("a plan that reads or sorts a whole table is found", async () => {
  const slow = sql`select * from threads order by title limit 5`;
  expect(await problemsOf((each) => each.execute(slow))).toEqual([
    `Seq Scan of ${LARGE / 10} rows of threads`,
    `Sort of ${LARGE / 10} rows`,
  ]);
});

test("a page that walks to its place is found", async () => {
  const touched = async (db: Database) => {
    const walk = sql`select * from threads order by number offset (select count(*) / 2 from threads) limit 1`;
    const [plan] = await explain(db, (each) => each.execute(walk));
    return plan?.["Shared Hit Blocks"] ?? 0;
  };
  expect(await touched(large)).toBeGreaterThan(GROWTH_MAX * (await touched(small)));
});
