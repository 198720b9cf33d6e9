import { recordAudit, transact } from "@closebell/database";
import { getPlayer } from "@closebell/identity";
import { chainNamed, type CustodyDeps } from "./custody-deps.ts";
import {
  isSaved,
  payableAddress,
  payoutAddressColumns,
  payoutAddressUnknown,
  type PayoutAddress,
} from "./payout-address.ts";
import type { NamePayoutAddress } from "./save-payout-address.ts";
import { payoutAddresses } from "./tables.ts";

/**
 * Removes a saved address, at once: no new withdrawal goes there, until it is saved again and has waited again.
 * @throws DomainError USER_NOT_FOUND, CHAIN_NOT_FOUND, ADDRESS_INVALID, PAYOUT_ADDRESS_UNKNOWN
 */
export const removePayoutAddress = async (
  deps: CustodyDeps,
  input: NamePayoutAddress,
): Promise<PayoutAddress> => {
  const chain = chainNamed(deps.chains, input.chain);
  const address = payableAddress(chain, input.address);
  const { id: userId } = await getPlayer(deps, input);
  const key = { userId, chain: chain.name, address };
  return transact(deps, async (work) => {
    const [removed] = await work.tx
      .update(payoutAddresses)
      .set({ removedAt: await work.now() })
      .where(isSaved(key))
      .returning(payoutAddressColumns);
    if (removed === undefined) throw payoutAddressUnknown(key);
    const subject = `user/${userId}`;
    const before = { chain: chain.name, address };
    await recordAudit(work, { by: input.by, action: "payout-address.remove", subject, before });
    return removed;
  });
};
