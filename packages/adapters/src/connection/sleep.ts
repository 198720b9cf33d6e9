/** Waits `ms`, or until one of `signals` aborts. */
export const sleep = (ms: number, ...signals: readonly AbortSignal[]): Promise<void> => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const wake = () => resolve();
  const timer = setTimeout(wake, signals.some((signal) => signal.aborted) ? 0 : ms);
  for (const signal of signals) signal.addEventListener("abort", wake, { once: true });
  return promise.finally(() => {
    clearTimeout(timer);
    for (const signal of signals) signal.removeEventListener("abort", wake);
  });
};
