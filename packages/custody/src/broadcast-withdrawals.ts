import type { ChainPass } from "./chain-pass.ts";
import { BATCH, claimWithdrawal, realNow, releaseWithdrawal } from "./claim-withdrawal.ts";
import { sendPayment } from "./send-payment.ts";

/**
 * Sends what is approved. If the chain refuses, nobody knows whether it has paid: the withdrawal stays approved and the
 * rest waits for the next pass, which begins with those that waited longest.
 */
export const broadcastWithdrawals = async (pass: ChainPass): Promise<void> => {
  const dueBy = await realNow(pass.deps);
  for (let taken = 0; taken < BATCH; taken += 1) {
    const withdrawal = await claimWithdrawal(pass, "APPROVED", dueBy);
    if (withdrawal === undefined) return;
    try {
      if (await sendPayment(pass, withdrawal)) pass.progress.broadcast += 1;
    } catch (error) {
      await releaseWithdrawal(pass, withdrawal.id);
      throw error;
    }
  }
};
