import { snapshot, type Deps } from "@closebell/database";
import { sql } from "drizzle-orm";
import { KIND } from "./accounts.ts";
import { findMarket } from "./markets.ts";

/** What all finished rounds of a market came to. staked = paid + fees + refunded; rounds = up + down + voided. */
export interface RoundTotals {
  readonly rounds: bigint;
  readonly up: bigint;
  /** Ties included. */
  readonly down: bigint;
  readonly voided: bigint;
  /** Settled rounds whose close equals the previous one. */
  readonly ties: bigint;
  readonly bets: bigint;
  readonly stakedMicroUsdc: bigint;
  /** Everything to winners, their stakes included. */
  readonly paidMicroUsdc: bigint;
  readonly feesMicroUsdc: bigint;
  readonly refundedMicroUsdc: bigint;
}

interface Row extends Record<string, unknown> {
  readonly rounds: bigint;
  readonly up: bigint;
  readonly down: bigint;
  readonly voided: bigint;
  readonly ties: bigint;
  readonly bets: bigint;
  readonly staked: string;
  readonly paid: string;
  readonly fees: string;
  readonly refunded: string;
}

/**
 * Adds up a market's finished rounds: counts from the rounds, amounts from the transfers. Scans every bet.
 * @throws DomainError MARKET_NOT_FOUND
 */
export const roundTotals = (
  deps: Pick<Deps, "database">,
  input: { readonly market?: string | undefined },
): Promise<RoundTotals> =>
  snapshot(deps, async (tx) => {
    const market = await findMarket(tx, input.market);
    // new partitions have no statistics yet, and nested loops over them took minutes
    await tx.execute(sql`set local enable_nestloop = off`);
    const [row] = await tx.execute<Row>(sql`
      with finished as (
        select id, period, accounts, outcome, close = previous_close as tie from rounds.round
        where market = ${market.code} and state in ('SETTLED', 'VOID')
      ), counted as (
        select count(*) as rounds, count(*) filter (where outcome = 'UP') as up,
          count(*) filter (where outcome = 'DOWN') as down, count(*) filter (where outcome = 'VOID') as voided,
          count(*) filter (where tie and outcome <> 'VOID') as ties
        from finished
      ), by_kind as (
        select x.kind, count(*) as transfers, sum(x.amount) as amount
        from finished f join rounds.bet b on b.round_id = f.id
        join ledger.transfer x on x.period = f.period and x.ref = b.id
          and x.kind in (${KIND.bet}, ${KIND.payout}, ${KIND.refund})
        group by x.kind
      ), charged as (
        select coalesce(sum(x.amount), 0) as fees
        from finished f join ledger.account a on a.code = f.accounts || '/settlement'
        join ledger.transfer x on x.period = f.period and x.debit = a.id and x.kind = ${KIND.fee}::smallint
      )
      select counted.*, charged.fees::text as fees,
        coalesce((select transfers from by_kind where kind = ${KIND.bet}::smallint), 0) as bets,
        coalesce((select amount from by_kind where kind = ${KIND.bet}::smallint), 0)::text as staked,
        coalesce((select amount from by_kind where kind = ${KIND.payout}::smallint), 0)::text as paid,
        coalesce((select amount from by_kind where kind = ${KIND.refund}::smallint), 0)::text as refunded
      from counted, charged`);
    if (row === undefined) throw new Error("adding up rounds returned no row");
    const { staked, paid, fees, refunded, ...counts } = row;
    return {
      ...counts,
      stakedMicroUsdc: BigInt(staked),
      paidMicroUsdc: BigInt(paid),
      feesMicroUsdc: BigInt(fees),
      refundedMicroUsdc: BigInt(refunded),
    };
  });
