import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { EXCHANGES, roundTimes, sessionsBetween } from "./index.ts";

const { NASDAQ } = EXCHANGES;
const OFFSETS = { lockOffsetSeconds: 1, fetchDelayMinutes: 5, graceMinutes: 30 };
const SESSIONS = sessionsBetween(NASDAQ, NASDAQ.horizon.from, NASDAQ.horizon.to);

const roundsWith = (offsets: typeof OFFSETS) =>
  SESSIONS.flatMap((session, index) => {
    const previous = SESSIONS[index - 1];
    return previous === undefined
      ? []
      : [{ session, times: roundTimes(session, previous, offsets) }];
  });

describe("every session of the horizon", () => {
  const rounds = roundsWith(OFFSETS);

  test("opens before it locks, closes, settles and ends its grace", () => {
    for (const { times } of rounds) {
      const inOrder = [
        times.opensAt,
        times.lockAt,
        times.closeAt,
        times.settlesFrom,
        times.graceEndsAt,
      ].map(({ epochMilliseconds }) => epochMilliseconds);
      expect(new Set(inOrder).size).toBe(5);
      expect(inOrder).toEqual(inOrder.toSorted((a, b) => a - b));
    }
  });

  test("locks at 15:59:59, or 12:59:59 on an early close, of its own date in New York", () => {
    for (const { session, times } of rounds) {
      const time = session.kind === "early" ? "12:59:59" : "15:59:59";
      expect(times.lockAt.toZonedDateTimeISO(NASDAQ.timezone).toPlainDateTime().toString()).toBe(
        `${session.date.toString()}T${time}`,
      );
    }
  });

  test("opens the instant the one before it locks", () => {
    for (const [index, { times }] of rounds.entries()) {
      const before = rounds[index - 1];
      if (before !== undefined) expect(times.opensAt).toEqual(before.times.lockAt);
    }
  });
});

test("windows abut and keep their order with any offsets", () => {
  fc.assert(
    fc.property(
      fc.nat(SESSIONS.length - 3),
      fc.record({
        lockOffsetSeconds: fc.nat(3600),
        fetchDelayMinutes: fc.nat(600),
        graceMinutes: fc.nat(600),
      }),
      (index, offsets) => {
        const [first, second, third] = SESSIONS.slice(index, index + 3);
        if (first === undefined || second === undefined || third === undefined) throw new Error();
        const times = roundTimes(second, first, offsets);
        expect(roundTimes(third, second, offsets).opensAt).toEqual(times.lockAt);
        expect(times.opensAt.until(times.lockAt).sign).toBe(1);
        expect(times.lockAt.until(times.closeAt).total("seconds")).toBe(offsets.lockOffsetSeconds);
        expect(times.closeAt.until(times.settlesFrom).total("minutes")).toBe(
          offsets.fetchDelayMinutes,
        );
        expect(times.settlesFrom.until(times.graceEndsAt).total("minutes")).toBe(
          offsets.graceMinutes,
        );
      },
    ),
  );
});
