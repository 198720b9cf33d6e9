import type { Executor } from "@closebell/database";
import { microUsdc } from "@closebell/money";
import { type SQL, sql } from "drizzle-orm";
import { KIND } from "./accounts.ts";
import type { Bet, BetState, Side } from "./types.ts";

interface BetRow extends Record<string, unknown> {
  readonly id: string;
  readonly roundId: number;
  readonly userId: string;
  readonly market: string;
  readonly roundCode: string;
  readonly side: Side;
  readonly stake: bigint;
  readonly acceptedAt: Temporal.Instant;
  readonly state: BetState;
  readonly payout: bigint | null;
  readonly refundReason: Bet["refundReason"];
}

/** A bet beside the number of its round, for keyset paging. */
export interface BetInRound {
  readonly roundId: number;
  readonly bet: Bet;
}

/**
 * The bets that `selection` (a query of rows of rounds.bet) gives, in `orderBy`. A bet's state is derived: from what
 * was paid or refunded for it, and from its round's outcome.
 */
export const readBets = async (
  tx: Executor,
  selection: SQL,
  orderBy: SQL,
): Promise<readonly BetInRound[]> => {
  const rows = await tx.execute<BetRow>(sql`
    select b.id, b.round_id as "roundId", b.user_id as "userId", r.market, r.code as "roundCode",
      b.side::text as side, b.stake, b.accepted_at as "acceptedAt",
      case when refund.amount is not null then 'REFUNDED'
           when payout.amount is not null then 'WON'
           when r.outcome in ('UP', 'DOWN') and r.outcome <> b.side::text then 'LOST'
           else 'PLACED' end as state,
      coalesce(refund.amount, payout.amount,
        case when r.outcome in ('UP', 'DOWN') and r.outcome <> b.side::text then 0 end) as payout,
      case when refund.amount is null then null
           when b.accepted_at >= r.lock_at then 'PAST_POST' else r.void_reason end as "refundReason"
    from (${selection}) b
    join rounds.round r on r.id = b.round_id
    left join ledger.transfer refund
      on refund.period = r.period and refund.kind = ${KIND.refund}::smallint and refund.ref = b.id
    left join ledger.transfer payout
      on payout.period = r.period and payout.kind = ${KIND.payout}::smallint and payout.ref = b.id
    order by ${orderBy}`);
  return rows.map(({ roundId, ...row }) => ({
    roundId,
    bet: {
      ...row,
      stake: microUsdc(row.stake),
      payout: row.payout === null ? null : microUsdc(row.payout),
    },
  }));
};
