import type { Work } from "@closebell/database";
import { and, eq, gt, isNull, or, sql, sum } from "drizzle-orm";
import type { PaymentOrder } from "./chain-sender.ts";
import type { ChainPass } from "./chain-pass.ts";
import type { BlockRef } from "./block-ref.ts";
import { usdcOf, writeOrder } from "./payment-order.ts";
import type { PaymentPurpose } from "./payment-state.ts";
import { holdNumbers, takeNumber } from "./sender-numbers.ts";
import { payments } from "./tables.ts";
import { lockSwitch } from "./withdrawal-switch.ts";

/** A payment that is to be made: what it does, for what, and what it may take. */
export interface PlannedPayment {
  readonly sender: string;
  /** The number that the chain says comes next for the sender. */
  readonly latest: number;
  readonly purpose: PaymentPurpose;
  readonly withdrawal?: string;
  readonly subject?: string;
  readonly order: PaymentOrder;
  /** Units of gas by the chain's estimate. */
  readonly gas: bigint;
  /** A block in which nothing of this can stand yet. */
  readonly since?: BlockRef;
}

/** A fifth above the estimate: what a transfer takes depends on balances that change until it is mined. */
export const gasLimit = (estimated: bigint): bigint => (estimated * 6n + 4n) / 5n;

/** Gives a payment its number. "paused": nothing may be sent; "foreign": somebody else uses the sender's key. */
export type Assigned = "assigned" | "paused" | "foreign";

/** Inserts a payment under a number that is certain to be nobody else's. */
export const insertPayment = async (
  work: Work,
  { deps, chain }: ChainPass,
  { sender, purpose, withdrawal, subject, order, gas, since }: Omit<PlannedPayment, "latest">,
  nonce: number,
): Promise<void> => {
  await work.tx.insert(payments).values({
    id: deps.ids.uuid(),
    chain: chain.name,
    sender,
    nonce,
    purpose,
    withdrawal: withdrawal ?? null,
    subject: subject ?? null,
    instruction: writeOrder(order),
    amountMicroUsdc: usdcOf(order),
    gas: gasLimit(gas),
    state: "ASSIGNED",
    sinceBlock: since?.number ?? null,
    createdAt: await work.now(),
  });
};

/**
 * Makes sure, until the transaction ends, that payments are not paused and that nobody else has one numbered for the sender:
 * to be called before what is free of its money is added up.
 * @returns false where payments are paused
 */
export const holdSender = async (
  work: Work,
  { chain }: Pick<ChainPass, "chain">,
  { sender, latest }: Pick<PlannedPayment, "sender" | "latest">,
): Promise<boolean> => {
  const { name } = chain;
  if ((await lockSwitch(work, name, "share")).pausedAt !== null) return false;
  await holdNumbers(work, { chain: name, sender, latest });
  return true;
};

/** Gives a payment the next number of its sender, in the caller's transaction. */
export const assignPayment = async (
  work: Work,
  pass: ChainPass,
  planned: PlannedPayment,
): Promise<Assigned> => {
  if (!(await holdSender(work, pass, planned))) return "paused";
  const { sender, latest } = planned;
  const nonce = await takeNumber(work, { chain: pass.chain.name, sender, latest });
  if (nonce === undefined) return "foreign";
  await insertPayment(work, pass, planned, nonce);
  return "assigned";
};

/** USDC that payments of a sender will still take out of what it holds as of a block. */
export const outgoing = async (
  work: Work,
  of: { readonly chain: string; readonly sender: string; readonly at: BlockRef },
): Promise<bigint> => {
  const [row] = await work.tx
    .select({ amount: sum(payments.amountMicroUsdc) })
    .from(payments)
    .where(
      and(
        eq(payments.chain, of.chain),
        eq(payments.sender, of.sender),
        sql`${payments.instruction} ->> 'kind' = 'usdc'`,
        or(
          and(isNull(payments.outcome), isNull(payments.blockNumber)),
          gt(payments.blockNumber, of.at.number),
        ),
      ),
    );
  return BigInt(row?.amount ?? "0");
};
