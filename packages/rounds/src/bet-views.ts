import { integers, uuids, type Executor } from "@closebell/database";
import { microUsdc } from "@closebell/money";
import { type SQL, sql } from "drizzle-orm";
import { KIND } from "./accounts.ts";
import type { Bet, Outcome, Side, VoidReason } from "./types.ts";

interface BetRow extends Record<string, unknown> {
  readonly id: string;
  readonly roundId: number;
  readonly userId: string;
  readonly market: string;
  readonly roundCode: string;
  readonly side: Side;
  readonly stake: bigint;
  readonly acceptedAt: Temporal.Instant;
  readonly period: number;
  readonly outcome: Outcome | null;
  readonly voidReason: VoidReason | null;
  readonly late: boolean;
}

interface Returned extends Record<string, unknown> {
  readonly kind: number;
  readonly ref: string;
  readonly amount: bigint;
}

/** A bet beside the number of its round, for keyset paging. */
export interface BetInRound {
  readonly roundId: number;
  readonly bet: Bet;
}

type Fate = Pick<Bet, "state" | "payout" | "refundReason">;

const fateOf = (row: BetRow, back: Returned | undefined): Fate => {
  if (back !== undefined) {
    const payout = microUsdc(back.amount);
    return back.kind === KIND.refund
      ? { state: "REFUNDED", payout, refundReason: row.late ? "PAST_POST" : row.voidReason }
      : { state: "WON", payout, refundReason: null };
  }
  const lost = row.outcome !== null && row.outcome !== "VOID" && row.outcome !== row.side;
  return lost
    ? { state: "LOST", payout: microUsdc(0n), refundReason: null }
    : { state: "PLACED", payout: null, refundReason: null };
};

/** What came back for bets, by bet. Their months are said in numbers: others' partitions are not even looked at. */
const readReturned = async (
  tx: Executor,
  rows: readonly BetRow[],
): Promise<ReadonlyMap<string, Returned>> => {
  const periods = [...new Set(rows.map(({ period }) => period))];
  const found = await tx.execute<Returned>(sql`
    select kind, ref, amount from ledger.transfer
    where period = any(${integers(periods)}) and kind in (${KIND.refund}, ${KIND.payout})
      and ref = any(${uuids(rows.map(({ id }) => id))})`);
  return new Map(found.map((row) => [row.ref, row]));
};

/**
 * Bets, newest round first and within it the newest first: at most `limit` of those that `where` (a condition on
 * rounds.bet) selects. A bet's state is derived: from what was paid or refunded for it, and from its round's outcome.
 */
export const readBets = async (
  tx: Executor,
  query: { readonly where: SQL; readonly limit: number },
): Promise<readonly BetInRound[]> => {
  // the same order as by id, but none of the primary key's: in that the planner reads everybody's bets to find one user's
  const rows = await tx.execute<BetRow>(sql`
    select b.id, b.round_id as "roundId", b.user_id as "userId", r.market, r.code as "roundCode",
      b.side::text as side, b.stake, b.accepted_at as "acceptedAt", r.period, r.outcome,
      r.void_reason as "voidReason", b.accepted_at >= r.lock_at as late
    from (select * from rounds.bet where ${query.where}
          order by round_id desc, id::text collate "C" desc limit ${query.limit}) b
    join rounds.round r on r.id = b.round_id
    order by b.round_id desc, b.id desc`);
  if (rows.length === 0) return [];
  const returned = await readReturned(tx, rows);
  return rows.map((row) => {
    const { id, roundId, userId, market, roundCode, side, acceptedAt } = row;
    const stake = microUsdc(row.stake);
    const fate = fateOf(row, returned.get(id));
    return { roundId, bet: { id, userId, market, roundCode, side, stake, acceptedAt, ...fate } };
  });
};
