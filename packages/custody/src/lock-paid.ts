import type { Work } from "@closebell/database";
import { lockPayment, type Payment } from "./payment.ts";
import { lockWithdrawal, type Withdrawal } from "./withdrawal.ts";

/** A payment and the withdrawal it pays, both locked until the transaction ends. */
export interface LockedPayment {
  readonly payment: Payment;
  readonly withdrawal: Withdrawal | undefined;
}

/** Locks a payment as it was known: the withdrawal first, as everybody does. Of a payment given up meanwhile, only itself. */
export const lockPaid = async (work: Work, known: Payment): Promise<LockedPayment> => {
  const first =
    known.withdrawal === null ? undefined : await lockWithdrawal(work, known.withdrawal);
  const payment = await lockPayment(work, known.id);
  return { payment, withdrawal: payment.withdrawal === null ? undefined : first };
};
