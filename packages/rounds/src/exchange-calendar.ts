import {
  BeyondHorizon,
  findExchange,
  nextSession,
  previousSession,
  sessionOn,
  type CalendarException,
  type Exchange,
  type Session,
} from "@closebell/calendar";
import { DomainError } from "@closebell/context";
import type { Executor } from "@closebell/database";
import { eq } from "drizzle-orm";
import { calendarException } from "./schema.ts";

/** An exchange's sessions with the stored exceptions laid over them. */
export interface ExchangeCalendar {
  readonly exchange: Exchange;
  readonly exceptions: readonly CalendarException[];
  /** @throws BeyondHorizon */
  sessionOn(date: Temporal.PlainDate): Session | undefined;
  /** The session before `date`; undefined before the calendar's first. */
  previousSession(date: Temporal.PlainDate): Session | undefined;
  /** The session after `date`; undefined beyond the calendar's last: nothing is assumed there. */
  nextSession(date: Temporal.PlainDate): Session | undefined;
}

/** @throws DomainError NOT_A_SESSION for an exchange the calendar does not know */
export const exchangeOf = (code: string): Exchange => {
  const exchange = findExchange(code);
  if (exchange === undefined) {
    throw new DomainError("NOT_A_SESSION", `There is no calendar of the exchange ${code}.`);
  }
  return exchange;
};

/** Reads the exceptions of an exchange and binds them to its calendar. */
export const readCalendar = async (tx: Executor, code: string): Promise<ExchangeCalendar> => {
  const exchange = exchangeOf(code);
  const rows = await tx
    .select()
    .from(calendarException)
    .where(eq(calendarException.exchange, code))
    .orderBy(calendarException.date);
  const exceptions = rows.map((row): CalendarException =>
    row.kind === "early" && row.closesAt !== null
      ? { date: row.date, kind: "early", closesAt: row.closesAt, source: row.source }
      : { date: row.date, kind: "closed", source: row.source },
  );
  return {
    exchange,
    exceptions,
    sessionOn: (date) => sessionOn(exchange, date, exceptions),
    previousSession: (date) => withinHorizon(() => previousSession(exchange, date, exceptions)),
    nextSession: (date) => withinHorizon(() => nextSession(exchange, date, exceptions)),
  };
};

/** Runs `find`, and gives undefined where the calendar's known years end: nothing is assumed beyond them. */
export const withinHorizon = <T>(find: () => T): T | undefined => {
  try {
    return find();
  } catch (error) {
    if (error instanceof BeyondHorizon) return undefined;
    throw error;
  }
};
