import { SATURDAY, SUNDAY } from "./weekday-of-month.ts";

/**
 * The weekday on which an exchange keeps a holiday of a fixed date: the Friday before a Saturday, the Monday after a
 * Sunday (NYSE Rule 7.2, formerly Rule 51).
 */
export const observedOn = (holiday: Temporal.PlainDate): Temporal.PlainDate => {
  if (holiday.dayOfWeek === SATURDAY) return holiday.subtract({ days: 1 });
  if (holiday.dayOfWeek === SUNDAY) return holiday.add({ days: 1 });
  return holiday;
};
