import type { Outcome } from "#app/domain/outcome.ts";
import { Problem } from "./problem.ts";

/** A handle as an argument: handles are often written with an @. */
export function withoutAt(handle: string): string {
  return handle.replace(/^@/, "");
}

/**
 * The handle of the member whom a write was about, as they write it.
 * @throws Problem when nobody has the handle that was given, or their account is deleted
 */
export function requireMember(outcome: Outcome<{ handle: string }>, given: string): string {
  if (outcome.outcome === "done") return outcome.handle;
  throw new Problem(`Nobody here has the handle "${given}".`);
}
