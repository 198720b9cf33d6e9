import { DomainError, type By } from "@closebell/context";
import { recordAudit, transact } from "@closebell/database";
import { askChain } from "./ask-chain.ts";
import { noProgress } from "./chain-pass.ts";
import { chainNamed, type CustodyDeps } from "./custody-deps.ts";
import { needKey } from "./hot-wallet.ts";
import { sweepNow, type Sweep } from "./sweep-deposits.ts";
import { switchOf } from "./withdrawal-switch.ts";

/**
 * Begins at once what the scheduler does each minute: emptying deposit addresses. The scheduler signs and sends what was
 * begun.
 * @throws DomainError CHAIN_NOT_FOUND, CHAIN_SIMULATED, CHAIN_UNAVAILABLE, SIGNING_KEY_MISSING, WITHDRAWAL_STATE_CONFLICT
 *   (paused)
 */
export const sweepChain = async (
  deps: CustodyDeps,
  input: { readonly by: By; readonly chain: string },
): Promise<Sweep> => {
  const { by } = input;
  const chain = chainNamed(deps.chains, input.chain);
  if (chain.simulated) {
    throw new DomainError(
      "CHAIN_SIMULATED",
      `${chain.name} is simulated: nothing is there to sweep.`,
    );
  }
  needKey({ chain });
  const { pausedAt, reason } = await transact(deps, (work) => switchOf(work.tx, chain.name));
  if (pausedAt !== null) {
    throw new DomainError(
      "WITHDRAWAL_STATE_CONFLICT",
      `Payments of ${chain.name} are paused (${reason}). Resume withdrawals first.`,
    );
  }
  const pass = { deps, by, chain, progress: noProgress() };
  const sweep = await askChain(chain, () => sweepNow(pass));
  const { swept, amountMicroUsdc } = sweep;
  const after = { swept, amountMicroUsdc, left: sweep.left.length };
  await transact(deps, (work) =>
    recordAudit(work, { by, action: "chain.sweep", subject: `chain/${chain.name}`, after }),
  );
  return sweep;
};
