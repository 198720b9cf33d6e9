import type { Transaction } from "@closebell/database";
import { microUsdc, type MicroUsdc } from "@closebell/money";
import { sql } from "drizzle-orm";

/** One thing that must always hold, and whether it does. */
export interface AuditCheck {
  readonly name: string;
  readonly ok: boolean;
  /** By how much the books are off; zero when `ok`. */
  readonly imbalance: MicroUsdc;
  /** What was found, in words, with the first offenders when it fails. */
  readonly detail: string;
}

const sumToZero = async (tx: Pick<Transaction, "execute">): Promise<AuditCheck> => {
  const [row] = await tx.execute<{ accounts: bigint; total: string }>(
    sql`select count(*) as accounts, coalesce(sum(balance), 0)::text as total from ledger.account`,
  );
  const total = BigInt(row?.total ?? "0");
  return {
    name: "balances-sum-to-zero",
    ok: total === 0n,
    imbalance: microUsdc(total),
    detail: `${row?.accounts ?? 0n} accounts sum to ${total}`,
  };
};

const balancesEqualTransfers = async (tx: Pick<Transaction, "execute">): Promise<AuditCheck> => {
  const rows = await tx.execute<{ code: string; off: string }>(sql`
    select a.code, (a.balance - coalesce(t.sum, 0))::text as off
    from ledger.account a
    full join (
      select account, sum(amount) as sum from (
        select debit as account, -amount as amount from ledger.transfer
        union all select credit, amount from ledger.transfer) s
      group by account) t on t.account = a.id
    where a.balance is distinct from coalesce(t.sum, 0)::numeric
    order by a.id`);
  const off = rows.reduce((sum, row) => {
    const value = BigInt(row.off);
    return sum + (value < 0n ? -value : value);
  }, 0n);
  const first = rows.slice(0, 3).map((row) => `${row.code} is off by ${row.off}`);
  return {
    name: "balances-equal-transfers",
    ok: rows.length === 0,
    imbalance: microUsdc(off),
    detail: rows.length === 0 ? "every balance equals its transfers" : first.join("; "),
  };
};

const custodyCoversAll = async (tx: Pick<Transaction, "execute">): Promise<AuditCheck> => {
  const [row] = await tx.execute<{ held: string; owed: string }>(sql`
    select (-coalesce(sum(balance) filter (where lock_rank >= 3), 0))::text as held,
           coalesce(sum(balance) filter (where lock_rank <= 2), 0)::text as owed
    from ledger.account`);
  const held = BigInt(row?.held ?? "0");
  const owed = BigInt(row?.owed ?? "0");
  return {
    name: "custody-less-house-covers-users-and-rounds",
    ok: held === owed,
    imbalance: microUsdc(held - owed),
    detail: `custody less house ${held}, users and rounds ${owed}`,
  };
};

/** The ledger's checks, in one snapshot: see README.md for each. Scans every transfer. */
export const reconcile = async (
  tx: Pick<Transaction, "execute">,
): Promise<readonly AuditCheck[]> => [
  await sumToZero(tx),
  await balancesEqualTransfers(tx),
  await custodyCoversAll(tx),
];
