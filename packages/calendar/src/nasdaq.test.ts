import { describe, expect, test } from "bun:test";
import { type DailyCloses, NASDAQ_COMPOSITE, QQQ } from "../test/weekdays-without-close.ts";
import { closureOn, EXCHANGES, sessionOn, sessionsBetween, yearBasis } from "./index.ts";

const { NASDAQ } = EXCHANGES;
const dates = (from: string, to: string) =>
  sessionsBetween(NASDAQ, from, to).map(({ date }) => date.toString());

const heldIn = ({ from, to, closed }: DailyCloses): readonly string[] => {
  const without = new Set(
    Object.entries(closed).flatMap(([year, days]) =>
      days.split(" ").map((monthDay) => `${year}-${monthDay}`),
    ),
  );
  const held: string[] = [];
  const last = Temporal.PlainDate.from(to);
  let date = Temporal.PlainDate.from(from);
  while (Temporal.PlainDate.compare(date, last) <= 0) {
    if (date.dayOfWeek <= 5 && !without.has(date.toString())) held.push(date.toString());
    date = date.add({ days: 1 });
  }
  return held;
};

describe("published daily closes", () => {
  test.each([
    ["QQQ 1999-2019", QQQ],
    ["Nasdaq Composite 2021-2025", NASDAQ_COMPOSITE],
  ])("%s: the sessions are exactly the days with a close", (_, closes) => {
    const held = heldIn(closes);
    expect(held).toHaveLength(closes.sessions);
    expect(dates(closes.from, closes.to)).toEqual([...held]);
  });
});

test("every 13:00 close from 1999 to 2028", () => {
  const early: Readonly<Record<number, string>> = {
    1999: "11-26 12-31",
    2000: "07-03 11-24",
    2001: "07-03 11-23 12-24",
    2002: "07-05 11-29 12-24",
    2003: "07-03 11-28 12-24 12-26",
    2004: "11-26",
    2005: "11-25",
    2006: "07-03 11-24",
    2007: "07-03 11-23 12-24",
    2008: "07-03 11-28 12-24",
    2009: "11-27 12-24",
    2010: "11-26",
    2011: "11-25",
    2012: "07-03 11-23 12-24",
    2013: "07-03 11-29 12-24",
    2014: "07-03 11-28 12-24",
    2015: "11-27 12-24",
    2016: "11-25",
    2017: "07-03 11-24",
    2018: "07-03 11-23 12-24",
    2019: "07-03 11-29 12-24",
    2020: "11-27 12-24",
    2021: "11-26",
    2022: "11-25",
    2023: "07-03 11-24",
    2024: "07-03 11-29 12-24",
    2025: "07-03 11-28 12-24",
    2026: "11-27 12-24",
    2027: "11-26",
    2028: "07-03 11-24",
  };
  const found: Record<number, string> = {};
  for (const { date, kind } of sessionsBetween(NASDAQ, "1999-01-01", "2028-12-31")) {
    if (kind !== "early") continue;
    const monthDay = date.toPlainMonthDay().toString();
    found[date.year] = [found[date.year], monthDay].filter(Boolean).join(" ");
  }
  expect(found).toEqual(early);
});

test("every close is at 16:00 or 13:00 New York time", () => {
  for (const { kind, closesAt } of sessionsBetween(NASDAQ, "1999-01-01", "2028-12-31")) {
    const local = closesAt.toZonedDateTimeISO("America/New_York").toPlainTime().toString();
    expect(local).toBe(kind === "early" ? "13:00:00" : "16:00:00");
  }
});

test.each(["2021-12-31", "2026-07-02", "2025-12-26", "2027-12-23", "2027-12-31"])(
  "%s is a full day",
  (date) => {
    expect(sessionOn(NASDAQ, date)?.kind).toBe("regular");
  },
);

test("the holidays of 2026 to 2028 are those of the notice", () => {
  const notice: Readonly<Record<number, string>> = {
    2026: "01-01 01-19 02-16 04-03 05-25 06-19 07-03 09-07 11-26 12-25",
    2027: "01-01 01-18 02-15 03-26 05-31 06-18 07-05 09-06 11-25 12-24",
    2028: "01-17 02-21 04-14 05-29 06-19 07-04 09-04 11-23 12-25",
  };
  for (const [year, monthDays] of Object.entries(notice)) {
    const first = Temporal.PlainDate.from(`${year}-01-01`);
    const closed = Array.from({ length: first.daysInYear }, (_, days) => first.add({ days }))
      .filter((date) => closureOn(NASDAQ, date)?.kind === "holiday")
      .map((date) => date.toPlainMonthDay().toString());
    expect(closed.join(" ")).toBe(monthDays);
  }
});

test.each([
  ["2001-09-12", "special", "Terrorist attacks of 2001-09-11"],
  ["2012-10-30", "special", "Hurricane Sandy"],
  ["2025-01-09", "special", "National day of mourning for President Carter"],
  ["2010-12-24", "holiday", "Christmas Day"],
  ["2022-06-20", "holiday", "Juneteenth National Independence Day"],
  ["2023-01-02", "holiday", "New Year's Day"],
  ["2026-11-22", "weekend", "Weekend"],
] as const)("%s is closed: %s, %s", (date, kind, reason) => {
  expect(closureOn(NASDAQ, date)).toMatchObject({ kind, reason });
});

test("Juneteenth was a session before 2022", () => {
  expect(sessionOn(NASDAQ, "2020-06-19")?.kind).toBe("regular");
  expect(sessionOn(NASDAQ, "2021-06-18")?.kind).toBe("regular");
});

test("every special date is a weekday that only its own entry explains, with a source", () => {
  for (const { date, source } of NASDAQ.specialClosures) {
    expect(source).not.toBe("");
    expect(closureOn(NASDAQ, date)).toMatchObject({ kind: "special", source });
  }
  for (const { date, reason, source } of NASDAQ.specialEarlyCloses) {
    expect(sessionOn(NASDAQ, date)).toMatchObject({
      kind: "early",
      source: `${reason}: ${source}`,
    });
  }
});

test("every day has a source, and says how its year is known", () => {
  let date = NASDAQ.horizon.from;
  while (Temporal.PlainDate.compare(date, NASDAQ.horizon.to) <= 0) {
    const day = sessionOn(NASDAQ, date) ?? closureOn(NASDAQ, date);
    expect(day?.source ?? "").not.toBe("");
    date = date.add({ days: 1 });
  }
  expect(yearBasis(NASDAQ, 2025).basis).toBe("held");
  expect(yearBasis(NASDAQ, 2026).basis).toBe("announced");
  expect(yearBasis(NASDAQ, 2027).basis).toBe("rule");
  expect(yearBasis(NASDAQ, 2028).basis).toBe("rule");
  expect(() => yearBasis(NASDAQ, 2029)).toThrow(RangeError);
});

test("no holiday is kept in another year than its own, nor on a weekend", () => {
  for (const { observedIn } of NASDAQ.holidays) {
    for (let year = 1999; year <= 2028; year += 1) {
      const date = observedIn(year);
      if (date === undefined) continue;
      expect(date.year).toBe(year);
      expect(date.dayOfWeek).toBeLessThanOrEqual(5);
    }
  }
});
