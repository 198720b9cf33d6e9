import { DomainError, type By } from "@closebell/context";
import { recordAudit, transact, type Deps } from "@closebell/database";
import { checkedReason } from "./checks.ts";
import { moveWithdrawal } from "./move-withdrawal.ts";
import { withdrawalToDecide } from "./withdrawal-to-decide.ts";
import type { Withdrawal } from "./withdrawal.ts";

/** What is done about a withdrawal that could not be paid: pay it once more, or give the money back. */
export type ReviewDecision = "retry" | "refund";

/** Who decides what about which withdrawal. */
export interface ReviewWithdrawal {
  /** With a reason. */
  readonly by: By;
  readonly withdrawalId: string;
  readonly decision: ReviewDecision;
}

/**
 * Decides about a withdrawal in NEEDS_REVIEW. It got there only when nothing that was signed for it can be mined any more
 * (`custody.guard_withdrawal()` sees to it), so that both are safe: retried it gets a new number, refunded it has FAILED.
 * @throws DomainError WITHDRAWAL_NOT_FOUND, WITHDRAWAL_STATE_CONFLICT, VALIDATION_FAILED (no reason)
 */
export const reviewWithdrawal = async (
  deps: Deps,
  input: ReviewWithdrawal,
): Promise<Withdrawal> => {
  const { by, decision } = input;
  const detail = checkedReason(by);
  return transact(deps, async (work) => {
    const withdrawal = await withdrawalToDecide(work, input.withdrawalId);
    if (withdrawal.state !== "NEEDS_REVIEW") {
      throw new DomainError(
        "WITHDRAWAL_STATE_CONFLICT",
        `The withdrawal is ${withdrawal.state}; only one that NEEDS_REVIEW can be decided about.`,
      );
    }
    const step =
      decision === "retry"
        ? ({ to: "APPROVED", detail: `to be paid again: ${detail}`, tx: null } as const)
        : ({ to: "FAILED", detail } as const);
    const moved = await moveWithdrawal(work, { by, withdrawal, ...step });
    await recordAudit(work, {
      by,
      action: `withdrawal.${decision}`,
      subject: `withdrawal/${withdrawal.id}`,
      before: { state: withdrawal.state, waitingFor: withdrawal.waitingFor },
      after: { state: moved.state },
    });
    return moved;
  });
};
