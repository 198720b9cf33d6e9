import type { Transaction } from "@closebell/database";
import { microUsdc, type MicroUsdc } from "@closebell/money";
import { sql } from "drizzle-orm";
import { drawSeed } from "./draw-seed.ts";

/** One thing that must always hold, and whether it does. */
export interface AuditCheck {
  readonly name: string;
  readonly ok: boolean;
  /** By how much the books are off; zero when `ok`. */
  readonly imbalance: MicroUsdc;
  /** What was found, in words, with the first offenders when it fails. */
  readonly detail: string;
}

type Reader = Pick<Transaction, "execute">;

interface Sums extends Record<string, unknown> {
  readonly accounts: bigint;
  readonly total: string;
  readonly held: string;
  readonly owed: string;
  /** Whether the weighted sum of the balances is that of the transfers. */
  readonly same: boolean;
}

const sumToZero = (sums: Sums): AuditCheck => {
  const total = BigInt(sums.total);
  return {
    name: "balances-sum-to-zero",
    ok: total === 0n,
    imbalance: microUsdc(total),
    detail: `${sums.accounts} accounts sum to ${total}`,
  };
};

/**
 * Adds up all accounts, and tells whether every balance equals its transfers, by one pass without a group for each account: accounts get weights of
 * 31 bits, hashed from their ids and a seed drawn anew, and the weighted sum of all balances must be that of all transfers.
 * It always is where the books are right; where they are not, it is by a chance of one in two thousand million. Amounts
 * are taken in two halves, so that no product leaves 64 bits.
 */
const addUp = async (tx: Reader): Promise<Sums> => {
  const seed = sql.raw(String(await drawSeed(tx)));
  const weight = (column: string) =>
    sql`(hashint8extended(${sql.raw(column)}, (${seed})::bigint) & 2147483647)`;
  const moved = sql`(${weight("credit")} - ${weight("debit")})`;
  const [sums] = await tx.execute<Sums>(sql`
    with transfers as (
      select coalesce(sum(${moved} * (amount & 2147483647)), 0)
        + coalesce(sum(${moved} * (amount >> 31)) filter (where amount > 2147483647), 0) * 2147483648 as weighed
      from ledger.transfer
    ), balances as (
      select count(*) as accounts, coalesce(sum(balance), 0)::text as total,
        (-coalesce(sum(balance) filter (where lock_rank >= 3), 0))::text as held,
        coalesce(sum(balance) filter (where lock_rank <= 2), 0)::text as owed,
        coalesce(sum(${weight("id")} * (balance & 2147483647)) filter (where balance <> 0), 0)
          + coalesce(sum(${weight("id")} * (balance >> 31)) filter (where balance >> 31 <> 0), 0) * 2147483648 as weighed
      from ledger.account
    )
    select b.accounts, b.total, b.held, b.owed, b.weighed = t.weighed as same from transfers t, balances b`);
  if (sums === undefined) throw new Error("adding up the books returned no row");
  return sums;
};

const offBalances = (tx: Reader) =>
  tx.execute<{ code: string; off: string }>(sql`
    select coalesce(a.code, 'account ' || t.account) as code, (coalesce(a.balance, 0) - coalesce(t.sum, 0))::text as off
    from ledger.account a
    full join (
      select account, sum(amount) as sum from (
        select debit as account, -amount as amount from ledger.transfer
        union all select credit, amount from ledger.transfer) s
      group by account) t on t.account = a.id
    where a.balance is distinct from coalesce(t.sum, 0)::numeric
    order by a.id`);

const balancesEqualTransfers = async (tx: Reader, sums: Sums): Promise<AuditCheck> => {
  const rows = sums.same ? [] : await offBalances(tx);
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

const custodyCoversAll = (sums: Sums): AuditCheck => {
  const held = BigInt(sums.held);
  const owed = BigInt(sums.owed);
  return {
    name: "custody-less-house-covers-users-and-rounds",
    ok: held === owed,
    imbalance: microUsdc(held - owed),
    detail: `custody less house ${held}, users and rounds ${owed}`,
  };
};

/** The ledger's checks, in one snapshot: see README.md for each. Reads every transfer, once unless the books are wrong. */
export const reconcile = async (tx: Reader): Promise<readonly AuditCheck[]> => {
  const sums = await addUp(tx);
  return [sumToZero(sums), await balancesEqualTransfers(tx, sums), custodyCoversAll(sums)];
};
