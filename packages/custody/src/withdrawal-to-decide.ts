import { DomainError, isUuid } from "@closebell/context";
import type { Work } from "@closebell/database";
import { lockWithdrawal, type Withdrawal } from "./withdrawal.ts";

/** For who names a withdrawal that isn't there. */
export const withdrawalNotFound = (id: string): DomainError =>
  new DomainError("WITHDRAWAL_NOT_FOUND", `There is no withdrawal ${id}.`);

/**
 * The withdrawal that somebody decides about, locked.
 * @throws DomainError WITHDRAWAL_NOT_FOUND
 */
export const withdrawalToDecide = async (work: Work, id: string): Promise<Withdrawal> => {
  const withdrawal = isUuid(id) ? await lockWithdrawal(work, id) : undefined;
  if (withdrawal === undefined) throw withdrawalNotFound(id);
  return withdrawal;
};
