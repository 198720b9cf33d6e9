import { easterSunday } from "./easter-sunday.ts";
import type { HolidayRule } from "./exchange.ts";
import { observedOn } from "./observed-on.ts";
import { lastWeekday, MONDAY, nthWeekday, SATURDAY, THURSDAY } from "./weekday-of-month.ts";

const RULE = "Nasdaq General 3, Rule 1030";
const FIRST_JUNETEENTH = 2022;

const fixed =
  (month: number, day: number) =>
  (year: number): Temporal.PlainDate =>
    observedOn(Temporal.PlainDate.from({ year, month, day }));

/**
 * A New Year's Day on a Saturday is not observed: the Friday before ends the year's accounts (NYSE Rule 7.2, formerly
 * Rule 51). So 2021-12-31 and 2027-12-31 are sessions.
 */
const newYearsDay = (year: number): Temporal.PlainDate | undefined => {
  const day = Temporal.PlainDate.from({ year, month: 1, day: 1 });
  return day.dayOfWeek === SATURDAY ? undefined : observedOn(day);
};

/** The holidays Nasdaq keeps every year. Rule 1030 wrote them down in 2021; it kept them by yearly notice before. */
export const NASDAQ_HOLIDAYS: readonly HolidayRule[] = [
  { name: "New Year's Day", source: RULE, observedIn: newYearsDay },
  {
    name: "Martin Luther King, Jr. Day",
    source: `${RULE}; first kept in 1998 (NASD Notice to Members 97-93, SEC Release 34-38818)`,
    observedIn: (year) => nthWeekday(year, 1, MONDAY, 3),
  },
  {
    name: "Washington's Birthday",
    source: RULE,
    observedIn: (year) => nthWeekday(year, 2, MONDAY, 3),
  },
  {
    name: "Good Friday",
    source: RULE,
    observedIn: (year) => easterSunday(year).subtract({ days: 2 }),
  },
  { name: "Memorial Day", source: RULE, observedIn: (year) => lastWeekday(year, 5, MONDAY) },
  {
    name: "Juneteenth National Independence Day",
    source: `${RULE}; first kept in 2022 (SR-NASDAQ-2021-093, SEC Release 34-93675)`,
    observedIn: (year) => (year < FIRST_JUNETEENTH ? undefined : fixed(6, 19)(year)),
  },
  { name: "Independence Day", source: RULE, observedIn: fixed(7, 4) },
  { name: "Labor Day", source: RULE, observedIn: (year) => nthWeekday(year, 9, MONDAY, 1) },
  {
    name: "Thanksgiving Day",
    source: RULE,
    observedIn: (year) => nthWeekday(year, 11, THURSDAY, 4),
  },
  { name: "Christmas Day", source: RULE, observedIn: fixed(12, 25) },
];
