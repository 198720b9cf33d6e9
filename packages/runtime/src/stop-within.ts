import type { Logger } from "@closebell/context";

/** Waits for `work` to end, but no longer than `ms`; what fails or takes longer is logged and left behind. */
export const stopWithin = async (
  log: Logger,
  part: string,
  ms: number,
  work: () => Promise<unknown>,
): Promise<void> => {
  const { promise, resolve } = Promise.withResolvers<"late">();
  const timer = setTimeout(() => resolve("late"), ms);
  try {
    if ((await Promise.race([work(), promise])) === "late") {
      log.warn({ part, ms }, "stopping took too long and was given up");
    }
  } catch (error) {
    log.warn({ part, err: error }, "stopping failed");
  } finally {
    clearTimeout(timer);
  }
};
