/** 16:00 of `date` on the exchange: the instant of a price whose source gives only its date. */
export const regularClose = (
  date: Temporal.PlainDate,
  timeZone = "America/New_York",
): Temporal.Instant => date.toZonedDateTime({ timeZone, plainTime: "16:00" }).toInstant();
