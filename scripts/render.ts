import type { Database } from "#app/db/client.server.ts";
import { finishImport } from "#app/db/import.server.ts";
import { countPosts, listPosts, storeRendered, type Which } from "#app/db/rendering.server.ts";
import type { ShowElsewhere } from "#app/domain/elsewhere.ts";
import { renderMarkdown } from "#app/domain/markdown.ts";

/** Posts that are rendered and stored at a time: their rows are locked for as long as one statement takes. */
const BATCH = 200;

export type RenderOptions = {
  which: Which;
  /** Shows pictures of other hosts; null makes links of them. */
  show: ShowElsewhere | null;
  /** Asked after each batch: stop here? */
  isStopped?: () => boolean;
  onProgress?: (done: number, total: number) => void;
};

/** How many posts were looked at, how many came out otherwise, and how many are left where it was stopped. */
export type RenderReport = { rendered: number; changed: number; left: number };

/**
 * Renders stored posts anew, batch by batch: run it again after an interruption and it goes on. Where a post came out
 * otherwise, it says at its end, also one that is early, that all pages may be others.
 */
export async function renderPosts(
  db: Database,
  { which, show, isStopped = () => false, onProgress = () => {} }: RenderOptions,
): Promise<RenderReport> {
  const total = await countPosts(db, which);
  const report = { rendered: 0, changed: 0 };
  try {
    for (let after: string | null = null; !isStopped(); ) {
      const posts = await listPosts(db, { which, after, limit: BATCH });
      if (posts.length === 0) break;
      const made = posts.map(({ body, ...post }) => ({
        ...post,
        html: renderMarkdown(body, show).toWellFormed(),
      }));
      await storeRendered(db, made);
      report.rendered += posts.length;
      report.changed += made.filter(({ html }, index) => html !== posts[index]?.html).length;
      onProgress(report.rendered, Math.max(total, report.rendered));
      after = posts.at(-1)?.id ?? null;
    }
  } finally {
    if (report.changed > 0) await finishImport(db);
  }
  return { ...report, left: Math.max(0, total - report.rendered) };
}
