import { snapshot, type Deps, type Executor } from "@closebell/database";
import { sql } from "drizzle-orm";
import type { DepositState } from "./deposit-state.ts";
import { TRANSITIONS, type WithdrawalState } from "./withdrawal-state.ts";

/**
 * How many stand in which state. The ordinary ends, CREDITED and CONFIRMED, are left out: they grow without bound, and
 * counting them would slow down with every one.
 */
export interface CustodyCounts {
  readonly deposits: Readonly<Record<Exclude<DepositState, "CREDITED">, number>>;
  readonly withdrawals: Readonly<Record<Exclude<WithdrawalState, "CONFIRMED">, number>>;
}

/** The counts, and how long the oldest waits. */
export interface CustodyStatistics extends CustodyCounts {
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

type Deposits = Counted<Exclude<DepositState, "CREDITED">>;
type Withdrawals = Counted<Exclude<WithdrawalState, "CONFIRMED">>;

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

const read = async (tx: Pick<Executor, "execute">, chain: string | null) => {
  const columns = sql`state, count(*)::int as count,
    greatest(0, extract(epoch from clock.now() - min(created_at)))::float8 as age`;
  const named = sql`(${chain}::text is null or chain = ${chain}::text)`;
  return {
    deposits: await tx.execute<Deposits>(
      sql`select ${columns} from custody.deposit where state <> 'CREDITED' and ${named} group by state`,
    ),
    withdrawals: await tx.execute<Withdrawals>(
      sql`select ${columns} from custody.withdrawal where state <> 'CONFIRMED' and ${named} group by state`,
    ),
  };
};

const asCounts = (
  deposits: readonly Deposits[],
  withdrawals: readonly Withdrawals[],
): CustodyCounts => ({
  deposits: countsOf(deposits, { SEEN: 0, CONFIRMED: 0, SUSPENDED: 0, REORGED: 0 }),
  withdrawals: countsOf(withdrawals, {
    REQUESTED: 0,
    APPROVED: 0,
    SIGNED: 0,
    BROADCAST: 0,
    MINED: 0,
    NEEDS_REVIEW: 0,
    FAILED: 0,
    REJECTED: 0,
  }),
});

/** How many deposits and withdrawals of one chain stand in which state. */
export const countStates = async (
  tx: Pick<Executor, "execute">,
  chain: string,
): Promise<CustodyCounts> => {
  const { deposits, withdrawals } = await read(tx, chain);
  return asCounts(deposits, withdrawals);
};

const UNFINISHED: ReadonlySet<string> = new Set(
  Object.entries(TRANSITIONS).flatMap(([state, next]) => (next.length > 0 ? [state] : [])),
);

/** What waits in custody and what went wrong, for metrics. */
export const custodyStatistics = (deps: Pick<Deps, "database">): Promise<CustodyStatistics> =>
  snapshot(deps, async (tx) => {
    const { deposits, withdrawals } = await read(tx, null);
    return {
      ...asCounts(deposits, withdrawals),
      oldestPendingDepositSeconds: oldest(deposits, new Set(["SEEN", "CONFIRMED"])),
      oldestPendingWithdrawalSeconds: oldest(withdrawals, UNFINISHED),
    };
  });
