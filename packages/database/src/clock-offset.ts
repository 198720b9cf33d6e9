import { reachable } from "./errors.ts";
import type { Database } from "./database.ts";

/** What a host's clock said before and after a database was asked for the time, and what that said; seconds since 1970. */
export interface ClockReading {
  readonly before: number;
  readonly database: number;
  readonly after: number;
}

/**
 * How far two clocks are apart at least: the answer was made some time between the question and its arrival, so it may differ from
 * either by as much as that took. 0 where that explains it all.
 */
export const leastOffset = ({ before, database, after }: ClockReading): number =>
  Math.max(0, database - after) + Math.min(0, database - before);

/** The first question may have to connect. */
const QUESTIONS = 3;

const hostNow = (): number => Temporal.Now.instant().epochMilliseconds / 1000;

/**
 * Seconds by which real time at the database is ahead of this host's (below zero: behind), at least: by the quickest of three
 * answers, so that a slow database is not taken for a wrong clock.
 * @throws DomainError DATABASE_UNAVAILABLE
 */
export const clockOffset = ({ url, sql }: Database, now = hostNow): Promise<number> =>
  reachable(url, async () => {
    const readings: ClockReading[] = [];
    for (let n = 0; n < QUESTIONS; n += 1) {
      const before = now();
      const [row] = await sql<{ database: number }[]>`
        select extract(epoch from clock_timestamp())::float8 as database`;
      if (row === undefined) throw new Error("the database told no time");
      readings.push({ before, database: row.database, after: now() });
    }
    const [quickest] = readings.toSorted((a, b) => a.after - a.before - (b.after - b.before));
    return quickest === undefined ? 0 : leastOffset(quickest);
  });
