import { expect, test } from "bun:test";
import fc from "fast-check";
import {
  type CalendarException,
  closureOn,
  EXCHANGES,
  nextSession,
  previousSession,
  sessionOn,
  sessionsBetween,
} from "./index.ts";

const { NASDAQ } = EXCHANGES;
const FIRST = Temporal.PlainDate.from("1999-01-05");
const LAST = Temporal.PlainDate.from("2028-12-28");
const DAYS = FIRST.until(LAST).days;

// far enough inside the horizon for a previous and a next session
const date = fc.nat(DAYS).map((days) => FIRST.add({ days }));
const exceptions = fc.array(
  fc.oneof(
    date.map((day): CalendarException => ({
      date: day.toString(),
      kind: "closed",
      source: "notice",
    })),
    date.map((day): CalendarException => ({
      date: day.toString(),
      kind: "early",
      closesAt: "12:00",
      source: "notice",
    })),
  ),
  { maxLength: 20 },
);

test("every date is either a session or closed, exceptions or not", () => {
  fc.assert(
    fc.property(date, exceptions, (day, laid) => {
      const session = sessionOn(NASDAQ, day, laid);
      expect(closureOn(NASDAQ, day, laid) === undefined).toBe(session !== undefined);
      if (session !== undefined) expect(session.date.equals(day)).toBe(true);
    }),
  );
});

test("no session is on a weekend", () => {
  fc.assert(
    fc.property(date, exceptions, (day, laid) => {
      expect(nextSession(NASDAQ, day, laid).date.dayOfWeek).toBeLessThanOrEqual(5);
    }),
  );
});

test("the session before the next one of a session is that session", () => {
  fc.assert(
    fc.property(date, exceptions, (day, laid) => {
      const session = sessionOn(NASDAQ, day, laid);
      fc.pre(session !== undefined);
      expect(previousSession(NASDAQ, nextSession(NASDAQ, day, laid).date, laid)).toEqual(session);
      expect(nextSession(NASDAQ, previousSession(NASDAQ, day, laid).date, laid)).toEqual(session);
    }),
  );
});

test("nothing lies between a date and its neighbours, and no pause is longer than that of September 2001", () => {
  for (let day = FIRST; day.until(LAST).days >= 0; day = day.add({ days: 1 })) {
    const before = previousSession(NASDAQ, day).date;
    const after = nextSession(NASDAQ, day).date;
    expect(Temporal.PlainDate.compare(before, day)).toBe(-1);
    expect(Temporal.PlainDate.compare(day, after)).toBe(-1);
    const inside = sessionsBetween(NASDAQ, before.add({ days: 1 }), after.subtract({ days: 1 }));
    expect(inside).toEqual([sessionOn(NASDAQ, day)].filter((session) => session !== undefined));
    expect(before.until(after).days).toBeLessThanOrEqual(10);
  }
});
