import { z } from "zod";
import type { MemberList } from "#app/db/members.server.ts";
import type { BeforePicture } from "#app/db/pictures.server.ts";
import { type Cursor, decodeCursor, encodeCursor } from "#app/domain/cursor.ts";
import { THREADS_PER_PAGE } from "#app/domain/limits.ts";
import { parseSort, type Sort } from "#app/domain/paging.ts";
import type { ListedThread, ThreadSummary } from "#app/domain/views.ts";
import { badRequest } from "#app/http.ts";
import { listPath } from "#app/paths.ts";

/** The order and the place that the address of a list asks for. Throws 400 where it asks for neither sense nor order. */
export function readListQuery(search: URLSearchParams): { sort: Sort; after: Cursor | null } {
  const sort = parseSort(search.get("sort"));
  if (!sort) throw badRequest("request.sort");
  const given = search.get("after");
  const after = given === null ? null : decodeCursor(given, sort);
  if (given !== null && !after) throw badRequest("request.cursor");
  return { sort, after };
}

/**
 * The one address of what a list at `path` shows. Each order shows the same threads, so the usual one stands for all; a
 * further page of it stands for itself.
 */
export function canonicalListPath(
  path: string,
  { sort, after }: { sort: Sort; after: Cursor | null },
): string {
  return sort === "latest" && after ? listPath(path, sort, encodeCursor(after)) : path;
}

/** The page out of a list that was read one entry too far, and the cursor of the next page, if there is one. */
export function takePage(
  listed: ThreadSummary[],
  sort: Sort,
): { threads: ListedThread[]; next: string | null } {
  const page = listed.slice(0, THREADS_PER_PAGE);
  const threads = page.map(({ authorId: _, lastAuthorId: __, ...thread }) => thread);
  const last = threads.at(-1);
  if (!last || listed.length <= THREADS_PER_PAGE) return { threads, next: null };
  const key = { latest: last.lastActivityAt, new: last.createdAt, top: last.score }[sort];
  return { threads, next: encodeCursor({ isPinned: last.isPinned, key, number: last.number }) };
}

const MemberQuery = z.discriminatedUnion("show", [
  z.object({
    show: z.literal("threads"),
    before: z.iso.datetime({ offset: true }),
    id: z.string().regex(/^[1-9]\d{0,8}$/),
  }),
  z.object({ show: z.literal("replies"), before: z.iso.datetime({ offset: true }), id: z.uuid() }),
]);

const PictureQuery = z.object({
  before: z.iso.datetime({ offset: true }),
  id: z.string().regex(/^[0-9a-f]{32}$/),
});

/** From where on the address asks for somebody's pictures. Throws 400 where it makes no sense. */
export function readPictureQuery(search: URLSearchParams): BeforePicture | null {
  if (!search.has("before")) return null;
  const query = PictureQuery.safeParse({ before: search.get("before"), id: search.get("id") });
  if (!query.success) throw badRequest("request.cursor");
  return { time: query.data.before, hash: query.data.id };
}

/** Which list of a member's page the address asks for, and from where on. Throws 400 where it makes no sense. */
export function readMemberQuery(search: URLSearchParams): MemberList {
  const show = search.get("show") ?? "threads";
  const isKnown = show === "threads" || show === "replies";
  if (isKnown && !search.has("before")) return { show, before: null };
  const query = MemberQuery.safeParse({
    show,
    before: search.get("before"),
    id: search.get("id"),
  });
  if (!query.success) throw badRequest("request.memberList");
  return { show: query.data.show, before: { time: query.data.before, id: query.data.id } };
}
