import { OracleError } from "@closebell/rounds";

const timedOut = (source: string) =>
  new OracleError("timeout", `${source} did not answer within the time given to it.`);

/** Refuses to begin once `signal` has aborted. */
export const refuseAborted = (source: string, signal: AbortSignal | undefined): void => {
  if (signal?.aborted === true) throw timedOut(source);
};

/**
 * Waits for `answer`, but no longer than until `signal` aborts.
 * @throws OracleError timeout, and whatever `answer` throws
 */
export const abortable = async <T>(
  source: string,
  signal: AbortSignal | undefined,
  answer: Promise<T>,
): Promise<T> => {
  if (signal === undefined) return await answer;
  const { promise, reject } = Promise.withResolvers<never>();
  const stop = () => reject(timedOut(source));
  signal.addEventListener("abort", stop, { once: true });
  try {
    if (signal.aborted) stop();
    return await Promise.race([answer, promise]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
};
