import { DomainError, type By } from "@closebell/context";
import { transact, type Work } from "@closebell/database";
import { getPlayer } from "@closebell/identity";
import { balancesOf, userAccount } from "@closebell/ledger";
import { formatUsdc, type MicroUsdc } from "@closebell/money";
import { refuseSanctioned, unlessAccountBusy } from "@closebell/protection";
import { and, eq } from "drizzle-orm";
import type { Chain } from "./chain.ts";
import { checkedAmount, checkedName } from "./checks.ts";
import { chainNamed, type CustodyDeps } from "./custody-deps.ts";
import { ensureChain } from "./ensure-chain.ts";
import { heldShare } from "./held-share.ts";
import { enterState } from "./move-withdrawal.ts";
import { needPayoutAddress, payableAddress, refuseOwnAddress } from "./payout-address.ts";
import { withdrawals } from "./tables.ts";
import { asRequested, withdrawalColumns, type Withdrawal } from "./withdrawal.ts";

export interface RequestWithdrawal {
  readonly by: By;
  readonly userId: string;
  readonly chain: string;
  readonly to: string;
  readonly amountMicroUsdc: MicroUsdc;
  /** The user's own name for this request, 1 to 200 printable characters; sent again, it pays nothing again. */
  readonly idempotencyKey: string;
}

/** A withdrawal asked for, and whether this very request had been answered before. */
export interface RequestedWithdrawal {
  readonly withdrawal: Withdrawal;
  readonly replayed: boolean;
}

const replayOf = async (
  work: Work,
  chain: Chain,
  input: Omit<RequestWithdrawal, "by">,
): Promise<RequestedWithdrawal | undefined> => {
  const [first] = await work.tx
    .select(withdrawalColumns)
    .from(withdrawals)
    .where(
      and(
        eq(withdrawals.userId, input.userId),
        eq(withdrawals.idempotencyKey, input.idempotencyKey),
      ),
    );
  if (first === undefined) return undefined;
  const same =
    first.chain === input.chain &&
    chain.addressFrom(first.to) === input.to &&
    first.amountMicroUsdc === input.amountMicroUsdc;
  if (same) return { withdrawal: asRequested(first), replayed: true };
  throw new DomainError(
    "IDEMPOTENCY_KEY_REUSED",
    "This idempotency key belongs to another withdrawal of yours. Use a new key for a new withdrawal.",
  );
};

/**
 * The chain, and the address as it spells it.
 * @throws DomainError CHAIN_NOT_FOUND, AMOUNT_INVALID, VALIDATION_FAILED, ADDRESS_INVALID
 */
const checked = (deps: CustodyDeps, input: RequestWithdrawal) => {
  const chain = chainNamed(deps.chains, input.chain);
  checkedAmount(input.amountMicroUsdc);
  checkedName("idempotencyKey", input.idempotencyKey);
  return { chain, to: payableAddress(chain, input.to) };
};

const refuseTooMuch = (amount: MicroUsdc, most: MicroUsdc): void => {
  if (amount <= most) return;
  throw new DomainError(
    "WITHDRAWAL_LIMIT_EXCEEDED",
    `One withdrawal is ${formatUsdc(most)} USDC at most. Ask for less, more than once if need be.`,
  );
};

/** Refuses less than a payment is worth, unless it is all there is: the accounts are locked. */
const refuseTooLittle = async (
  work: Work,
  { userId, amountMicroUsdc: amount }: Pick<RequestWithdrawal, "userId" | "amountMicroUsdc">,
  least: MicroUsdc,
): Promise<void> => {
  if (amount >= least) return;
  const codes = [userAccount(userId, "available"), userAccount(userId, "held")];
  const balances = await balancesOf(work.tx, codes);
  const all = codes.reduce((sum, code) => sum + (balances.get(code) ?? 0n), 0n);
  if (amount === all) return;
  throw new DomainError(
    "AMOUNT_INVALID",
    `One withdrawal is ${formatUsdc(least)} USDC at least, or all you have. Ask for more at once.`,
  );
};

/**
 * Takes an amount out of what the user holds, what is held first, and asks for its payment. The same request again gets the first answer
 * again, whatever has become of the withdrawal since, or of the limits and addresses. A chain that is not simulated pays
 * to saved addresses only.
 * @throws DomainError USER_NOT_FOUND, CHAIN_NOT_FOUND, ADDRESS_INVALID, AMOUNT_INVALID, VALIDATION_FAILED,
 *   WITHDRAWAL_LIMIT_EXCEEDED, PAYOUT_ADDRESS_UNKNOWN, PAYOUT_ADDRESS_TOO_NEW, INSUFFICIENT_FUNDS,
 *   IDEMPOTENCY_KEY_REUSED, SCREENING_REFUSED (sanctions), OVERLOADED (his account is busy: ask again with the same key)
 */
export const requestWithdrawal = async (
  deps: CustodyDeps,
  input: RequestWithdrawal,
): Promise<RequestedWithdrawal> => {
  const { chain, to } = checked(deps, input);
  const { id: userId } = await getPlayer(deps, input);
  const { by, ...request } = { ...input, userId, to };
  return unlessAccountBusy(() =>
    transact(deps, async (work) => {
      const before = await replayOf(work, chain, request);
      if (before !== undefined) return before;
      refuseTooMuch(input.amountMicroUsdc, deps.policy.withdrawalMaximum);
      await refuseSanctioned(work, userId);
      await refuseOwnAddress(work, deps.chains, to);
      const payee = { userId, chain: chain.name, address: to };
      if (!chain.simulated) await needPayoutAddress(work, payee);
      await ensureChain(work, chain);
      const fromHeldMicroUsdc = await heldShare(work, userId, input.amountMicroUsdc);
      await refuseTooLittle(work, request, deps.policy.withdrawalMinimum);
      const at = await work.now();
      const [withdrawal] = await work.tx
        .insert(withdrawals)
        .values({
          ...request,
          id: deps.ids.uuid(),
          fromHeldMicroUsdc,
          state: "REQUESTED",
          createdAt: at,
          updatedAt: at,
        })
        .onConflictDoNothing({ target: [withdrawals.userId, withdrawals.idempotencyKey] })
        .returning(withdrawalColumns);
      if (withdrawal !== undefined) {
        await enterState(work, { by, at, withdrawal, to: "REQUESTED", detail: "" });
        return { withdrawal, replayed: false };
      }
      const meanwhile = await replayOf(work, chain, request);
      if (meanwhile === undefined) throw new Error("A withdrawal's key conflicts with no row.");
      return meanwhile;
    }),
  );
};
