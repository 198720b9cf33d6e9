import { type CalendarDate, toPlainDate } from "./calendar-date.ts";

/** A round's code: its closing date as YYYYMMDD. */
export const formatCode = (date: CalendarDate): string =>
  toPlainDate(date).toString({ calendarName: "never" }).replaceAll("-", "");
