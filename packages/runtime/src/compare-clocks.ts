import type { Logger } from "@closebell/context";
import { clockOffset, type Database } from "@closebell/database";
import { Gauge, type Registry } from "prom-client";

/** Clocks that somebody keeps right agree to the hundredth of a second. */
const TOLERATED_SECONDS = 1;

/** Whoever scrapes needs the other figures, also of a process whose database hangs. */
const ANSWER_WITHIN_MS = 1_000;

/** What is wrong where the database's clock is `seconds` ahead of this host's; undefined where nothing is. */
export const clockFinding = (seconds: number): string | undefined => {
  if (Math.abs(seconds) <= TOLERATED_SECONDS) return undefined;
  const which = seconds > 0 ? "ahead of" : "behind";
  return `PostgreSQL's clock is ${Math.round(Math.abs(seconds))} s ${which} this host's`;
};

const orTooLate = async <T>(work: Promise<T>): Promise<T> => {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error("no answer in time")), ANSWER_WITHIN_MS);
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
};

/**
 * Shows how far PostgreSQL's clock, the service's one clock, is from this host's. Compared when somebody scrapes, by every process: where
 * all agree it is PostgreSQL's that is wrong. Nothing is decided by it.
 */
export const showClockOffset = (parts: {
  readonly database: Database;
  readonly registry: Registry;
  readonly log: Logger;
}): void => {
  const gauge = new Gauge({
    name: "closebell_database_clock_offset_seconds",
    help: "Seconds by which PostgreSQL's clock is ahead of this host's, at least",
    registers: [parts.registry],
    async collect() {
      try {
        gauge.set(await orTooLate(clockOffset(parts.database)));
      } catch (err) {
        gauge.remove();
        parts.log.debug({ err }, "the clocks can't be compared");
      }
    },
  });
};
