import { transact, type Work } from "@closebell/database";
import { eq, sql } from "drizzle-orm";
import type { ChainPass } from "./chain-pass.ts";
import { lockPaid } from "./lock-paid.ts";
import type { Payment } from "./payment.ts";
import { payments, withdrawals } from "./tables.ts";
import type { Withdrawal } from "./withdrawal.ts";

/** Notes why a withdrawal, whose row the caller has locked, does not go on now; logged where that is news. */
export const letWithdrawalWait = async (
  work: Work,
  { deps }: Pick<ChainPass, "deps">,
  withdrawal: Pick<Withdrawal, "id" | "waitingFor">,
  why: string,
  againInSeconds = 0,
): Promise<void> => {
  const { id, waitingFor } = withdrawal;
  await work.tx
    .update(withdrawals)
    .set({
      waitingFor: why,
      dueAt: sql`clock_timestamp() + ${againInSeconds}::integer * interval '1 second'`,
    })
    .where(eq(withdrawals.id, id));
  if (waitingFor !== why) deps.log.warn({ withdrawalId: id, why }, "withdrawal waits");
};

/** The same of a payment, and of the withdrawal it pays. */
export const letPaymentWait = async (
  { deps }: ChainPass,
  known: Payment,
  why: string,
): Promise<void> => {
  const { id } = known;
  if (known.waitingFor === why) return;
  await transact(deps, async (work) => {
    const { payment, withdrawal } = await lockPaid(work, known);
    if (payment.state === "MINED" || payment.state === "DONE") return;
    if (withdrawal !== undefined) {
      await work.tx
        .update(withdrawals)
        .set({ waitingFor: why })
        .where(eq(withdrawals.id, withdrawal.id));
    }
    await work.tx.update(payments).set({ waitingFor: why }).where(eq(payments.id, id));
  });
  deps.log.warn({ paymentId: id, withdrawalId: known.withdrawal, why }, "payment waits");
};
