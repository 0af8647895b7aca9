import { type SQL, sql } from "drizzle-orm";
import type { Database, FunctionCall } from "./client.server.ts";

/** A node of a plan that was carried out, as `explain (analyze, buffers, format json)` writes it. */
export type PlanNode = {
  "Node Type": string;
  "Relation Name"?: string;
  "CTE Name"?: string;
  "Subplan Name"?: string;
  "Actual Rows": number;
  "Actual Loops": number;
  "Rows Removed by Filter"?: number;
  "Rows Removed by Index Recheck"?: number;
  "Shared Hit Blocks": number;
  "Shared Read Blocks": number;
  Plans?: PlanNode[];
};

/**
 * The plans of the statements that `act` sends to the database, in their order. Each is carried out for its plan and
 * again for its answer, and everything is rolled back. Of a read it is the plan that its function keeps for all values.
 */
export async function explain(db: Database, act: (db: Database) => Promise<unknown>): Promise<PlanNode[]> {
  const plans: PlanNode[] = [];
  await db.execute(sql`begin`);
  try {
    await act({
      happened: [],
      async execute<Row>(statement: SQL, call?: FunctionCall): Promise<Row[]> {
        await db.execute(sql`savepoint before`);
        plans.push(...(call ? await explainCall(db, call) : await explainStatement(db, statement)));
        await db.execute(sql`rollback to savepoint before`);
        return db.execute<Row>(statement);
      },
    });
  } finally {
    await db.execute(sql`rollback`);
  }
  return plans;
}

async function explainStatement(db: Database, statement: SQL): Promise<PlanNode[]> {
  const rows = await db.execute<{ "QUERY PLAN": { Plan: PlanNode }[] }>(
    sql`explain (analyze, buffers, format json) ${statement}`,
  );
  return rows.flatMap((row) => row["QUERY PLAN"].map(({ Plan }) => Plan));
}

/** The plan inside a function: Postgres shows it for a prepared statement alone. */
async function explainCall(db: Database, { body, types, values }: FunctionCall): Promise<PlanNode[]> {
  await db.execute(sql`set local plan_cache_mode = force_generic_plan`);
  await db.execute(sql`prepare inside ${types ? sql`(${types})` : sql``} as ${body}`);
  const plans = await explainStatement(db, sql`execute inside ${values ? sql`(${values})` : sql``}`);
  await db.execute(sql`deallocate inside`);
  return plans;
}

/**
 * Pages of 8 KB that a plan touched, in memory or on disk, each as often as it was touched. What the checks of
 * foreign keys touch is no part of a plan: one lookup in the other table's primary key for each row written.
 */
export function buffersOf(plan: PlanNode): number {
  const nodes = nodesOf(plan);
  const scanned = new Set(nodes.map((node) => node["CTE Name"]));
  // A write that nothing else asks for runs after the statement's own plan, which then does not count it.
  const late = nodes.filter(({ "Subplan Name": name }) => {
    const [, cte] = /^CTE (.*)$/.exec(name ?? "") ?? [];
    return cte !== undefined && !scanned.has(cte);
  });
  return [plan, ...late].reduce(
    (sum, node) => sum + node["Shared Hit Blocks"] + node["Shared Read Blocks"],
    0,
  );
}

function nodesOf(plan: PlanNode): PlanNode[] {
  return [plan, ...(plan.Plans ?? []).flatMap(nodesOf)];
}
