import type { Logger } from "@closebell/context";

/** A log for work that repeats every second: a warning or error that the run before had already is not said again. */
export interface ChangesOnly extends Logger {
  /** Marks the end of a run. */
  runEnded(): void;
}

const PASSING = new Set(["requestId"]);

const keyOf = (fields: object, message: string): string =>
  JSON.stringify([message, fields], (key, value: unknown) => {
    if (PASSING.has(key)) return undefined;
    if (typeof value === "bigint") return value.toString();
    return value instanceof Error ? value.message : value;
  });

export const changesOnly = (log: Logger): ChangesOnly => {
  let before = new Set<string>();
  let now = new Set<string>();
  const isNew = (fields: object, message: string): boolean => {
    const key = keyOf(fields, message);
    const known = before.has(key) || now.has(key);
    now.add(key);
    return !known;
  };
  return {
    debug: (fields, message) => log.debug(fields, message),
    info: (fields, message) => log.info(fields, message),
    warn: (fields, message) => isNew(fields, message) && log.warn(fields, message),
    error: (fields, message) => isNew(fields, message) && log.error(fields, message),
    runEnded: () => {
      before = now;
      now = new Set();
    },
  };
};
