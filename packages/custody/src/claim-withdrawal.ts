import { transact, type Deps } from "@closebell/database";
import { and, asc, eq, lte, sql } from "drizzle-orm";
import type { ChainPass } from "./chain-pass.ts";
import { withdrawals } from "./tables.ts";
import { withdrawalColumns, type Withdrawal } from "./withdrawal.ts";

/** How many withdrawals or payments one pass takes up per step, so that a pass ends. */
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

/** APPROVED without a payment that is under way. */
const unpaid = and(
  eq(withdrawals.state, "APPROVED"),
  sql`not exists (select from custody.payment p where p.withdrawal = ${withdrawals.id} and p.outcome is null)`,
);

/**
 * Takes up the longest waiting approved withdrawal that has no payment yet and that nobody else has, for 30 s of real time.
 * The claim is committed before anything is asked of the chain: no transaction is open meanwhile, and a crash leaves only
 * the wait.
 */
export const claimWithdrawal = (
  pass: ChainPass,
  dueBy: Temporal.Instant,
): Promise<Withdrawal | undefined> =>
  transact(pass.deps, async (work) => {
    const [next] = await work.tx
      .select({ id: withdrawals.id })
      .from(withdrawals)
      .where(and(eq(withdrawals.chain, pass.chain.name), unpaid, lte(withdrawals.dueAt, dueBy)))
      .orderBy(asc(withdrawals.dueAt), asc(withdrawals.id))
      .limit(1)
      .for("update", { skipLocked: true });
    if (next === undefined) return undefined;
    const [claimed] = await work.tx
      .update(withdrawals)
      .set({ dueAt: sql`clock_timestamp() + interval '30 seconds'` })
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
