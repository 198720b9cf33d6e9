import { transact } from "@closebell/database";
import type { ChainPass } from "./chain-pass.ts";
import { BATCH, claimWithdrawal, realNow, releaseWithdrawal } from "./claim-withdrawal.ts";
import { moveWithdrawal } from "./move-withdrawal.ts";
import { sendPayment } from "./send-payment.ts";
import { lockWithdrawal, type Withdrawal } from "./withdrawal.ts";

const OUTCOMES = {
  confirmed: { to: "CONFIRMED", detail: "paid" },
  failed: { to: "FAILED", detail: "the chain could not make the payment" },
} as const;

/** Ends a withdrawal, unless it was ended or sent anew since the chain was asked about `tx`. */
const finish = (
  { deps, by }: ChainPass,
  { id, tx }: Withdrawal,
  status: keyof typeof OUTCOMES,
): Promise<boolean> =>
  transact(deps, async (work) => {
    const withdrawal = await lockWithdrawal(work, id);
    if (withdrawal?.state !== "BROADCAST" || withdrawal.tx !== tx) return false;
    await moveWithdrawal(work, { by, withdrawal, ...OUTCOMES[status] });
    return true;
  });

const ask = async (pass: ChainPass, withdrawal: Withdrawal): Promise<void> => {
  const status = await pass.chain.statusOf(withdrawal.tx ?? "");
  switch (status) {
    case "pending":
      break;
    case "unknown":
      // Dropped, or asked of a node that lags: sending again is safe, giving up is not.
      await sendPayment(pass, withdrawal);
      break;
    case "confirmed":
    case "failed": {
      if (!(await finish(pass, withdrawal, status))) return;
      pass.progress[status] += 1;
      const { id, chain, tx, amountMicroUsdc } = withdrawal;
      const fields = { withdrawalId: id, chain, tx, amountMicroUsdc: amountMicroUsdc.toString() };
      if (status === "failed") pass.deps.log.warn(fields, "withdrawal failed, money returned");
      else pass.deps.log.info(fields, "withdrawal confirmed");
      return;
    }
  }
  await releaseWithdrawal(pass, withdrawal.id);
};

/** Asks what became of each payment that was sent, and ends the withdrawals whose payment is final. */
export const confirmWithdrawals = async (pass: ChainPass): Promise<void> => {
  const dueBy = await realNow(pass.deps);
  for (let taken = 0; taken < BATCH; taken += 1) {
    const withdrawal = await claimWithdrawal(pass, "BROADCAST", dueBy);
    if (withdrawal === undefined) return;
    try {
      await ask(pass, withdrawal);
    } catch (error) {
      await releaseWithdrawal(pass, withdrawal.id);
      throw error;
    }
  }
};
