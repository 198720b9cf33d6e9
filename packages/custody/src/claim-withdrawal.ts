import { transact, type Deps } from "@closebell/database";
import { and, asc, eq, lte, sql } from "drizzle-orm";
import type { ChainPass } from "./chain-pass.ts";
import { withdrawals } from "./tables.ts";
import type { WithdrawalState } from "./withdrawal-state.ts";
import { withdrawalColumns, type Withdrawal } from "./withdrawal.ts";

/** How many withdrawals one pass takes up per step, so that a pass ends. */
export const BATCH = 100;

/** Real time: what `due_at` is measured by, since a sandbox clock may stand still. */
export const realNow = (
  deps: Pick<Deps, "database" | "events" | "log">,
): Promise<Temporal.Instant> =>
  transact(deps, async (work) => {
    const [row] = await work.tx.execute<{ now: Temporal.Instant }>(
      sql`select clock_timestamp() as now`,
    );
    if (row === undefined) throw new Error("clock_timestamp() returned no row");
    return row.now;
  });

/**
 * Takes up the longest waiting withdrawal in `state` that nobody else has, for 30 s of real time. The claim is committed
 * before anything is asked of the chain: no transaction is open meanwhile, and a crash leaves only the wait.
 */
export const claimWithdrawal = (
  pass: ChainPass,
  state: WithdrawalState,
  dueBy: Temporal.Instant,
): Promise<Withdrawal | undefined> =>
  transact(pass.deps, async (work) => {
    const [next] = await work.tx
      .select({ id: withdrawals.id })
      .from(withdrawals)
      .where(
        and(
          eq(withdrawals.chain, pass.chain.name),
          eq(withdrawals.state, state),
          lte(withdrawals.dueAt, dueBy),
        ),
      )
      .orderBy(asc(withdrawals.dueAt), asc(withdrawals.id))
      .limit(1)
      .for("update", { skipLocked: true });
    if (next === undefined) return undefined;
    const [claimed] = await work.tx
      .update(withdrawals)
      .set({
        dueAt: sql`clock_timestamp() + interval '30 seconds'`,
        ...(state === "APPROVED" ? { attempts: sql`${withdrawals.attempts} + 1` } : {}),
      })
      .where(eq(withdrawals.id, next.id))
      .returning(withdrawalColumns);
    return claimed;
  });

/** Lets others have it again, behind all that wait. */
export const releaseWithdrawal = async (pass: ChainPass, id: string): Promise<void> => {
  await transact(pass.deps, (work) =>
    work.tx
      .update(withdrawals)
      .set({ dueAt: sql`clock_timestamp()` })
      .where(eq(withdrawals.id, id)),
  );
};
