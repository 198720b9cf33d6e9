import type { Session } from "./day.ts";

/** A market's offsets from the close of a session. */
export interface RoundOffsets {
  /** How long before the close betting ends: 1 makes it 15:59:59. */
  readonly lockOffsetSeconds: number;
  /** How long after the close its price may be asked for. */
  readonly fetchDelayMinutes: number;
  /** How long after that a price is waited for. */
  readonly graceMinutes: number;
}

/** When a round opens, locks and settles: opensAt < lockAt <= closeAt <= settlesFrom <= graceEndsAt. */
export interface RoundTimes {
  readonly opensAt: Temporal.Instant;
  readonly lockAt: Temporal.Instant;
  readonly closeAt: Temporal.Instant;
  readonly settlesFrom: Temporal.Instant;
  readonly graceEndsAt: Temporal.Instant;
}

const checkOffset = (name: string, value: number): void => {
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new RangeError(`${name} is ${value}. Give a whole number, 0 or more.`);
  }
};

/**
 * The times of the round on a session's close. It opens when the round before it locks, so that one round is always
 * open and never two.
 * @throws RangeError for an offset that is no whole number or below 0, and for sessions out of order
 */
export const roundTimes = (
  session: Session,
  previousSession: Session,
  { lockOffsetSeconds, fetchDelayMinutes, graceMinutes }: RoundOffsets,
): RoundTimes => {
  checkOffset("lockOffsetSeconds", lockOffsetSeconds);
  checkOffset("fetchDelayMinutes", fetchDelayMinutes);
  checkOffset("graceMinutes", graceMinutes);
  const closeAt = session.closesAt;
  if (Temporal.Instant.compare(previousSession.closesAt, closeAt) >= 0) {
    throw new RangeError(
      `The session of ${previousSession.date.toString()} does not close before that of ` +
        `${session.date.toString()}. Give them in order.`,
    );
  }
  const settlesFrom = closeAt.add({ minutes: fetchDelayMinutes });
  return {
    opensAt: previousSession.closesAt.subtract({ seconds: lockOffsetSeconds }),
    lockAt: closeAt.subtract({ seconds: lockOffsetSeconds }),
    closeAt,
    settlesFrom,
    graceEndsAt: settlesFrom.add({ minutes: graceMinutes }),
  };
};
