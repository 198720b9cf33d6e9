import type { By } from "@closebell/context";
import { transact } from "@closebell/database";
import { askChain } from "./ask-chain.ts";
import { checkedReason } from "./checks.ts";
import { chainNamed, type CustodyDeps } from "./custody-deps.ts";
import { ensureChain } from "./ensure-chain.ts";
import { turnSwitch } from "./pause-withdrawals.ts";
import { skipForeignNumbers } from "./sender-numbers.ts";
import type { WithdrawalSwitch } from "./withdrawal-switch.ts";

/**
 * Turns the kill switch off again. Numbers of the hot wallet that somebody else has used meanwhile are left to him.
 * @throws DomainError CHAIN_NOT_FOUND, CHAIN_UNAVAILABLE, VALIDATION_FAILED (no reason)
 */
export const resumeWithdrawals = async (
  deps: CustodyDeps,
  input: { readonly by: By; readonly chain: string },
): Promise<WithdrawalSwitch> => {
  const { by } = input;
  const chain = chainNamed(deps.chains, input.chain);
  const reason = checkedReason(by);
  const { latest } = await askChain(chain, () => chain.nonces(chain.hotWallet));
  return transact(deps, async (work) => {
    await ensureChain(work, chain);
    const turned = await turnSwitch(work, { by, chain: chain.name, reason }, false);
    await skipForeignNumbers(work, { chain: chain.name, sender: chain.hotWallet, latest });
    return turned;
  });
};
