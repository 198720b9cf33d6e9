import { snapshot, type Deps } from "@closebell/database";
import { sql } from "drizzle-orm";
import type { DepositState } from "./deposit-state.ts";
import type { WithdrawalState } from "./withdrawal-state.ts";

/**
 * How many stand in which state. The ordinary ends, CREDITED and CONFIRMED, are left out: they grow without bound, and
 * counting them would slow down with every one.
 */
export interface CustodyStatistics {
  readonly deposits: Readonly<Record<Exclude<DepositState, "CREDITED">, number>>;
  readonly withdrawals: Readonly<Record<Exclude<WithdrawalState, "CONFIRMED">, number>>;
  /** By `clock.now()`, of the deposit not yet confirmed that was seen first; null where none waits. */
  readonly oldestPendingDepositSeconds: number | null;
  /** The same of withdrawals that are neither paid nor returned. */
  readonly oldestPendingWithdrawalSeconds: number | null;
}

type Counted<S extends string> = {
  readonly state: S;
  readonly count: number;
  readonly age: number;
};

const oldest = (rows: readonly Counted<string>[], pending: ReadonlySet<string>): number | null => {
  const ages = rows.filter((row) => pending.has(row.state)).map((row) => row.age);
  return ages.length === 0 ? null : Math.max(...ages);
};

const countsOf = <S extends string>(
  rows: readonly Counted<S>[],
  none: Readonly<Record<S, number>>,
): Readonly<Record<S, number>> => ({
  ...none,
  ...Object.fromEntries(rows.map((row) => [row.state, row.count])),
});

/** What waits in custody and what went wrong, for metrics. */
export const custodyStatistics = (deps: Pick<Deps, "database">): Promise<CustodyStatistics> =>
  snapshot(deps, async (tx) => {
    const columns = sql`state, count(*)::int as count,
      greatest(0, extract(epoch from clock.now() - min(created_at)))::float8 as age`;
    const deposits = await tx.execute<Counted<Exclude<DepositState, "CREDITED">>>(
      sql`select ${columns} from custody.deposit where state <> 'CREDITED' group by state`,
    );
    const withdrawals = await tx.execute<Counted<Exclude<WithdrawalState, "CONFIRMED">>>(
      sql`select ${columns} from custody.withdrawal where state <> 'CONFIRMED' group by state`,
    );
    const pending = new Set(["REQUESTED", "APPROVED", "BROADCAST"]);
    return {
      deposits: countsOf(deposits, { SEEN: 0, CONFIRMED: 0, REORGED: 0 }),
      withdrawals: countsOf(withdrawals, {
        REQUESTED: 0,
        APPROVED: 0,
        BROADCAST: 0,
        FAILED: 0,
        REJECTED: 0,
      }),
      oldestPendingDepositSeconds: oldest(deposits, new Set(["SEEN", "CONFIRMED"])),
      oldestPendingWithdrawalSeconds: oldest(withdrawals, pending),
    };
  });
