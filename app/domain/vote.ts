import { z } from "zod";

export type VoteValue = -1 | 0 | 1;

/** The vote a button asks for: up, down, or none. Never a toggle, so that a repeat changes nothing. */
export const VoteForm = z.object({
  value: z.enum(["-1", "0", "1"], "That is no vote.").transform((value) => Number(value) as VoteValue),
});

/** How far the score moves when a vote goes from `previous` to `next`. */
export function scoreDelta(previous: VoteValue, next: VoteValue): number {
  return next - previous;
}
