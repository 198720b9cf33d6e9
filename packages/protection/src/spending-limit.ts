import { DomainError } from "@closebell/context";
import type { Executor } from "@closebell/database";
import { microUsdc, type MicroUsdc } from "@closebell/money";
import { sql } from "drizzle-orm";

/**
 * What a limit is on. `deposit`: what comes in to be bet, gross: what goes out again makes no room (UKGC RTS 12B as of 2026).
 * `stake`: what is bet, gross. `loss`: what is bet less what came back for it (RTS 12, "winnings subtracted from the
 * amount spent"); a bet that is not settled counts as lost, and what comes back counts for the day of its bet.
 */
export const LIMIT_KINDS = ["deposit", "stake", "loss"] as const;
export type LimitKind = (typeof LIMIT_KINDS)[number];

/** A UTC day, an ISO week (from Monday 00:00 UTC) or a month in UTC (RTS 12B: 24 hours, 7 days and one month). */
export const LIMIT_PERIODS = ["day", "week", "month"] as const;
export type LimitPeriod = (typeof LIMIT_PERIODS)[number];

/** A looser limit: it counts once its player confirms it, from then on until it lapses. */
export interface PendingLimit {
  /** Null: none. */
  readonly amount: MicroUsdc | null;
  /** 24 hours after it was asked for. */
  readonly from: Temporal.Instant;
  /** Three days after that; RTS 12D names no end, but a word given early would not be one given after thinking it over. */
  readonly until: Temporal.Instant;
}

/** A limit a player has set for himself. Where several are in force the tightest decides (RTS 12B). */
export interface SpendingLimit {
  readonly kind: LimitKind;
  readonly period: LimitPeriod;
  /** What is in force; null where none is any more. */
  readonly amount: MicroUsdc | null;
  /** Of the period that is running. Below zero for a loss limit where more came back than was staked. */
  readonly used: bigint;
  /** Never below zero, above `amount` where more came back than was staked; null where no limit is in force. */
  readonly remaining: bigint | null;
  readonly periodStart: Temporal.Instant;
  /** When the next period begins. */
  readonly resetsAt: Temporal.Instant;
  /** A looser limit that was asked for and waits to be confirmed. */
  readonly pending: PendingLimit | null;
}

interface LimitRow extends Record<string, unknown> {
  readonly kind: LimitKind;
  readonly period: LimitPeriod;
  readonly amount: bigint | null;
  readonly used: string;
  readonly startsOn: string;
  readonly nextAmount: bigint | null;
  readonly nextFrom: Temporal.Instant | null;
  readonly nextUntil: Temporal.Instant | null;
}

const LENGTH = { day: { days: 1 }, week: { weeks: 1 }, month: { months: 1 } } as const;

const asLimit = (row: LimitRow): SpendingLimit => {
  const { kind, period, nextFrom, nextUntil } = row;
  const start = Temporal.PlainDate.from(row.startsOn);
  const used = BigInt(row.used);
  const left = row.amount === null ? null : row.amount - used;
  const micro = (amount: bigint | null) => (amount === null ? null : microUsdc(amount));
  return {
    kind,
    period,
    amount: micro(row.amount),
    used,
    remaining: left === null || left > 0n ? left : 0n,
    periodStart: start.toZonedDateTime("UTC").toInstant(),
    resetsAt: start.add(LENGTH[period]).toZonedDateTime("UTC").toInstant(),
    pending:
      nextFrom === null || nextUntil === null
        ? null
        : { amount: micro(row.nextAmount), from: nextFrom, until: nextUntil },
  };
};

/** The limits a user has, and what is used of them, by `clock.now()`. */
export const limitsOf = async (on: Executor, userId: string): Promise<readonly SpendingLimit[]> => {
  const rows = await on.execute<LimitRow>(sql`
    select l.kind, l.period, l.amount, l.used::text as used, l.starts_on as "startsOn",
      l.next_amount as "nextAmount", l.next_from as "nextFrom", l.next_until as "nextUntil"
    from protection.limits_of(${userId}::uuid, clock.now()) l
    where l.amount is not null or l.next_from is not null
    order by array_position(array['deposit', 'stake', 'loss'], l.kind),
      array_position(array['day', 'week', 'month'], l.period)`);
  return rows.map(asLimit);
};

/** @throws DomainError AMOUNT_INVALID below zero */
export const checkedLimit = (amount: MicroUsdc | null): MicroUsdc | null => {
  if (amount === null || amount >= 0n) return amount;
  throw new DomainError(
    "AMOUNT_INVALID",
    "A limit is zero or above. Give an amount, or null for none.",
  );
};
