import { useWords } from "./words.ts";

/** A number with its noun: "1 reply", "1,204 replies". */
export function Count({ value, of }: { value: number; of: "threads" | "replies" }) {
  return useWords().t(`count.${of}`, { count: value });
}
