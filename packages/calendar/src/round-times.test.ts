import { expect, test } from "bun:test";
import { EXCHANGES, previousSession, roundTimes, sessionOn, type Session } from "./index.ts";

const { NASDAQ } = EXCHANGES;
const OFFSETS = { lockOffsetSeconds: 1, fetchDelayMinutes: 5, graceMinutes: 30 };

const sessionAt = (date: string): Session => {
  const session = sessionOn(NASDAQ, date);
  if (session === undefined) throw new Error(`${date} is no session`);
  return session;
};

const local = (date: string) => {
  const times = roundTimes(sessionAt(date), previousSession(NASDAQ, date), OFFSETS);
  return Object.values(times).map((instant: Temporal.Instant) =>
    instant.toZonedDateTimeISO("America/New_York").toPlainDateTime().toString(),
  );
};

test("a regular session after a regular one", () => {
  expect(local("2026-11-24")).toEqual([
    "2026-11-23T15:59:59",
    "2026-11-24T15:59:59",
    "2026-11-24T16:00:00",
    "2026-11-24T16:05:00",
    "2026-11-24T16:35:00",
  ]);
});

test("an early close, opened on the eve of the holiday", () => {
  expect(local("2026-11-27")).toEqual([
    "2026-11-25T15:59:59",
    "2026-11-27T12:59:59",
    "2026-11-27T13:00:00",
    "2026-11-27T13:05:00",
    "2026-11-27T13:35:00",
  ]);
});

test("the session after an early close opens at its lock", () => {
  expect(local("2026-11-30")[0]).toBe("2026-11-27T12:59:59");
});

test.each([
  // clocks go forward on 2026-03-08 and back on 2026-11-01
  ["2026-03-09", "2026-03-06T20:59:59Z", "2026-03-09T19:59:59Z"],
  ["2026-11-02", "2026-10-30T19:59:59Z", "2026-11-02T20:59:59Z"],
  // until 2006 they went forward in April and back in October
  ["2006-04-03", "2006-03-31T20:59:59Z", "2006-04-03T19:59:59Z"],
  ["2006-10-30", "2006-10-27T19:59:59Z", "2006-10-30T20:59:59Z"],
])("%s, across a change of the clocks, opens at %s and locks at %s", (date, opens, locks) => {
  const times = roundTimes(sessionAt(date), previousSession(NASDAQ, date), OFFSETS);
  expect([times.opensAt.toString(), times.lockAt.toString()]).toEqual([opens, locks]);
});

test("a market's own offsets move its times", () => {
  const times = roundTimes(sessionAt("2026-11-24"), sessionAt("2026-11-23"), {
    lockOffsetSeconds: 900,
    fetchDelayMinutes: 0,
    graceMinutes: 0,
  });
  expect(times.opensAt.toString()).toBe("2026-11-23T20:45:00Z");
  expect(times.lockAt.toString()).toBe("2026-11-24T20:45:00Z");
  expect(times.graceEndsAt).toEqual(times.closeAt);
});

test.each([
  ["lockOffsetSeconds", -1],
  ["lockOffsetSeconds", 0.5],
  ["fetchDelayMinutes", -5],
  ["graceMinutes", Number.NaN],
])("%s of %d is refused by name", (name, value) => {
  expect(() =>
    roundTimes(sessionAt("2026-11-24"), sessionAt("2026-11-23"), { ...OFFSETS, [name]: value }),
  ).toThrow(`${name} is ${value}`);
});

test("sessions out of order are refused", () => {
  const session = sessionAt("2026-11-24");
  expect(() => roundTimes(session, session, OFFSETS)).toThrow(RangeError);
  expect(() => roundTimes(sessionAt("2026-11-23"), session, OFFSETS)).toThrow(
    "2026-11-24 does not close before that of 2026-11-23",
  );
});
