import type { Exchange } from "./exchange.ts";

/** The instant of a time on the exchange's clock; the time zone database, not an offset, makes it right all year. */
export const closeInstant = (
  exchange: Exchange,
  date: Temporal.PlainDate,
  plainTime: Temporal.PlainTime,
): Temporal.Instant => date.toZonedDateTime({ timeZone: exchange.timezone, plainTime }).toInstant();
