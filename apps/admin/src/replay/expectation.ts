import { userAccount } from "@closebell/ledger";
import { expectRound, type ExpectedBet, type ExpectedRound } from "./expect-round.ts";
import type { PlannedSession } from "./session-plan.ts";

/** What finished rounds add up to; amounts in micro-USDC. */
export interface ReplayTotals {
  readonly rounds: number;
  readonly up: number;
  /** Ties included. */
  readonly down: number;
  readonly void: number;
  readonly ties: number;
  readonly bets: number;
  readonly staked: bigint;
  readonly paid: bigint;
  readonly fees: bigint;
  readonly refunded: bigint;
}

/** A second set of books, kept in memory from the rules alone. */
export interface Expectation {
  available(userId: string): bigint;
  /** Adds to what a user may bet: a deposit, a credit, a failed withdrawal; below zero for a withdrawal. */
  move(userId: string, amount: bigint): void;
  /** Takes a stake for the round called `code`. */
  bet(code: string, bet: ExpectedBet): void;
  /** Ends the round of a session. */
  settle(session: PlannedSession): ExpectedRound;
  totals(): ReplayTotals;
  /** Balances by account code, of users and of the house's fees. */
  balances(): ReadonlyMap<string, bigint>;
}

const NONE: ReplayTotals = {
  rounds: 0,
  up: 0,
  down: 0,
  void: 0,
  ties: 0,
  bets: 0,
  staked: 0n,
  paid: 0n,
  fees: 0n,
  refunded: 0n,
};

const add = (
  totals: ReplayTotals,
  bets: readonly ExpectedBet[],
  round: ExpectedRound,
): ReplayTotals => {
  const back = [...round.returns.values()].reduce((sum, amount) => sum + amount, 0n);
  const isVoid = round.outcome === "VOID";
  return {
    rounds: totals.rounds + 1,
    up: totals.up + Number(round.outcome === "UP"),
    down: totals.down + Number(round.outcome === "DOWN"),
    void: totals.void + Number(isVoid),
    ties: totals.ties + Number(round.tie),
    bets: totals.bets + bets.length,
    staked: bets.reduce((sum, { stake }) => sum + stake, totals.staked),
    paid: totals.paid + (isVoid ? 0n : back),
    fees: totals.fees + round.fee,
    refunded: totals.refunded + (isVoid ? back : 0n),
  };
};

/** Empty books under a fee in basis points. */
export const createExpectation = (feeBps: number): Expectation => {
  const available = new Map<string, bigint>();
  const open = new Map<string, ExpectedBet[]>();
  let totals = NONE;
  const move = (userId: string, amount: bigint): void => {
    available.set(userId, (available.get(userId) ?? 0n) + amount);
  };
  return {
    available: (userId) => available.get(userId) ?? 0n,
    move,
    bet: (code, bet) => {
      open.set(code, [...(open.get(code) ?? []), bet]);
      move(bet.userId, -bet.stake);
    },
    settle: ({ code, previousClose, close }) => {
      const bets = open.get(code) ?? [];
      open.delete(code);
      const round = expectRound({ bets, previousClose, close, feeBps });
      for (const { id, userId } of bets) move(userId, round.returns.get(id) ?? 0n);
      totals = add(totals, bets, round);
      return round;
    },
    totals: () => totals,
    balances: () =>
      new Map([
        ["house/fees", totals.fees],
        ...[...available].map(([id, amount]) => [userAccount(id, "available"), amount] as const),
      ]),
  };
};
