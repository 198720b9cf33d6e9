import type { Logger } from "@closebell/context";

export interface StopOptions {
  readonly log: Logger;
  /** Ends everything in order. */
  readonly stop: () => Promise<void>;
  /** Past this the process ends anyway. */
  readonly deadlineMs: number;
}

/** Ctrl-C reaches every process of the terminal, and a launcher may pass it on: two so close are one. */
const SAME_SIGNAL_MS = 500;

/** Begins the end of this process, as a signal does. The reason goes into the log. */
export type Shutdown = (reason: string) => void;

/**
 * Stops once on SIGINT, SIGTERM or SIGHUP and then ends the process; a second signal ends it at once. An exception that
 * nobody caught is logged and stops it too, with exit code 1; a promise that nobody waited for is only logged.
 */
export const stopOnSignal = ({ log, stop, deadlineMs }: StopOptions): Shutdown => {
  let since: number | undefined;
  const shutdown = (reason: string, code = 0): void => {
    if (since !== undefined) return;
    since = performance.now();
    log.info({ reason }, "stopping");
    setTimeout(() => {
      log.error({ deadlineMs }, "stopping took too long; ending anyway");
      process.exit(1);
    }, deadlineMs).unref();
    stop().then(
      () => {
        log.info({}, "stopped");
        process.exit(code);
      },
      (error: unknown) => {
        log.error({ err: error }, "stopping failed");
        process.exit(1);
      },
    );
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => {
      if (since === undefined) shutdown(signal);
      else if (performance.now() - since > SAME_SIGNAL_MS) process.exit(130);
    });
  }
  process.on("uncaughtException", (error: unknown) => {
    log.error({ err: error }, "an exception that nobody caught");
    shutdown("exception", 1);
  });
  process.on("unhandledRejection", (error: unknown) => {
    log.error({ err: error }, "a promise failed that nobody waited for");
  });
  return shutdown;
};
