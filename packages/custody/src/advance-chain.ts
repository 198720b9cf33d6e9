import type { By } from "@closebell/context";
import { approveDue } from "./approve-due.ts";
import { assignNumbers } from "./assign-numbers.ts";
import { backfillDeposits } from "./backfill-deposits.ts";
import { broadcastPayments } from "./broadcast-payments.ts";
import { noProgress, runStep, type ChainPass, type ChainProgress } from "./chain-pass.ts";
import { checkChains } from "./check-chains.ts";
import type { CustodyDeps } from "./custody-deps.ts";
import { scanDeposits } from "./scan-deposits.ts";
import { sweepDeposits } from "./sweep-deposits.ts";
import { watchPayments } from "./watch-payments.ts";

/** Whether the chain is the one whose books are kept under its name; else nothing is done on it, not even read. */
const isOurs = async (pass: ChainPass): Promise<boolean> => {
  let ours = false;
  await runStep(pass, "deposits", async ({ deps, chain }) => {
    await checkChains(deps, [chain]);
    ours = true;
  });
  return ours;
};

/**
 * Does what is due on every chain: takes in deposits, approves, numbers, signs, sends and ends payments, and empties
 * deposit addresses. Called by the scheduler every second or so, by several at once, after any crash: whatever is left
 * undone the next call does, and nothing twice. A chain that does not answer is named in `problems` and holds up no other.
 * @throws DomainError DATABASE_UNAVAILABLE
 */
export const advanceChain = async (
  deps: CustodyDeps,
  input: { readonly by: By },
): Promise<ChainProgress> => {
  const progress = noProgress();
  for (const chain of deps.chains) {
    const pass = { deps, by: input.by, chain, progress };
    if (!(await isOurs(pass))) continue;
    await runStep(pass, "deposits", scanDeposits);
    await runStep(pass, "backfill", backfillDeposits);
    await runStep(pass, "approval", approveDue);
    await runStep(pass, "numbers", assignNumbers);
    await runStep(pass, "broadcast", broadcastPayments);
    await runStep(pass, "confirmation", watchPayments);
    await runStep(pass, "sweep", sweepDeposits);
  }
  return progress;
};
