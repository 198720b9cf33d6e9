import { snapshot, type Deps } from "@closebell/database";
import { microUsdc, type MicroUsdc } from "@closebell/money";
import { sql } from "drizzle-orm";

/** What the books know of a chain, without asking it. */
export interface ChainTotals {
  readonly chain: string;
  /** Withdrawals that are neither paid nor returned. */
  readonly waitingMicroUsdc: MicroUsdc;
  /** Whether an operator has stopped payments. */
  readonly paused: boolean;
  /** Deposits that were credited and have vanished since, borne by the house until they are mined again. */
  readonly reorgLossMicroUsdc: MicroUsdc;
  /** Deposits, ever, that only the daily second reading found. */
  readonly foundLate: number;
}

interface Row extends Record<string, unknown> {
  readonly chain: string;
  readonly waiting: string;
  readonly paused: boolean;
  readonly lost: string;
  readonly found: number;
}

/** What waits, was lost and was found late on each chain that was ever used, for metrics. */
export const chainTotals = (deps: Pick<Deps, "database">): Promise<readonly ChainTotals[]> =>
  snapshot(deps, async (tx) => {
    const rows = await tx.execute<Row>(sql`
      select c.name as chain,
        coalesce((select sum(w.amount) from custody.withdrawal w
          where w.chain = c.name and w.state in
            ('REQUESTED', 'APPROVED', 'SIGNED', 'BROADCAST', 'MINED', 'NEEDS_REVIEW')), 0)::text as waiting,
        exists (select from custody.withdrawal_switch s where s.chain = c.name and s.paused_at is not null) as paused,
        coalesce((select sum(d.amount) from custody.deposit d
          where d.chain = c.name and d.state = 'REORGED' and d.credited_at is not null), 0)::text as lost,
        coalesce((select sum(b.found) from custody.backfill b where b.chain = c.name), 0)::int as found
      from custody.chain c
      order by c.name`);
    return rows.map(({ chain, waiting, paused, lost, found }) => ({
      chain,
      waitingMicroUsdc: microUsdc(BigInt(waiting)),
      paused,
      reorgLossMicroUsdc: microUsdc(BigInt(lost)),
      foundLate: found,
    }));
  });
