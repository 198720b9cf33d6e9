import { type CalendarDate, toPlainDate } from "./calendar-date.ts";
import type { CalendarExceptions } from "./calendar-exception.ts";
import type { Session } from "./day.ts";
import type { Exchange } from "./exchange.ts";
import { sessionOn } from "./session-on.ts";

/**
 * The first session after a date, which need not be a session itself.
 * @throws BeyondHorizon where the search leaves what is known
 */
export const nextSession = (
  exchange: Exchange,
  date: CalendarDate,
  exceptions?: CalendarExceptions,
): Session => {
  let day = toPlainDate(date).add({ days: 1 });
  let session = sessionOn(exchange, day, exceptions);
  while (session === undefined) {
    day = day.add({ days: 1 });
    session = sessionOn(exchange, day, exceptions);
  }
  return session;
};
