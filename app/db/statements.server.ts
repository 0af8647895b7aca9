import { type SQL, sql } from "drizzle-orm";

/*
 * What follows writes values into the text of a statement, so that postgres-js sends it in one round trip, not two
 * (docs/decisions/0011-literals-in-reads.md). Each takes one kind of value, checks it whole against an alphabet without
 * quote, backslash, space or comment, and throws on everything else. None takes free text, and none may be added that
 * does: text is a parameter. Nothing else may write into a statement: test/architecture.test.ts.
 */

/** Writes a value of one kind, or throws TypeError. `type` is what a function of the database takes it as. */
export type Kind<Value> = ((value: Value) => SQL) & { readonly type: SQL };

/** A number of a page, a limit or a score. Throws TypeError for what is no safe integer. */
export const integer = kind("bigint", (value: number) =>
  // In parentheses where it is negative: a second minus before it would begin a comment.
  literal(Number.isSafeInteger(value), () => (value < 0 ? `(${value})` : `${value}`)),
);

/** A handle, a slug, or an id of Clerk's: 1 to 100 letters, digits, hyphens and underscores. Throws TypeError otherwise. */
export const word = kind("text", (value: string) =>
  literal(matches(value, /^[A-Za-z0-9_-]{1,100}$/), () => `'${value}'::text`),
);

/** A key in the usual notation, 8-4-4-4-12 hexadecimal digits. Throws TypeError otherwise. */
export const uuid = kind("uuid", (value: string) => {
  const isKey = matches(value, /^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$/);
  return literal(isKey, () => `'${value}'::uuid`);
});

/**
 * A moment in ISO 8601 with seconds and an offset, such as 2026-01-31T12:00:00.000001+00:00. Throws TypeError otherwise.
 * Digits that are no moment (a 30th of February) go through, and Postgres refuses them with an error of class 22.
 */
export const timestamp = kind("timestamptz", (value: string) => {
  const isMoment = matches(value, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/);
  return literal(isMoment, () => `'${value}'::timestamptz`);
});

/** True or false. Throws TypeError for everything else. */
export const boolean = kind("boolean", (value: boolean) =>
  literal(value === true || value === false, () => `${value}`),
);

/** A value of this kind, or null. */
export function nullable<Value>(of: Kind<Value>): Kind<Value | null> {
  return Object.assign((value: Value | null) => (value === null ? sql`null` : of(value)), { type: of.type });
}

/** In the body of a function, the value that it was called with at this place, counted from 1. */
export function argument(place: number): SQL {
  return literal(Number.isSafeInteger(place) && place > 0, () => `$${place}`);
}

function kind<Value>(type: string, write: (value: Value) => SQL): Kind<Value> {
  return Object.assign(write, { type: sql.raw(type) });
}

/** Types end where the program runs: an object could show the check one text and the statement another. */
function matches(value: unknown, alphabet: RegExp): boolean {
  return typeof value === "string" && alphabet.test(value);
}

function literal(isSafe: boolean, write: () => string): SQL {
  // The value is not repeated: it may be anything, and errors are logged.
  if (!isSafe) throw new TypeError("A value that is none of this kind was kept out of a statement");
  return sql.raw(write());
}
