import { BeyondHorizon, EXCHANGES, nextSession } from "@closebell/calendar";

const ZONE = EXCHANGES.NASDAQ.timezone;

/** A Monday of the calendar's own years, for a host whose today is past them. */
const KNOWN = Temporal.PlainDate.from("2026-11-22");

const sessionFrom = (date: Temporal.PlainDate): Temporal.PlainDate => {
  try {
    return nextSession(EXCHANGES.NASDAQ, date.subtract({ days: 1 })).date;
  } catch (error) {
    if (!(error instanceof BeyondHorizon)) throw error;
    return nextSession(EXCHANGES.NASDAQ, KNOWN).date;
  }
};

/** Where the clock of a new sandbox begins: 8 in the morning, New York, of the first session from `today` on. */
export const sandboxMorning = (today: Temporal.PlainDate): Temporal.Instant =>
  sessionFrom(today).toZonedDateTime({ timeZone: ZONE, plainTime: "08:00" }).toInstant();
