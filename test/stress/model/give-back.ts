import { type By, DomainError } from "../../../packages/context/src/index.ts";
import {
  type CustodyDeps,
  listWithdrawals,
  reviewWithdrawal,
} from "../../../packages/custody/src/index.ts";

/** Another process may have given it back meanwhile. */
const unlessDecided = (error: unknown): void => {
  if (error instanceof DomainError && error.code === "WITHDRAWAL_STATE_CONFLICT") return;
  throw error;
};

/** What an operator does about payments that the chain undid. */
export const giveBack = async (deps: CustodyDeps, by: By): Promise<void> => {
  const { items } = await listWithdrawals(deps, { state: "NEEDS_REVIEW", limit: 1_000 });
  for (const { id: withdrawalId } of items) {
    await reviewWithdrawal(deps, {
      by: { ...by, reason: "undone by the chain" },
      withdrawalId,
      decision: "refund",
    }).catch(unlessDecided);
  }
};
