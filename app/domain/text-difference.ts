/** A text in three parts: those at its ends are in the other text too. Together they are the whole text. */
export type PartsThatDiffer = { before: string; differs: string; after: string };

/**
 * What of `text` is not in `other`, by lines: what both begin and end with is left out, so one part is marked from the
 * first line that differs to the last. A line may end as it likes.
 */
export function partsThatDiffer(text: string, other: string): PartsThatDiffer {
  const own = linesOf(text);
  const others = linesOf(other);
  const most = Math.min(own.length, others.length);
  let start = 0;
  while (start < most && isSame(own[start], others[start])) start += 1;
  let end = 0;
  while (end < most - start && isSame(own.at(-1 - end), others.at(-1 - end))) end += 1;
  return {
    before: own.slice(0, start).join(""),
    differs: own.slice(start, own.length - end).join(""),
    after: own.slice(own.length - end).join(""),
  };
}

/** The lines of a text, each with its end. */
function linesOf(text: string): string[] {
  return text.split(/(?<=\n)/);
}

function isSame(a = "", b = ""): boolean {
  return a.trimEnd() === b.trimEnd();
}
