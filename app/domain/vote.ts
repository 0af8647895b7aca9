/** Up, down, or none. */
export type VoteValue = -1 | 0 | 1;

/** How far the score moves when a vote goes from `previous` to `next`. */
export function scoreDelta(previous: VoteValue, next: VoteValue): number {
  return next - previous;
}
