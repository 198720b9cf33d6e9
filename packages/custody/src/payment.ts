import type { Executor, Work } from "@closebell/database";
import type { MicroUsdc } from "@closebell/money";
import { asc, eq } from "drizzle-orm";
import type { Fees, PaymentOrder } from "./chain-sender.ts";
import type { BlockRef } from "./block-ref.ts";
import { readOrder } from "./payment-order.ts";
import type { PaymentOutcome, PaymentPurpose, PaymentState } from "./payment-state.ts";
import { paymentAttempts, payments } from "./tables.ts";

/** One number of one sender, and what is done with it. Everything signed for it does the same. */
export interface Payment {
  readonly id: string;
  readonly chain: string;
  readonly sender: string;
  readonly nonce: number;
  readonly purpose: PaymentPurpose;
  /** The withdrawal it pays; null for all other purposes. */
  readonly withdrawal: string | null;
  /** The deposit address that is emptied or given gas. */
  readonly subject: string | null;
  readonly order: PaymentOrder;
  /** USDC it moves when it succeeds. */
  readonly amountMicroUsdc: MicroUsdc;
  /** Units of gas at most. */
  readonly gas: bigint;
  readonly state: PaymentState;
  readonly outcome: PaymentOutcome | null;
  /** The newest block when it got its number; null for what moves no USDC. */
  readonly sinceBlock: bigint | null;
  /** Where it stands, while it stands somewhere. */
  readonly block: BlockRef | null;
  readonly waitingFor: string | null;
  /** When it was last handed to the chain, and since when its number is another's: real time. */
  readonly sentAt: Temporal.Instant | null;
  readonly lostAt: Temporal.Instant | null;
}

/** Signed bytes. */
export interface Attempt {
  /** From 1, without gaps. */
  readonly n: number;
  readonly hash: string;
  readonly raw: string;
  readonly fees: Fees;
  /** Real time. */
  readonly signedAt: Temporal.Instant | null;
  /** When a node first had it; null where none is known to have. */
  readonly broadcastAt: Temporal.Instant | null;
}

type Row = typeof payments.$inferSelect;

/** A row of `custody.payment` as the code has it. */
export const paymentOf = (row: Row): Payment => {
  const { instruction, blockNumber, blockHash, dueAt: _, createdAt: _c, doneAt: _d, ...rest } = row;
  const block =
    blockNumber === null || blockHash === null ? null : { number: blockNumber, hash: blockHash };
  return { ...rest, order: readOrder(instruction), block };
};

/** The payment with this id, locked until the transaction ends. */
export const lockPayment = async (work: Work, id: string): Promise<Payment> => {
  const [row] = await work.tx.select().from(payments).where(eq(payments.id, id)).for("update");
  if (row === undefined) throw new Error(`The payment ${id} is gone.`);
  return paymentOf(row);
};

/** Everything that was signed for a payment, first to last. */
export const attemptsOf = async (on: Executor, id: string): Promise<readonly Attempt[]> => {
  const rows = await on
    .select()
    .from(paymentAttempts)
    .where(eq(paymentAttempts.payment, id))
    .orderBy(asc(paymentAttempts.n));
  return rows.map(
    ({ n, hash, raw, signedAt, broadcastAt, maxFeePerGas, maxPriorityFeePerGas }) => ({
      n,
      hash,
      raw,
      signedAt,
      broadcastAt,
      fees: {
        maxFeePerGas: BigInt(maxFeePerGas),
        maxPriorityFeePerGas: BigInt(maxPriorityFeePerGas),
      },
    }),
  );
};
