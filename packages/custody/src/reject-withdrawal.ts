import { DomainError, type By } from "@closebell/context";
import { recordAudit, transact, type Deps, type Work } from "@closebell/database";
import { checkedReason } from "./checks.ts";
import { giveUpPayment } from "./give-up-payment.ts";
import { moveWithdrawal } from "./move-withdrawal.ts";
import { withdrawalToDecide } from "./withdrawal-to-decide.ts";
import type { Withdrawal } from "./withdrawal.ts";

/** Makes sure that nothing will ever be signed for it. */
const stop = async (work: Work, withdrawal: Withdrawal): Promise<void> => {
  if (withdrawal.state === "REQUESTED") return;
  if (withdrawal.state === "APPROVED" && (await giveUpPayment(work, withdrawal.id))) return;
  const advice =
    withdrawal.state === "NEEDS_REVIEW"
      ? "Review it instead."
      : "Wait until the chain says what became of it.";
  throw new DomainError(
    "WITHDRAWAL_STATE_CONFLICT",
    `The withdrawal is ${withdrawal.state} and can't be rejected any more. ${advice}`,
  );
};

/**
 * Gives the money of a withdrawal back instead of paying it: as long as nothing was signed for it. The number of a payment
 * it had is used up by a payment of nothing.
 * @throws DomainError WITHDRAWAL_NOT_FOUND, WITHDRAWAL_STATE_CONFLICT, VALIDATION_FAILED (no reason)
 */
export const rejectWithdrawal = async (
  deps: Deps,
  input: { readonly by: By; readonly withdrawalId: string },
): Promise<Withdrawal> => {
  const { by } = input;
  const detail = checkedReason(by);
  return transact(deps, async (work) => {
    const withdrawal = await withdrawalToDecide(work, input.withdrawalId);
    await stop(work, withdrawal);
    const moved = await moveWithdrawal(work, { by, withdrawal, to: "REJECTED", detail });
    await recordAudit(work, {
      by,
      action: "withdrawal.reject",
      subject: `withdrawal/${withdrawal.id}`,
      before: { state: withdrawal.state },
      after: { state: moved.state },
    });
    return moved;
  });
};
