import { type CalendarDate, toPlainDate } from "./calendar-date.ts";
import type { CalendarExceptions } from "./calendar-exception.ts";
import type { Session } from "./day.ts";
import { dayOn } from "./day-on.ts";
import type { Exchange } from "./exchange.ts";

/**
 * The session of a date, or undefined where the exchange is closed (`closureOn` says why).
 * @throws BeyondHorizon for a date that is not known; RangeError for one that is no date
 */
export const sessionOn = (
  exchange: Exchange,
  date: CalendarDate,
  exceptions?: CalendarExceptions,
): Session | undefined => {
  const day = dayOn(exchange, toPlainDate(date), exceptions);
  return day.open ? day.session : undefined;
};
