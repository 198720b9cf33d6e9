import { formatCode, roundTimes, type Session } from "@closebell/calendar";
import { withinHorizon, type ExchangeCalendar } from "./exchange-calendar.ts";
import type { Market, RoundTimes } from "./types.ts";

/** A round as the calendar wants it, before it is written. */
export interface PlannedRound extends RoundTimes {
  readonly id: number;
  readonly code: string;
  readonly closingDate: string;
  readonly previousDate: string;
}

/** The id of a market's round: the closing date's digits, then the market's two. */
const roundIdOf = (code: string, marketNumber: number): number => Number(code) * 100 + marketNumber;

/** The round of `session`, or undefined where the calendar knows no session before it. */
export const planRound = (
  market: Market,
  calendar: ExchangeCalendar,
  session: Session,
): PlannedRound | undefined => {
  const previous = calendar.previousSession(session.date);
  if (previous === undefined) return undefined;
  const code = formatCode(session.date);
  return {
    id: roundIdOf(code, market.number),
    code,
    closingDate: session.date.toString(),
    previousDate: previous.date.toString(),
    ...roundTimes(session, previous, market),
  };
};

/** The first session that has not locked yet at `now`; undefined beyond the calendar. */
export const sessionToLock = (
  market: Market,
  calendar: ExchangeCalendar,
  now: Temporal.Instant,
): Session | undefined => {
  const today = now.toZonedDateTimeISO(calendar.exchange.timezone).toPlainDate();
  const session = withinHorizon(() => calendar.sessionOn(today));
  const lockAt = session?.closesAt.subtract({ seconds: market.lockOffsetSeconds });
  return session !== undefined && lockAt !== undefined && Temporal.Instant.compare(now, lockAt) < 0
    ? session
    : calendar.nextSession(today);
};
