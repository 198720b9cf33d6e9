/** ISO 8601 numbers, as Temporal's `dayOfWeek` has them. */
export const MONDAY = 1;
export const WEDNESDAY = 3;
export const THURSDAY = 4;
export const SATURDAY = 6;
export const SUNDAY = 7;

const DAYS_PER_WEEK = 7;

/** The `n`th (1 is the first) given weekday of a month: the fourth Thursday of November is (year, 11, THURSDAY, 4). */
export const nthWeekday = (
  year: number,
  month: number,
  weekday: number,
  n: number,
): Temporal.PlainDate => {
  const first = Temporal.PlainDate.from({ year, month, day: 1 });
  const ahead = (weekday - first.dayOfWeek + DAYS_PER_WEEK) % DAYS_PER_WEEK;
  return first.add({ days: ahead + (n - 1) * DAYS_PER_WEEK });
};

/** The last given weekday of a month. */
export const lastWeekday = (year: number, month: number, weekday: number): Temporal.PlainDate => {
  const first = Temporal.PlainDate.from({ year, month, day: 1 });
  const last = first.with({ day: first.daysInMonth });
  return last.subtract({ days: (last.dayOfWeek - weekday + DAYS_PER_WEEK) % DAYS_PER_WEEK });
};
