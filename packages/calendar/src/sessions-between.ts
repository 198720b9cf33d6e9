import { type CalendarDate, toPlainDate } from "./calendar-date.ts";
import type { CalendarExceptions } from "./calendar-exception.ts";
import type { Session } from "./day.ts";
import type { Exchange } from "./exchange.ts";
import { sessionOn } from "./session-on.ts";

/**
 * The sessions from one date to another, both included, in order; none where `from` is after `to`.
 * @throws BeyondHorizon where a date between them is not known
 */
export const sessionsBetween = (
  exchange: Exchange,
  from: CalendarDate,
  to: CalendarDate,
  exceptions?: CalendarExceptions,
): readonly Session[] => {
  const last = toPlainDate(to);
  const sessions: Session[] = [];
  let date = toPlainDate(from);
  while (Temporal.PlainDate.compare(date, last) <= 0) {
    const session = sessionOn(exchange, date, exceptions);
    if (session !== undefined) sessions.push(session);
    date = date.add({ days: 1 });
  }
  return sessions;
};
