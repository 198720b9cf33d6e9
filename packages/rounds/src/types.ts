import type { MicroUsdc } from "@closebell/money";

/** What a bet is on: UP, the close is above the previous session's; DOWN, it is not (a tie is DOWN). */
export type Side = "UP" | "DOWN";
export const SIDES: readonly Side[] = ["UP", "DOWN"];

export type RoundState = "SCHEDULED" | "OPEN" | "LOCKED" | "SETTLING" | "SETTLED" | "VOID";
export const ROUND_STATES: readonly RoundState[] = [
  "SCHEDULED",
  "OPEN",
  "LOCKED",
  "SETTLING",
  "SETTLED",
  "VOID",
];

export type Outcome = Side | "VOID";
export type VoidReason = "CANCELLED_SESSION" | "ORACLE_TIMEOUT" | "NO_WINNERS" | "OPERATOR";
/** Why a round waits for an operator: a wild move, a grace that ended without a price, or by hand. */
export type HeldReason = "GUARD" | "GRACE_ENDED" | "OPERATOR";

/** What happens when the grace ends without a valid price. */
export type OnGraceEnd = "void" | "hold";
/**
 * Whose closes count: of the first source that answers; the first one's where all answer and agree; or, where most of
 * them answer, those of the source whose move from close to close is the median.
 */
export type SourceRule = "first" | "all-agree" | "median";
export const SOURCE_RULES: readonly SourceRule[] = ["first", "all-agree", "median"];

/** The rules frozen into a round when it is scheduled. */
export interface RoundRules {
  readonly feeBps: number;
  readonly minStake: MicroUsdc;
  /** Per user and round, all bets together. */
  readonly maxStake: MicroUsdc;
  /** A move above this, in basis points of the previous close, waits for an operator. */
  readonly guardBps: number;
  readonly onGraceEnd: OnGraceEnd;
  /** The oracles asked, in order, as `name`, or `name:SYMBOL` where the market's own symbol is not theirs. */
  readonly sources: readonly string[];
  readonly sourceRule: SourceRule;
  /** How far from the first source's, in basis points of it, the closes of one that agrees may be. */
  readonly toleranceBps: number;
  readonly rulesVersion: number;
}

/** What is bet on, and by which rules its next rounds are scheduled. */
export interface Market extends RoundRules {
  readonly code: string;
  /** The last two digits of its rounds' ids. */
  readonly number: number;
  readonly name: string;
  /** What the oracles are asked for. */
  readonly symbol: string;
  /** Oracles, written as `sources`, that are only asked again once a round is settled, never to settle one. */
  readonly auditSources: readonly string[];
  readonly exchange: string;
  readonly timezone: string;
  readonly lockOffsetSeconds: number;
  readonly fetchDelayMinutes: number;
  readonly graceMinutes: number;
  readonly createdAt: Temporal.Instant;
}

/** The instants of a round. */
export interface RoundTimes {
  readonly opensAt: Temporal.Instant;
  /** A bet counts before this instant. */
  readonly lockAt: Temporal.Instant;
  readonly closeAt: Temporal.Instant;
  readonly settlesFrom: Temporal.Instant;
  readonly graceEndsAt: Temporal.Instant;
}

/** A round as everybody may see it, at one instant. Pools are the live ones until they are fixed. */
export interface Round extends RoundTimes {
  readonly id: number;
  readonly market: string;
  /** YYYYMMDD of the closing date. */
  readonly code: string;
  readonly symbol: string;
  readonly closingDate: string;
  readonly previousDate: string;
  readonly state: RoundState;
  readonly paused: boolean;
  readonly heldReason: HeldReason | null;
  readonly outcome: Outcome | null;
  readonly voidReason: VoidReason | null;
  /** Exact decimals. */
  readonly previousClose: string | null;
  readonly close: string | null;
  /** The source both closes are of; null where it was not settled by prices. */
  readonly priceSource: string | null;
  readonly poolUp: MicroUsdc;
  readonly poolDown: MicroUsdc;
  readonly fee: MicroUsdc | null;
  readonly betsUp: bigint;
  readonly betsDown: bigint;
  readonly settledAt: Temporal.Instant | null;
  readonly rules: RoundRules;
}

export type BetState = "PLACED" | "WON" | "LOST" | "REFUNDED";

/** A bet and what became of it. */
export interface Bet {
  readonly id: string;
  readonly userId: string;
  readonly market: string;
  readonly roundCode: string;
  readonly side: Side;
  readonly stake: MicroUsdc;
  readonly acceptedAt: Temporal.Instant;
  readonly state: BetState;
  /** What came back: stake and share for a winner, the stake for a refund; null while open, 0 for a loser. */
  readonly payout: MicroUsdc | null;
  /** Why the stake came back; PAST_POST for a bet taken after a lock that turned out to be earlier. */
  readonly refundReason: VoidReason | "PAST_POST" | null;
}

/** How a settled round's closes were compared: its source was asked again, or the next round was told of them. */
export type CheckKind = "reread" | "next-previous";
