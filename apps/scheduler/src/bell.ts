/** Work that never overlaps itself, however often it is rung for. */
export interface Bell {
  /**
   * Resolves when a run that began after this call has ended, and rejects as that run does. Any number of calls during a
   * run share the next one. Does nothing once `finish` was called.
   */
  ring(): Promise<void>;
  /** When the run under way began, by `performance.now()`; undefined while none is. */
  runningSince(): number | undefined;
  /** Begins no further run; resolves when the one under way has ended, however it ends. */
  finish(): Promise<void>;
}

export const createBell = (work: () => Promise<void>): Bell => {
  let running: Promise<void> | undefined;
  let next: Promise<void> | undefined;
  let since: number | undefined;
  let finished = false;

  const run = async (): Promise<void> => {
    since = performance.now();
    try {
      await work();
    } finally {
      running = undefined;
      since = undefined;
    }
  };

  const start = (): Promise<void> => {
    next = undefined;
    if (finished) return Promise.resolve();
    running = run();
    return running;
  };

  return {
    ring: () => {
      // also in the moment after a run that another one already waits for
      if (next !== undefined) return next;
      if (running === undefined) return start();
      next = running.then(start, start);
      return next;
    },
    runningSince: () => since,
    finish: async () => {
      finished = true;
      await Promise.allSettled([running]);
    },
  };
};
