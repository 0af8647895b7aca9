import { REPLIES_PER_PAGE } from "./limits.ts";

/** The orders of a list of threads. */
export const SORTS = ["latest", "new", "top"] as const;
export type Sort = (typeof SORTS)[number];

/** The order that `?sort=` names; `latest` without one, null for a word that is none. */
export function parseSort(value: string | null): Sort | null {
  if (value === null) return "latest";
  return SORTS.find((sort) => sort === value) ?? null;
}

/** The page (1, 2, …) on which the reply with this number stands. */
export function pageOfReply(number: number): number {
  return Math.max(1, Math.ceil(number / REPLIES_PER_PAGE));
}

/** The page that `?page=` names; 1 without one, null for what is no page number. */
export function parsePage(value: string | null): number | null {
  if (value === null) return 1;
  const page = parseNumber(value);
  return page !== null && page <= pageOfReply(NUMBER_MAX) ? page : null;
}

/** Whether a word of a URL can be a handle or a category's slug: anything else is never looked up. */
export function isName(value: string): boolean {
  return /^[a-zA-Z0-9_-]{1,100}$/.test(value);
}

/** The highest number that a URL can name. */
const NUMBER_MAX = 999_999_999;

/** A thread or reply number of a URL, or null: 1 to 9 digits (so that it fits Postgres's integer), no leading zero. */
export function parseNumber(value: string | undefined): number | null {
  return value !== undefined && /^[1-9]\d{0,8}$/.test(value) ? Number(value) : null;
}
