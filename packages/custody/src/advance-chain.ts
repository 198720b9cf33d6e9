import type { By } from "@closebell/context";
import { approveDue } from "./approve-due.ts";
import { broadcastWithdrawals } from "./broadcast-withdrawals.ts";
import { noProgress, runStep, type ChainProgress } from "./chain-pass.ts";
import { confirmWithdrawals } from "./confirm-withdrawals.ts";
import type { CustodyDeps } from "./custody-deps.ts";
import { scanDeposits } from "./scan-deposits.ts";

/**
 * Does what is due on every chain: takes in deposits, approves, sends and ends withdrawals. Called by the scheduler every
 * second or so, by several at once, after any crash: whatever is left undone the next call does, and nothing twice. A chain
 * that does not answer is named in `problems` and holds up no other.
 * @throws DomainError DATABASE_UNAVAILABLE
 */
export const advanceChain = async (
  deps: CustodyDeps,
  input: { readonly by: By },
): Promise<ChainProgress> => {
  const progress = noProgress();
  for (const chain of deps.chains) {
    const pass = { deps, by: input.by, chain, progress };
    await runStep(pass, "deposits", scanDeposits);
    await runStep(pass, "approval", approveDue);
    await runStep(pass, "broadcast", broadcastWithdrawals);
    await runStep(pass, "confirmation", confirmWithdrawals);
  }
  return progress;
};
