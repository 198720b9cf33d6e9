import type { Executor, Work } from "@closebell/database";
import type { MicroUsdc } from "@closebell/money";
import { eq } from "drizzle-orm";
import { withdrawals } from "./tables.ts";
import type { WithdrawalState } from "./withdrawal-state.ts";

/** USDC on its way out to an address a user named. While it is, the money stands in his `withdrawing` account. */
export interface Withdrawal {
  readonly id: string;
  readonly userId: string;
  readonly chain: string;
  readonly to: string;
  readonly amountMicroUsdc: MicroUsdc;
  /** How much of it was held, and is again if it goes back. */
  readonly fromHeldMicroUsdc: MicroUsdc;
  readonly state: WithdrawalState;
  /** The payment's transaction, once there is one. */
  readonly tx: string | null;
  /** How many transactions were signed for it. Zero proves that nothing was ever sent. */
  readonly attempts: number;
  /** Why it does not go on by itself, or does not now; always given in NEEDS_REVIEW. */
  readonly waitingFor: string | null;
  /** Why the money went back: set in FAILED and REJECTED. */
  readonly failureReason: string | null;
  readonly createdAt: Temporal.Instant;
  /** Of its last change of state. */
  readonly updatedAt: Temporal.Instant;
}

/** What of `custody.withdrawal` a `Withdrawal` shows. */
export const withdrawalColumns = {
  id: withdrawals.id,
  userId: withdrawals.userId,
  chain: withdrawals.chain,
  to: withdrawals.to,
  amountMicroUsdc: withdrawals.amountMicroUsdc,
  fromHeldMicroUsdc: withdrawals.fromHeldMicroUsdc,
  state: withdrawals.state,
  tx: withdrawals.tx,
  attempts: withdrawals.attempts,
  waitingFor: withdrawals.waitingFor,
  failureReason: withdrawals.failureReason,
  createdAt: withdrawals.createdAt,
  updatedAt: withdrawals.updatedAt,
};

/** The withdrawal with this id, which must be a UUID. */
export const withdrawalById = async (on: Executor, id: string): Promise<Withdrawal | undefined> => {
  const [found] = await on
    .select(withdrawalColumns)
    .from(withdrawals)
    .where(eq(withdrawals.id, id));
  return found;
};

/** The same, locked against everyone else until the transaction ends. */
export const lockWithdrawal = async (work: Work, id: string): Promise<Withdrawal | undefined> => {
  const [found] = await work.tx
    .select(withdrawalColumns)
    .from(withdrawals)
    .where(eq(withdrawals.id, id))
    .for("update");
  return found;
};

/** The withdrawal as its request was answered, before anything came of it. */
export const asRequested = (withdrawal: Withdrawal): Withdrawal => ({
  ...withdrawal,
  state: "REQUESTED",
  tx: null,
  attempts: 0,
  waitingFor: null,
  failureReason: null,
  updatedAt: withdrawal.createdAt,
});
