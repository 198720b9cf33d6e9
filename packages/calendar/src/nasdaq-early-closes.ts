import type { EarlyCloseRule, OneOff } from "./exchange.ts";
import { nthWeekday, THURSDAY, WEDNESDAY } from "./weekday-of-month.ts";

const SCHEDULE = "Yearly holiday schedules of Nasdaq and NYSE: 13:00";
const FIRST_WEDNESDAY_BEFORE_INDEPENDENCE_DAY = 2013;

const independenceEve = (year: number): Temporal.PlainDate | undefined => {
  const eve = Temporal.PlainDate.from({ year, month: 7, day: 3 });
  // before 2013 a Thursday holiday shortened the Friday after it instead: see 2002-07-05
  if (eve.dayOfWeek === WEDNESDAY && year < FIRST_WEDNESDAY_BEFORE_INDEPENDENCE_DAY) {
    return undefined;
  }
  return eve;
};

/** The 13:00 closes that come back. Where the date is a holiday or on a weekend, there is none. */
export const NASDAQ_EARLY_CLOSE_RULES: readonly EarlyCloseRule[] = [
  {
    name: "Day before Independence Day",
    source: `${SCHEDULE} on July 3 where it is a session (on a Wednesday since 2013)`,
    dateIn: independenceEve,
  },
  {
    name: "Day after Thanksgiving",
    source: `${SCHEDULE} on the Friday after Thanksgiving, every year since 1993`,
    dateIn: (year) => nthWeekday(year, 11, THURSDAY, 4).add({ days: 1 }),
  },
  {
    name: "Christmas Eve",
    source: `${SCHEDULE} on December 24 where it is a session`,
    dateIn: (year) => Temporal.PlainDate.from({ year, month: 12, day: 24 }),
  },
];

/** The 13:00 closes that no rule gives. */
export const NASDAQ_SPECIAL_EARLY_CLOSES: readonly OneOff[] = [
  {
    date: "1999-12-31",
    reason: "Change to the year 2000",
    source: "NYSE board decision reported on 1999-06-04; Nasdaq taken to have done the same",
  },
  {
    date: "2002-07-05",
    reason: "Friday after Independence Day",
    source: "Half session announced beforehand and held (The Washington Times, 2002-07-06)",
  },
  {
    date: "2003-12-26",
    reason: "Friday after Christmas Day",
    source: "Half session announced beforehand (Associated Press, 2003-12-24)",
  },
];
