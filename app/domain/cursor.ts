import { z } from "zod";
import type { Sort } from "./paging.ts";

/**
 * Where a page of threads ended: pinned or not, the value it is ordered by (a time with microseconds, or a
 * score), and the number that decides between equals.
 */
export type Cursor = { isPinned: boolean; key: string | number; number: number };

const CursorShape = z.tuple([
  z.boolean(),
  z.union([z.iso.datetime({ offset: true }), z.int().min(-2147483648).max(2147483647)]),
  z.int().positive(),
]);

/** Packs a cursor for `?after=`: opaque to people, readable to us. */
export function encodeCursor({ isPinned, key, number }: Cursor): string {
  return btoa(JSON.stringify([isPinned, key, number]))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
}

/** Reads `?after=` for a list in this order; null where it is none of ours. */
export function decodeCursor(value: string, sort: Sort): Cursor | null {
  try {
    const parsed: unknown = JSON.parse(atob(value.replaceAll("-", "+").replaceAll("_", "/")));
    const [isPinned, key, number] = CursorShape.parse(parsed);
    const isScore = typeof key === "number";
    return isScore === (sort === "top") ? { isPinned, key, number } : null;
  } catch {
    return null;
  }
}
