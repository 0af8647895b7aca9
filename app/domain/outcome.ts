import type { Refusal } from "./permissions.ts";

/**
 * What became of a write: it was carried out (or had been before, by the same form), somebody may not do it, what it is
 * about is not there, or somebody else changed that in the meantime. `Done` is what the caller goes on with;
 * `Newer` is what stands there in place of what the form was drawn from.
 */
export type Outcome<Done = object, Newer = never> =
  | ({ outcome: "done" } & Done)
  | { outcome: "refused"; refusal: Refusal }
  | { outcome: "missing" }
  | ([Newer] extends [never] ? never : { outcome: "conflict" } & Newer);

/** An outcome with which nothing was written. */
export type Failure = { outcome: "refused"; refusal: Refusal } | { outcome: "missing" | "conflict" };
