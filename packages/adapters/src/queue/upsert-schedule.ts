import type { BullQueue, JobDefaults } from "./bull-backend.ts";
import type { Schedule } from "./job-queue.ts";

/** A schedule whose next ring is longer ago than that has lost its chain of jobs, or slept through it. */
const OVERDUE_MS = 120_000;

const repeatOf = (schedule: Schedule) =>
  "pattern" in schedule
    ? { pattern: schedule.pattern, tz: schedule.tz }
    : { every: schedule.everyMs };

const isInPlace = async (queue: BullQueue, schedule: Schedule): Promise<boolean> => {
  const known = await queue.getJobScheduler(schedule.name);
  const wanted: { readonly pattern?: string; readonly tz?: string; readonly every?: number } =
    repeatOf(schedule);
  return (
    known !== undefined &&
    known.pattern === wanted.pattern &&
    known.tz === wanted.tz &&
    (known.every ?? 0) === (wanted.every ?? 0) &&
    known.next !== undefined &&
    known.next > Temporal.Now.instant().epochMilliseconds - OVERDUE_MS
  );
};

/**
 * Makes the schedule what it should be, and leaves it alone if it is: BullMQ's own upsert replaces the job that waits to
 * ring, also one that is due. Answers whether there was anything to do.
 */
export const upsertSchedule = async (
  queue: BullQueue,
  schedule: Schedule,
  options: JobDefaults,
): Promise<boolean> => {
  if (await isInPlace(queue, schedule)) return false;
  const { name, data = {} } = schedule;
  await queue.upsertJobScheduler(name, repeatOf(schedule), { name, data, opts: options });
  return true;
};
