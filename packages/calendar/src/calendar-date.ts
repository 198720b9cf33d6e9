/** A date of the exchange's own calendar: a PlainDate or "YYYY-MM-DD". */
export type CalendarDate = Temporal.PlainDate | string;

/** @throws RangeError when the text is no date */
export const toPlainDate = (date: CalendarDate): Temporal.PlainDate =>
  typeof date === "string" ? Temporal.PlainDate.from(date) : date;
