import { type CalendarDate, toPlainDate } from "./calendar-date.ts";
import type { CalendarExceptions } from "./calendar-exception.ts";
import type { Closure } from "./day.ts";
import { dayOn } from "./day-on.ts";
import type { Exchange } from "./exchange.ts";

/**
 * Why the exchange is closed on a date, weekends included, or undefined where it has a session.
 * @throws BeyondHorizon for a date that is not known; RangeError for one that is no date
 */
export const closureOn = (
  exchange: Exchange,
  date: CalendarDate,
  exceptions?: CalendarExceptions,
): Closure | undefined => {
  const day = dayOn(exchange, toPlainDate(date), exceptions);
  return day.open ? undefined : day.closure;
};
