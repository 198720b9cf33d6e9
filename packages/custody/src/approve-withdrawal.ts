import { DomainError, type By } from "@closebell/context";
import { recordAudit, transact, type Deps } from "@closebell/database";
import { withdrawalToDecide } from "./withdrawal-to-decide.ts";
import { moveWithdrawal } from "./move-withdrawal.ts";
import type { Withdrawal } from "./withdrawal.ts";

/**
 * Lets a requested withdrawal be paid. The scheduler approves all of them by itself for now; this is for doing it sooner.
 * @throws DomainError WITHDRAWAL_NOT_FOUND, WITHDRAWAL_STATE_CONFLICT
 */
export const approveWithdrawal = (
  deps: Deps,
  input: { readonly by: By; readonly withdrawalId: string },
): Promise<Withdrawal> =>
  transact(deps, async (work) => {
    const { by } = input;
    const withdrawal = await withdrawalToDecide(work, input.withdrawalId);
    if (withdrawal.state !== "REQUESTED") {
      throw new DomainError(
        "WITHDRAWAL_STATE_CONFLICT",
        `The withdrawal is ${withdrawal.state}; only a REQUESTED one can be approved.`,
      );
    }
    const detail = by.reason ?? "approved by hand";
    const moved = await moveWithdrawal(work, { by, withdrawal, to: "APPROVED", detail });
    await recordAudit(work, {
      by,
      action: "withdrawal.approve",
      subject: `withdrawal/${withdrawal.id}`,
      before: { state: withdrawal.state },
      after: { state: moved.state },
    });
    return moved;
  });
