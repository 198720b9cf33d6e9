import { BeyondHorizon, EXCHANGES, sessionOn } from "@closebell/calendar";
import { OracleError } from "@closebell/rounds";

/** When the session of a date closes; undefined for a date without one. */
export type SessionClose = (
  date: Temporal.PlainDate,
) => Promise<Temporal.Instant | undefined> | Temporal.Instant | undefined;

/** The closes of NASDAQ's own calendar, without what an operator laid over it. */
export const nasdaqClose: SessionClose = (date) => {
  try {
    return sessionOn(EXCHANGES.NASDAQ, date)?.closesAt;
  } catch (error) {
    if (error instanceof BeyondHorizon) return undefined;
    throw error;
  }
};

/** Asks when a session closes. @throws OracleError unavailable where that can't be looked up */
export const closeOfSession = async (
  source: string,
  date: Temporal.PlainDate,
  closesAt: SessionClose = nasdaqClose,
): Promise<Temporal.Instant | undefined> => {
  try {
    return await closesAt(date);
  } catch (error) {
    const message = `${source}: the calendar can't be read, so the close of ${date} is not known.`;
    throw new OracleError("unavailable", message, { cause: error });
  }
};
