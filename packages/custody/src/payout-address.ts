import { DomainError } from "@closebell/context";
import type { Work } from "@closebell/database";
import { and, eq, isNull } from "drizzle-orm";
import type { Chain } from "./chain.ts";
import { payoutAddresses } from "./tables.ts";
import { isOwnAddress } from "./wallet.ts";

/** Where a user may have himself paid on a chain. */
export interface PayoutAddress {
  readonly userId: string;
  readonly chain: string;
  readonly address: string;
  /** When it was saved. */
  readonly createdAt: Temporal.Instant;
  /** From when on it can be paid to, by `clock.now()`. */
  readonly usableFrom: Temporal.Instant;
}

/** Whose address, as the chain spells it. */
export interface PayoutAddressKey {
  readonly userId: string;
  readonly chain: string;
  readonly address: string;
}

/** What of `custody.payout_address` a `PayoutAddress` shows. */
export const payoutAddressColumns = {
  userId: payoutAddresses.userId,
  chain: payoutAddresses.chain,
  address: payoutAddresses.address,
  createdAt: payoutAddresses.savedAt,
  usableFrom: payoutAddresses.usableFrom,
};

/** The saved address, unless it was removed. */
export const isSaved = ({ userId, chain, address }: PayoutAddressKey) =>
  and(
    eq(payoutAddresses.userId, userId),
    eq(payoutAddresses.chain, chain),
    eq(payoutAddresses.address, address),
    isNull(payoutAddresses.removedAt),
  );

/** The saved address, which nobody removes until the transaction ends; undefined where it is not saved, or not any more. */
export const heldPayoutAddress = async (
  work: Work,
  key: PayoutAddressKey,
): Promise<PayoutAddress | undefined> => {
  const [saved] = await work.tx
    .select(payoutAddressColumns)
    .from(payoutAddresses)
    .where(isSaved(key))
    .for("share");
  return saved;
};

/** For an address that is not saved. */
export const payoutAddressUnknown = ({ chain, address }: Omit<PayoutAddressKey, "userId">) =>
  new DomainError(
    "PAYOUT_ADDRESS_UNKNOWN",
    `${address} is not saved as a payout address on ${chain}. Save it first.`,
  );

/**
 * The address `text` means on a chain.
 * @throws DomainError ADDRESS_INVALID
 */
export const payableAddress = (chain: Chain, text: string): string => {
  const address = chain.addressFrom(text);
  if (address !== undefined) return address;
  throw new DomainError("ADDRESS_INVALID", `${chain.name} can't pay to an address of this form.`);
};

/**
 * Refuses an address of ours in whatever spelling: a user's, or a wallet of the house, on any chain.
 * @throws DomainError ADDRESS_INVALID
 */
export const refuseOwnAddress = async (
  work: Work,
  chains: readonly Chain[],
  address: string,
): Promise<void> => {
  const house = chains.flatMap(({ hotWallet, coldWallet }) => [hotWallet, coldWallet ?? ""]);
  const isHouse = house.some((own) => own.toLowerCase() === address.toLowerCase());
  if (!isHouse && !(await isOwnAddress(work.tx, address))) return;
  throw new DomainError(
    "ADDRESS_INVALID",
    "This is an address of ours. Name an address outside this service.",
  );
};

/**
 * Refuses to pay to an address that the user has not saved, or saved too lately: so that whoever gets hold of an account
 * for an hour can't have it paid out. The table of withdrawals holds the same by itself; here it is said in words.
 * @throws DomainError PAYOUT_ADDRESS_UNKNOWN, PAYOUT_ADDRESS_TOO_NEW
 */
export const needPayoutAddress = async (work: Work, key: PayoutAddressKey): Promise<void> => {
  const saved = await heldPayoutAddress(work, key);
  if (saved === undefined) throw payoutAddressUnknown(key);
  if (Temporal.Instant.compare(saved.usableFrom, await work.now()) <= 0) return;
  throw new DomainError(
    "PAYOUT_ADDRESS_TOO_NEW",
    `${saved.address} was saved lately and can be paid to from ${saved.usableFrom.toString()} on.`,
  );
};
