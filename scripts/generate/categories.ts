import type postgres from "postgres";
import { v4 as uuidv4 } from "uuid";
import { CATEGORY_COLORS } from "#app/domain/category.ts";
import { slugify } from "#app/domain/text.ts";
import { copyRow } from "./copy.ts";
import type { Dice } from "./dice.ts";
import { at, DRAW, FIRST_MOMENT, type Plan } from "./plan.ts";

const NAMES = [
  "General",
  "Help",
  "Databases",
  "Tooling",
  "Show your work",
  "Frontend",
  "Operations",
  "Security",
  "Design",
  "News",
  "Testing",
  "Off duty",
];

export const CATEGORY_COLUMNS = [
  "id",
  "slug",
  "name",
  "description",
  "position",
  "color",
  "thread_count",
  "reply_count",
  "created_at",
];

/** What a plan puts into each of its categories, deleted threads and replies left out. */
export function countCategories(
  plan: Plan,
  rows: { isThreadDeleted(thread: number): boolean; replyCount(thread: number): number },
): { threads: number; replies: number }[] {
  const counts = Array.from({ length: plan.categories }, () => ({ threads: 0, replies: 0 }));
  for (let thread = 0; thread < plan.threads; thread += 1) {
    const count = counts[at(plan.category, thread)];
    if (count === undefined) continue;
    count.replies += rows.replyCount(thread);
    if (!rows.isThreadDeleted(thread)) count.threads += 1;
  }
  return counts;
}

export function categoryIds(plan: Plan, dice: Dice): string[] {
  return Array.from({ length: plan.categories }, (_, category) =>
    uuidv4({ random: dice.bytes(DRAW.categoryId, category) }),
  );
}

/** The categories' rows, as COPY takes them. They stand after those that are here, and no two have one name. */
export async function categoryRows(
  sql: postgres.Sql,
  ids: string[],
  counts: { threads: number; replies: number }[],
): Promise<string[]> {
  const here = await sql<{ slug: string; position: number }[]>`select slug, position from categories`;
  const taken = new Set(here.map(({ slug }) => slug));
  const highest = Math.max(-1, ...here.map(({ position }) => position));
  return ids.map((id, index) => {
    const name = freeName(NAMES[index % NAMES.length] ?? "", taken);
    const { threads, replies } = counts[index] ?? { threads: 0, replies: 0 };
    const position = highest + 1 + index;
    const since = new Date(FIRST_MOMENT).toISOString();
    const color = CATEGORY_COLORS[index % CATEGORY_COLORS.length] ?? null;
    return copyRow([id, slugify(name), name, "Generated", position, color, threads, replies, since]);
  });
}

function freeName(name: string, taken: Set<string>): string {
  for (let number = 1; ; number += 1) {
    const candidate = number === 1 ? name : `${name} ${number}`;
    if (taken.has(slugify(candidate))) continue;
    taken.add(slugify(candidate));
    return candidate;
  }
}
