import type { Executor, Work } from "@closebell/database";
import { eq } from "drizzle-orm";
import { withdrawalSwitches } from "./tables.ts";

/** Whether withdrawals of a chain are paused, since when by `clock.now()`, and why. */
export interface WithdrawalSwitch {
  readonly chain: string;
  readonly pausedAt: Temporal.Instant | null;
  readonly reason: string | null;
}

const columns = {
  chain: withdrawalSwitches.chain,
  pausedAt: withdrawalSwitches.pausedAt,
  reason: withdrawalSwitches.reason,
};

/** How a chain's switch stands now. */
export const switchOf = async (on: Executor, chain: string): Promise<WithdrawalSwitch> => {
  const [found] = await on
    .select(columns)
    .from(withdrawalSwitches)
    .where(eq(withdrawalSwitches.chain, chain));
  return found ?? { chain, pausedAt: null, reason: null };
};

/**
 * The same, unchanged until the transaction ends; with "update" also by nobody else at the same time. The chain has its
 * row. To be locked after withdrawals and payments.
 */
export const lockSwitch = async (
  work: Work,
  chain: string,
  strength: "share" | "update",
): Promise<WithdrawalSwitch> => {
  const lock = () =>
    work.tx
      .select(columns)
      .from(withdrawalSwitches)
      .where(eq(withdrawalSwitches.chain, chain))
      .for(strength);
  const [known] = await lock();
  if (known !== undefined) return known;
  await work.tx.insert(withdrawalSwitches).values({ chain }).onConflictDoNothing();
  const [made] = await lock();
  if (made === undefined) throw new Error(`The switch of ${chain} was not made.`);
  return made;
};
