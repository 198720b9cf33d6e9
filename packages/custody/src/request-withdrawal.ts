import { DomainError, type By } from "@closebell/context";
import { transact, type Work } from "@closebell/database";
import { getPlayer } from "@closebell/identity";
import type { MicroUsdc } from "@closebell/money";
import { and, eq } from "drizzle-orm";
import { checkedAmount, checkedName } from "./checks.ts";
import { chainNamed, type CustodyDeps } from "./custody-deps.ts";
import { ensureChain } from "./ensure-chain.ts";
import { enterState } from "./move-withdrawal.ts";
import { withdrawals } from "./tables.ts";
import { isOwnAddress } from "./wallet.ts";
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
    first.to === input.to &&
    first.amountMicroUsdc === input.amountMicroUsdc;
  if (same) return { withdrawal: asRequested(first), replayed: true };
  throw new DomainError(
    "IDEMPOTENCY_KEY_REUSED",
    "This idempotency key belongs to another withdrawal of yours. Use a new key for a new withdrawal.",
  );
};

const refuseOwnAddress = async (work: Work, to: string): Promise<void> => {
  if (!(await isOwnAddress(work.tx, to))) return;
  throw new DomainError(
    "ADDRESS_INVALID",
    "This is a deposit address of ours. Name an address outside this service.",
  );
};

/**
 * Takes an amount out of what the user may bet and asks for its payment. The same request again gets the first answer
 * again, whatever has become of the withdrawal since.
 * @throws DomainError USER_NOT_FOUND, CHAIN_NOT_FOUND, ADDRESS_INVALID, AMOUNT_INVALID, VALIDATION_FAILED,
 *   INSUFFICIENT_FUNDS, IDEMPOTENCY_KEY_REUSED
 */
export const requestWithdrawal = async (
  deps: CustodyDeps,
  input: RequestWithdrawal,
): Promise<RequestedWithdrawal> => {
  const chain = chainNamed(deps.chains, input.chain);
  checkedAmount(input.amountMicroUsdc);
  checkedName("idempotencyKey", input.idempotencyKey);
  if (!chain.isAddress(input.to)) {
    throw new DomainError("ADDRESS_INVALID", `${chain.name} can't pay to an address of this form.`);
  }
  const { id: userId } = await getPlayer(deps, input);
  const { by, ...request } = { ...input, userId };
  return transact(deps, async (work) => {
    const before = await replayOf(work, request);
    if (before !== undefined) return before;
    await refuseOwnAddress(work, input.to);
    await ensureChain(work, chain.name);
    const at = await work.now();
    const [withdrawal] = await work.tx
      .insert(withdrawals)
      .values({
        ...request,
        id: deps.ids.uuid(),
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
    const meanwhile = await replayOf(work, request);
    if (meanwhile === undefined) throw new Error("A withdrawal's key conflicts with no row.");
    return meanwhile;
  });
};
