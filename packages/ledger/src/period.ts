const monthOf = (date: { readonly year: number; readonly month: number }): number =>
  date.year * 100 + date.month;

/**
 * The period (YYYYMM) of what a transfer is for: the month of a round's closing date, or the UTC month in which a
 * deposit, withdrawal or credit was first recorded. It must come from the thing's own row, never from the time of
 * posting, or a retry in the next month would post twice.
 */
export const periodOf = (of: Temporal.PlainDate | Temporal.Instant): number =>
  monthOf(of instanceof Temporal.Instant ? of.toZonedDateTimeISO("UTC") : of);
