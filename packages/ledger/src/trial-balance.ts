import type { Transaction } from "@closebell/database";
import { microUsdc, type MicroUsdc } from "@closebell/money";
import { sql } from "drizzle-orm";

/** The books by class of account: `user/available`, `round`, `house/fees`, `custody/simulated`. */
export interface TrialBalanceLine {
  readonly accounts: string;
  readonly count: bigint;
  readonly balance: MicroUsdc;
}

/** The trial balance of one snapshot; its balances sum to zero. */
export const trialBalance = async (
  tx: Pick<Transaction, "execute">,
): Promise<readonly TrialBalanceLine[]> => {
  const rows = await tx.execute<{ accounts: string; count: bigint; balance: bigint }>(sql`
    select case lock_rank when 1 then 'user/' || purpose when 2 then 'round' else code end as accounts,
           count(*) as count, sum(balance)::bigint as balance
    from ledger.account group by 1, lock_rank order by lock_rank, 1`);
  return rows.map((row) => ({ ...row, balance: microUsdc(row.balance) }));
};
