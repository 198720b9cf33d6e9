import { DomainError, type By } from "@closebell/context";
import { recordAudit, transact, type Deps } from "@closebell/database";
import { moveWithdrawal } from "./move-withdrawal.ts";
import { withdrawalToDecide } from "./withdrawal-to-decide.ts";
import type { WithdrawalState } from "./withdrawal-state.ts";
import type { Withdrawal } from "./withdrawal.ts";

const refusedState = (withdrawal: Withdrawal): WithdrawalState => {
  if (withdrawal.state === "REQUESTED") return "REJECTED";
  if (withdrawal.state === "APPROVED" && withdrawal.attempts === 0) return "FAILED";
  throw new DomainError(
    "WITHDRAWAL_STATE_CONFLICT",
    `The withdrawal is ${withdrawal.state} and may have been paid. Wait until the chain says what became of it.`,
  );
};

/**
 * Gives the money of a withdrawal back instead of paying it: REJECTED if it was only requested, FAILED if it was
 * approved but sending never began. Later nobody can know that it isn't paid, so it is refused.
 * @throws DomainError WITHDRAWAL_NOT_FOUND, WITHDRAWAL_STATE_CONFLICT, VALIDATION_FAILED (no reason)
 */
export const rejectWithdrawal = async (
  deps: Deps,
  input: { readonly by: By; readonly withdrawalId: string },
): Promise<Withdrawal> => {
  const { by } = input;
  const detail = by.reason?.trim() ?? "";
  if (detail === "") {
    throw new DomainError("VALIDATION_FAILED", "A rejection needs a reason. Say why.");
  }
  return transact(deps, async (work) => {
    const withdrawal = await withdrawalToDecide(work, input.withdrawalId);
    const to = refusedState(withdrawal);
    const moved = await moveWithdrawal(work, { by, withdrawal, to, detail });
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
