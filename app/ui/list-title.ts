import type { Cursor } from "#app/domain/cursor.ts";
import type { Sort } from "#app/domain/paging.ts";
import type { Words } from "#app/messages/words.ts";

/** The title of a list, with its order and its place, so that no two of its pages are called the same; null for its beginning. */
export function listTitle(words: Words, list: string, sort: Sort, key: Cursor["key"] | null): string | null {
  if (sort === "latest" && key === null) return null;
  const title =
    sort === "latest" ? list : words.t("list.titleInOrder", { list, order: words.t(`sort.${sort}`) });
  return key === null ? title : titleFrom(words, title, key);
}

/** A title with the place in the list at which its page begins: a time, or a score. */
export function titleFrom({ t, exact }: Words, title: string, key: Cursor["key"]): string {
  if (typeof key === "number") return t("list.titleFromScore", { title, score: key });
  return t("list.titleBefore", { title, when: exact.format(new Date(key)) });
}
