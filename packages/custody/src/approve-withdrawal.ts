import { DomainError, type By } from "@closebell/context";
import { approved, recordAudit, transact, type Deps, type Work } from "@closebell/database";
import type { CustodyDeps } from "./custody-deps.ts";
import { withdrawalToDecide } from "./withdrawal-to-decide.ts";
import { moveWithdrawal } from "./move-withdrawal.ts";
import { whyNotPayable } from "./why-not-payable.ts";
import { lockSwitch } from "./withdrawal-switch.ts";
import type { Withdrawal } from "./withdrawal.ts";

const conflict = (detail: string): DomainError =>
  new DomainError("WITHDRAWAL_STATE_CONFLICT", detail);

const ACTION = "withdrawal.approve";

/** The approval of a second person, for what is above the amount that one person may approve. */
const consentTo = async (work: Work, by: By, withdrawal: Withdrawal): Promise<string> => {
  const { id, userId, chain, to, amountMicroUsdc, state } = withdrawal;
  const content = { id, userId, chain, to, amountMicroUsdc, state: { before: state } };
  return approved(work, { by, action: ACTION, subject: `withdrawal/${id}`, content });
};

/**
 * Lets a requested withdrawal be paid, whatever the limits for what is approved by itself; it counts towards them. Takes
 * two people above the amount that is approved by itself.
 * @throws DomainError WITHDRAWAL_NOT_FOUND, WITHDRAWAL_STATE_CONFLICT (also while withdrawals are paused, and
 *   where sanctions forbid to pay the user), APPROVAL_REQUIRED
 */
export const approveWithdrawal = (
  deps: Pick<CustodyDeps, keyof Deps | "policy">,
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
    const forbidden = await whyNotPayable(work, withdrawal.userId);
    if (forbidden !== undefined) throw conflict(`It can't be approved: ${forbidden}.`);
    const { autoApproveUpTo: approvedUpTo } = deps.policy;
    const alone = withdrawal.amountMicroUsdc <= approvedUpTo;
    const approval = alone ? null : await consentTo(work, by, withdrawal);
    const detail = by.reason ?? "approved by hand";
    const consent = { approvedUpTo, approval };
    const moved = await moveWithdrawal(work, { by, withdrawal, to: "APPROVED", detail, consent });
    await recordAudit(work, {
      by,
      action: ACTION,
      subject: `withdrawal/${withdrawal.id}`,
      before: { state: withdrawal.state },
      after: { state: moved.state, approval },
    });
    return moved;
  });
