import { DomainError, type By } from "@closebell/context";
import { recordAudit, transact, type Deps } from "@closebell/database";
import { withdrawalToDecide } from "./withdrawal-to-decide.ts";
import { moveWithdrawal } from "./move-withdrawal.ts";
import { lockSwitch } from "./withdrawal-switch.ts";
import type { Withdrawal } from "./withdrawal.ts";

const conflict = (detail: string): DomainError =>
  new DomainError("WITHDRAWAL_STATE_CONFLICT", detail);

/**
 * Lets a requested withdrawal be paid, whatever the limits for what is approved by itself; it counts towards them.
 * @throws DomainError WITHDRAWAL_NOT_FOUND, WITHDRAWAL_STATE_CONFLICT (also while withdrawals are paused)
 */
export const approveWithdrawal = (
  deps: Deps,
  input: { readonly by: By; readonly withdrawalId: string },
): Promise<Withdrawal> =>
  transact(deps, async (work) => {
    const { by } = input;
    const withdrawal = await withdrawalToDecide(work, input.withdrawalId);
    if (withdrawal.state !== "REQUESTED") {
      throw conflict(
        `The withdrawal is ${withdrawal.state}; only a REQUESTED one can be approved.`,
      );
    }
    const { pausedAt, reason } = await lockSwitch(work, withdrawal.chain, "update");
    if (pausedAt !== null) {
      throw conflict(
        `Withdrawals of ${withdrawal.chain} are paused (${reason}). Resume them first.`,
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
