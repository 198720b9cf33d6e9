import type { By } from "@closebell/context";
import { recordAudit, transact } from "@closebell/database";
import { getPlayer } from "@closebell/identity";
import { sql } from "drizzle-orm";
import { chainNamed, type CustodyDeps } from "./custody-deps.ts";
import { ensureChain } from "./ensure-chain.ts";
import {
  payableAddress,
  payoutAddressColumns,
  payoutAddressOf,
  refuseOwnAddress,
  type PayoutAddress,
} from "./payout-address.ts";
import { payoutAddresses } from "./tables.ts";

/** An address as its owner spells it. */
export interface NamePayoutAddress {
  readonly by: By;
  readonly userId: string;
  readonly chain: string;
  readonly address: string;
}

/**
 * Saves where a user wants to be paid; usable after `policy.payoutAddressDelayHours`. Saved again it stays as it was.
 * @throws DomainError USER_NOT_FOUND, CHAIN_NOT_FOUND, ADDRESS_INVALID
 */
export const savePayoutAddress = async (
  deps: CustodyDeps,
  input: NamePayoutAddress,
): Promise<PayoutAddress> => {
  const chain = chainNamed(deps.chains, input.chain);
  const address = payableAddress(chain, input.address);
  const { id: userId } = await getPlayer(deps, input);
  const key = { userId, chain: chain.name, address };
  return transact(deps, async (work) => {
    await refuseOwnAddress(work, deps.chains, address);
    await ensureChain(work, chain);
    const savedAt = await work.now();
    const usableFrom = savedAt.add({ hours: deps.policy.payoutAddressDelayHours });
    const [saved] = await work.tx
      .insert(payoutAddresses)
      .values({ ...key, id: deps.ids.uuid(), savedAt, usableFrom })
      .onConflictDoNothing({
        target: [payoutAddresses.userId, payoutAddresses.chain, payoutAddresses.address],
        where: sql`removed_at is null`,
      })
      .returning(payoutAddressColumns);
    if (saved === undefined) {
      const before = await payoutAddressOf(work.tx, key);
      if (before === undefined) throw new Error("A payout address conflicts with no row.");
      return before;
    }
    const subject = `user/${userId}`;
    const after = { chain: chain.name, address, usableFrom: usableFrom.toString() };
    await recordAudit(work, { by: input.by, action: "payout-address.save", subject, after });
    return saved;
  });
};
