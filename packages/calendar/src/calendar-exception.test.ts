import { expect, test } from "bun:test";
import {
  type CalendarExceptions,
  closureOn,
  EXCHANGES,
  nextSession,
  previousSession,
  sessionOn,
  sessionsBetween,
} from "./index.ts";

const { NASDAQ } = EXCHANGES;
const source = "Notice of the exchange";
const cancelled: CalendarExceptions = [{ date: "2026-11-24", kind: "closed", source }];
const text = (session: { readonly date: Temporal.PlainDate }) => session.date.toString();

test("a cancelled session is closed for every question", () => {
  expect(sessionOn(NASDAQ, "2026-11-24", cancelled)).toBeUndefined();
  expect(closureOn(NASDAQ, "2026-11-24", cancelled)).toEqual({
    kind: "exception",
    reason: "Session cancelled",
    source,
  });
  expect(text(nextSession(NASDAQ, "2026-11-23", cancelled))).toBe("2026-11-25");
  expect(text(previousSession(NASDAQ, "2026-11-25", cancelled))).toBe("2026-11-23");
  expect(sessionsBetween(NASDAQ, "2026-11-23", "2026-11-25", cancelled).map(text)).toEqual([
    "2026-11-23",
    "2026-11-25",
  ]);
});

test("nothing of an exception stays behind", () => {
  expect(sessionOn(NASDAQ, "2026-11-24", cancelled)).toBeUndefined();
  expect(sessionOn(NASDAQ, "2026-11-24")?.kind).toBe("regular");
  expect(sessionOn(NASDAQ, "2026-11-23", cancelled)).toEqual(sessionOn(NASDAQ, "2026-11-23"));
});

test.each([
  ["2026-11-24", "13:00", "early", "2026-11-24T18:00:00Z"],
  ["2026-07-01", "11:30", "early", "2026-07-01T15:30:00Z"],
  // a time as PostgreSQL prints it
  ["2026-11-24", "13:00:00", "early", "2026-11-24T18:00:00Z"],
  // an early close of the calendar called off
  ["2028-07-03", "16:00", "regular", "2028-07-03T20:00:00Z"],
])("%s closed at %s is %s, at %s", (date, closesAt, kind, instant) => {
  const session = sessionOn(NASDAQ, date, [{ date, kind: "early", closesAt, source }]);
  expect(session).toMatchObject({ kind, source });
  expect(session?.closesAt.toString()).toBe(instant);
});

test("an exception on a closed day changes nothing", () => {
  for (const date of ["2026-11-26", "2026-11-28"]) {
    const exceptions: CalendarExceptions = [
      { date, kind: "early", closesAt: "13:00", source },
      { date, kind: "closed", source },
    ];
    expect(sessionOn(NASDAQ, date, exceptions)).toBeUndefined();
    expect(closureOn(NASDAQ, date, exceptions)).toEqual(closureOn(NASDAQ, date));
  }
});

test("the last exception for a date counts", () => {
  const early = { date: "2026-11-24", kind: "early", closesAt: "13:00", source } as const;
  expect(sessionOn(NASDAQ, "2026-11-24", [early, ...cancelled])).toBeUndefined();
  expect(sessionOn(NASDAQ, "2026-11-24", [...cancelled, early])?.kind).toBe("early");
});

test("a time that is none is refused", () => {
  expect(() =>
    sessionOn(NASDAQ, "2026-11-24", [
      { date: "2026-11-24", kind: "early", closesAt: "25:00", source },
    ]),
  ).toThrow(RangeError);
});
