/** Something the operator can put right. Its message is one clear line, and no stack is shown. */
export class Problem extends Error {
  override name = "Problem";
}

/**
 * Says on stderr what went wrong and makes the process exit with 1. A `Problem` is shown as its message alone;
 * anything else is a fault of ours, so its stack is shown too.
 */
export function reportFailure(error: unknown): void {
  console.error(error instanceof Problem ? error.message : error);
  process.exitCode = 1;
}
