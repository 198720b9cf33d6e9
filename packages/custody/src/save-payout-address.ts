import type { By } from "@closebell/context";
import { recordAudit, transact, type Work } from "@closebell/database";
import { getPlayer, type LetterDeps, writeToUser } from "@closebell/identity";
import { sql } from "drizzle-orm";
import { chainNamed, type CustodyDeps } from "./custody-deps.ts";
import { ensureChain } from "./ensure-chain.ts";
import {
  heldPayoutAddress,
  payableAddress,
  refuseOwnAddress,
  type PayoutAddress,
  type PayoutAddressKey,
} from "./payout-address.ts";
import { payoutAddressLetter } from "./payout-address-letter.ts";

/** An address as its owner spells it. */
export interface NamePayoutAddress {
  readonly by: By;
  readonly userId: string;
  readonly chain: string;
  readonly address: string;
}

/** Only whose address it is: since when it is saved, and from when it counts, is the table's own to say. */
const insert = async (
  work: Work,
  id: string,
  { userId, chain, address }: PayoutAddressKey,
): Promise<boolean> => {
  const made = await work.tx.execute(sql`
    insert into custody.payout_address (id, user_id, chain, address)
    values (${id}, ${userId}, ${chain}, ${address})
    on conflict (user_id, chain, address) where removed_at is null do nothing returning id`);
  return made.length > 0;
};

/** The entry as it stands and stays until the transaction ends, made where there is none: one that is being removed is waited for. */
const keep = async (work: Work, { ids }: Pick<CustodyDeps, "ids">, key: PayoutAddressKey) => {
  for (;;) {
    const isNew = await insert(work, ids.uuid(), key);
    const saved = await heldPayoutAddress(work, key);
    if (saved !== undefined) return { saved, isNew };
  }
};

/**
 * Saves where a user wants to be paid; usable after the wait that the database keeps. He is written to, so that he can act
 * while it waits if it wasn't him. Saved again it stays as it was.
 * @throws DomainError USER_NOT_FOUND, CHAIN_NOT_FOUND, ADDRESS_INVALID
 */
export const savePayoutAddress = async (
  deps: CustodyDeps & LetterDeps,
  input: NamePayoutAddress,
): Promise<PayoutAddress> => {
  const chain = chainNamed(deps.chains, input.chain);
  const address = payableAddress(chain, input.address);
  const { id: userId } = await getPlayer(deps, input);
  const key = { userId, chain: chain.name, address };
  return transact(deps, async (work) => {
    await refuseOwnAddress(work, deps.chains, address);
    await ensureChain(work, chain);
    const { saved, isNew } = await keep(work, deps, key);
    if (!isNew) return saved;
    const subject = `user/${userId}`;
    const after = { chain: chain.name, address, usableFrom: saved.usableFrom.toString() };
    await recordAudit(work, { by: input.by, action: "payout-address.save", subject, after });
    await writeToUser(deps, work, payoutAddressLetter(saved, deps.auth.site.uri));
    return saved;
  });
};
