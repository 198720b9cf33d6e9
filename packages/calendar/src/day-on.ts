import { BeyondHorizon } from "./beyond-horizon.ts";
import type { CalendarException, CalendarExceptions } from "./calendar-exception.ts";
import { closeInstant } from "./close-instant.ts";
import type { Day } from "./day.ts";
import type { Exchange } from "./exchange.ts";
import { yearTable } from "./year-table.ts";

const withException = (
  exchange: Exchange,
  date: Temporal.PlainDate,
  exception: CalendarException,
): Day => {
  const { source } = exception;
  if (exception.kind === "closed") {
    return { open: false, closure: { kind: "exception", reason: "Session cancelled", source } };
  }
  const time = Temporal.PlainTime.from(exception.closesAt);
  const early = Temporal.PlainTime.compare(time, exchange.regularClose) < 0;
  return {
    open: true,
    session: {
      date,
      kind: early ? "early" : "regular",
      closesAt: closeInstant(exchange, date, time),
      source,
    },
  };
};

/**
 * What a date is, exceptions included.
 * @throws BeyondHorizon for a date that is not known
 */
export const dayOn = (
  exchange: Exchange,
  date: Temporal.PlainDate,
  exceptions: CalendarExceptions = [],
): Day => {
  const { from, to } = exchange.horizon;
  const known =
    Temporal.PlainDate.compare(from, date) <= 0 && Temporal.PlainDate.compare(date, to) <= 0;
  const day = known ? yearTable(exchange, date.year)[date.dayOfYear - 1] : undefined;
  if (day === undefined) throw new BeyondHorizon(exchange, date.toString());
  if (!day.open || exceptions.length === 0) return day;
  const iso = date.toString();
  const exception = exceptions.findLast((candidate) => candidate.date === iso);
  return exception === undefined ? day : withException(exchange, date, exception);
};
