import type { Schedule } from "@closebell/adapters/queue";
import { CronExpressionParser } from "cron-parser";

const tz = "America/New_York";

/**
 * When jobs ring. They only ring: what is due, PostgreSQL says. The sharp ones make the usual moments prompt; `rounds`
 * covers every other, such as a close announced for 14:00 or the moments of a market that locks earlier.
 */
export const SCHEDULES: readonly Schedule[] = [
  // one second before the close the round locks and the next one opens
  { name: "lock-regular", pattern: "59 59 15 * * 1-5", tz },
  { name: "lock-early", pattern: "59 59 12 * * 1-5", tz },
  // from the usual minute a close is asked for until well after the grace
  { name: "settle-regular", pattern: "0 5-59 16 * * 1-5", tz },
  { name: "settle-early", pattern: "0 5-59 13 * * 1-5", tz },
  // closes are final from 17:15; what did not answer is asked again when it is due
  { name: "recheck", everyMs: 300_000 },
  { name: "schedule-ahead", pattern: "0 0 6,18 * * *", tz },
  { name: "rounds", everyMs: 60_000 },
  { name: "chain", everyMs: 15_000 },
  { name: "reserves", everyMs: 300_000 },
  { name: "tidy", everyMs: 600_000 },
  { name: "audit", pattern: "0 20 * * * *", tz },
];

/**
 * Checks what BullMQ would only refuse later, or read as something else.
 * @throws Error naming each schedule that is wrong
 */
export const checkSchedules = (schedules: readonly Schedule[]): void => {
  const problems = schedules.flatMap((schedule) => {
    if (!("pattern" in schedule)) {
      return schedule.everyMs > 0 ? [] : [`${schedule.name}: an interval must be above 0`];
    }
    if (schedule.pattern.split(" ").length !== 6) {
      return [`${schedule.name}: a pattern begins with seconds, so it has six fields`];
    }
    try {
      // the parser alone would take any zone
      Temporal.Now.zonedDateTimeISO(schedule.tz);
      CronExpressionParser.parse(schedule.pattern, { tz: schedule.tz }).next();
      return [];
    } catch (error) {
      return [`${schedule.name}: ${error instanceof Error ? error.message : String(error)}`];
    }
  });
  const names = schedules.map(({ name }) => name);
  const twice = names.filter((name, n) => names.indexOf(name) !== n);
  problems.push(...twice.map((name) => `${name}: there are two schedules of this name`));
  if (problems.length > 0) throw new Error(`Schedules are wrong. ${problems.join("; ")}`);
};
