import { DomainError, type By } from "@closebell/context";
import { transact } from "@closebell/database";
import type { MicroUsdc } from "@closebell/money";
import { unlessAccountBusy } from "@closebell/protection";
import { checkedAmount, checkedLog, checkedName } from "./checks.ts";
import type { Chain } from "./chain.ts";
import { chainNamed, type CustodyDeps } from "./custody-deps.ts";
import type { Deposit } from "./deposit.ts";
import { ensureWallet } from "./ensure-wallet.ts";
import { sightDeposit } from "./sight-deposit.ts";

/** A deposit somebody says has happened on a simulated chain: to an address, to a user's address, or to both. */
export interface RecordDeposit {
  readonly by: By;
  readonly chain: string;
  readonly tx: string;
  readonly log: number;
  readonly address?: string | undefined;
  readonly userId?: string | undefined;
  readonly amountMicroUsdc: MicroUsdc;
}

const addressOf = async (
  deps: CustodyDeps,
  chain: Chain,
  input: RecordDeposit,
): Promise<string> => {
  const { address, userId, by } = input;
  const to = address === undefined ? undefined : chain.addressFrom(address);
  if (address !== undefined && to === undefined) {
    throw new DomainError("ADDRESS_INVALID", `${chain.name} has no addresses of this form.`);
  }
  if (userId === undefined) {
    if (to !== undefined) return to;
    throw new DomainError("VALIDATION_FAILED", "Say where the deposit went: address or userId.");
  }
  const wallet = await ensureWallet(deps, { by, userId, chain: chain.name });
  if (to === undefined || to === wallet.address) return wallet.address;
  throw new DomainError("ADDRESS_UNKNOWN", `The address is not that of user ${userId}.`);
};

/**
 * Records a final deposit and credits its user, or sets it aside where it is below the minimum, in one transaction, once:
 * told again, the first answer comes back with `replayed`. Only on a simulated chain; a real one is believed by itself alone, through `advanceChain`.
 * @throws DomainError CHAIN_NOT_FOUND, SANDBOX_ONLY, USER_NOT_FOUND, ADDRESS_INVALID, ADDRESS_UNKNOWN, AMOUNT_INVALID,
 *   DEPOSIT_CONFLICT, VALIDATION_FAILED, SCREENING_REFUSED, OVERLOADED (the account is busy)
 */
export const recordDeposit = async (
  deps: CustodyDeps,
  input: RecordDeposit,
): Promise<{ readonly deposit: Deposit; readonly replayed: boolean }> => {
  const chain = chainNamed(deps.chains, input.chain);
  if (!chain.simulated) {
    throw new DomainError(
      "SANDBOX_ONLY",
      `${chain.name} is a real chain: pay to the user's address on it instead.`,
    );
  }
  const told = {
    chain: chain.name,
    tx: checkedName("tx", input.tx),
    log: checkedLog(input.log),
    amountMicroUsdc: checkedAmount(input.amountMicroUsdc),
    address: await addressOf(deps, chain, input),
    block: null,
  };
  const small = told.amountMicroUsdc < deps.policy.depositMinimum;
  const result = await unlessAccountBusy(() =>
    transact(deps, (work) =>
      sightDeposit(deps, work, { by: input.by, told, sighting: "final", small }),
    ),
  );
  return { deposit: result.deposit, replayed: result.path.length === 0 };
};
