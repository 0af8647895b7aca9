import { SingleBar } from "cli-progress";

/** Told how many are done, and of how many. */
export type OnProgress = (done: number, total: number) => void;

/**
 * Shows on stderr how far some work has come: a bar on a terminal, and a line now and then in a log.
 * @param what the things that are counted: `threads`
 */
export async function withProgress<T>(
  what: string,
  work: (onProgress: OnProgress) => Promise<T>,
): Promise<T> {
  if (!process.stderr.isTTY) return work(linesOfProgress(what));
  const bar = new SingleBar({
    format: `{bar} {value} of {total} ${what}, {eta_formatted} left`,
    clearOnComplete: true,
  });
  let isStarted = false;
  try {
    return await work((done, total) => {
      if (!isStarted) bar.start(total, done);
      else bar.update(done);
      isStarted = true;
    });
  } finally {
    if (isStarted) bar.stop();
  }
}

function linesOfProgress(what: string): OnProgress {
  let shown = 0;
  return (done, total) => {
    const tenth = Math.floor((done / total) * 10);
    if (tenth === shown) return;
    shown = tenth;
    console.error(`${done} of ${total} ${what}`);
  };
}

/** A number with its noun: `1,200 replies`. */
export function count(number: number, one: string, many = `${one}s`): string {
  return `${number.toLocaleString("en")} ${number === 1 ? one : many}`;
}
