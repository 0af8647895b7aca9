import { type SQL, sql } from "drizzle-orm";
import { RENDERER_VERSION } from "#app/domain/markdown.ts";
import type { Database } from "./client.server.ts";

/** A post as it was typed, and the HTML that was made of it. */
export type TypedPost = { id: string; revision: number; body: string; html: string };

/** A post's HTML as it is to be stored; `revision` is the one that it was made of. */
export type RenderedPost = Pick<TypedPost, "id" | "revision" | "html">;

/** Which posts: those that another version of the renderer has made, or all. */
export type Which = "older" | "all";

const isMeant = (which: Which): SQL =>
  which === "all" ? sql`true` : sql`r.renderer_version <> ${RENDERER_VERSION}::smallint`;

/** How many posts there are to render, deleted ones too: they may be restored. One statement. */
export async function countPosts(db: Database, which: Which): Promise<number> {
  const [row] = await db.execute<{ count: number }>(
    sql`select count(*)::integer as count from thread_replies r where ${isMeant(which)}`,
  );
  return row?.count ?? 0;
}

/** The next posts to render, at most `limit` of them, in the order of their keys; null begins. One statement. */
export function listPosts(
  db: Database,
  { which, after, limit }: { which: Which; after: string | null; limit: number },
): Promise<TypedPost[]> {
  return db.execute(sql`
    select r.id, r.revision, r.body, r.body_html as html from thread_replies r
    where ${isMeant(which)} and (${after}::uuid is null or r.id > ${after}::uuid)
    order by r.id limit ${limit}::integer`);
}

/**
 * Stores the HTML of posts, and which version of the renderer has made it. Whoever edited one meanwhile has rendered it
 * anew, and it stays. It records no event: whoever calls it says at the end that pages may be others. One statement.
 */
export async function storeRendered(db: Database, posts: readonly RenderedPost[]): Promise<void> {
  await db.execute(sql`
    update thread_replies r set body_html = made.html, renderer_version = ${RENDERER_VERSION}::smallint
    from json_to_recordset(${JSON.stringify(posts)}::json) as made (id uuid, revision integer, html text)
    where r.id = made.id and r.revision = made.revision`);
}
