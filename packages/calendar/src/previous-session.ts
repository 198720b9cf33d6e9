import { type CalendarDate, toPlainDate } from "./calendar-date.ts";
import type { CalendarExceptions } from "./calendar-exception.ts";
import type { Session } from "./day.ts";
import type { Exchange } from "./exchange.ts";
import { sessionOn } from "./session-on.ts";

/**
 * The last session before a date, which need not be a session itself.
 * @throws BeyondHorizon where the search leaves what is known: the first session of the horizon had a predecessor,
 * and nothing is assumed about it
 */
export const previousSession = (
  exchange: Exchange,
  date: CalendarDate,
  exceptions?: CalendarExceptions,
): Session => {
  let day = toPlainDate(date).subtract({ days: 1 });
  let session = sessionOn(exchange, day, exceptions);
  while (session === undefined) {
    day = day.subtract({ days: 1 });
    session = sessionOn(exchange, day, exceptions);
  }
  return session;
};
