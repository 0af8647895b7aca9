/** What shells answer for a command that Ctrl-C ended: 128 and SIGINT's number. */
export const INTERRUPTED = 130;

/** Lets the first Ctrl-C end the work after its running step, and the second one at once. */
export async function interruptible<T>(work: (isStopped: () => boolean) => Promise<T>): Promise<T> {
  let isStopped = false;
  const stop = () => {
    if (isStopped) process.exit(INTERRUPTED);
    isStopped = true;
    console.error(
      "\nStopping after this batch. Ctrl-C again stops at once; nothing is left half done either way.",
    );
  };
  process.on("SIGINT", stop);
  try {
    return await work(() => isStopped);
  } finally {
    process.off("SIGINT", stop);
  }
}
